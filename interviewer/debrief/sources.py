"""Citations: every `[n]` of a reply names a part of a note that was looked up for it.

One rule: a number that was never given out is taken out of the text, so a reply cannot rest on what nobody looked up.
"""

from __future__ import annotations

import re

from interviewer.models import Citation

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.S)
_MARK = re.compile(r"[ \t]*[\[【［]\s*(\d{1,3}(?:\s*[,，、;]\s*\d{1,3})*)\s*[\]】］]")


class Sources:
    """The parts of notes that were looked up for one reply, numbered from 1; one number for a part, however often it is found."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def cite(self, question_id: str, heading: str) -> int:
        """The number of that part of the note of `question_id`."""
        return self._numbers.setdefault((question_id, heading), len(self._numbers) + 1)

    def clean(self, text: str) -> str:
        """`text` with its citations in one form, and without numbers that were never given out. Code stays as it is."""
        parts = _CODE.split(text)
        return "".join(part if n % 2 else _MARK.sub(self._known, part) for n, part in enumerate(parts))

    def cited(self, text: str) -> tuple[Citation, ...]:
        """What the cleaned `text` cites, by number."""
        prose = "".join(part for n, part in enumerate(_CODE.split(text)) if not n % 2)
        used = {int(number) for marks in _MARK.findall(prose) for number in re.findall(r"\d+", marks)}
        return tuple(
            Citation(number=number, question_id=question_id, heading=heading)
            for (question_id, heading), number in self._numbers.items()
            if number in used
        )

    def _known(self, match: re.Match[str]) -> str:
        given = set(self._numbers.values())
        listed = [int(number) for number in re.findall(r"\d+", match[1])]
        if 0 in listed[:1] and len(listed) > 1:  # an interval such as [0, 1]
            return match[0]
        kept = [number for number in listed if number in given]
        space = " " if match[0][0].isspace() and kept else ""
        return space + "".join(f"[{number}]" for number in kept)


def without_marks(text: str) -> str:
    """An earlier reply as the model reads it again: its numbers belonged to another search."""
    return Sources().clean(text)
