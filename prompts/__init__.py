"""Everything the product says to a model, and the fixed words it says to people: files here, no prompt text in Python.

A prompt is a Markdown file `<id>/v<N>.md` with `{{name}}` blanks; what stands between lines `{{?name}}` and `{{/name}}` is
left out where `name` is empty. Released files are never edited; a change is a new version. `Prompt.render` is strict: every blank filled, nothing left over. Untrusted text enters through `untrusted` only.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_BLANK = re.compile(r"\{\{([a-z_]+)\}\}")
_OPTIONAL = re.compile(r"^\{\{\?([a-z_]+)\}\}\n(.*?)^\{\{/\1\}\}\n", re.M | re.S)
_NUMBERED = re.compile(r"[\[［【〔]\s*(\d+(?:\s*[-–,，、]\s*\d+)*)\s*[\]］】〕]")
_FENCE = "⟦"
_FENCE_END = "⟧"


class PromptError(Exception):
    """A prompt file that does not exist, or blanks that do not match what was given: a defect of ours, not of the user."""


@dataclass(frozen=True)
class Prompt:
    """One version of one prompt. The text may have two parts, split by a line `===`: system and user message."""

    id: str
    version: str
    sha256: str
    template: str

    def render(self, **values: str) -> tuple[str, str]:
        """(system, user) with every `{{blank}}` filled; raises PromptError on a missing or an unknown name."""
        wanted = set(_BLANK.findall(self.template))
        if wanted != set(values):
            raise PromptError(
                f"prompt {self.id}/{self.version}: missing {sorted(wanted - set(values))}, unknown {sorted(set(values) - wanted)}"
            )
        kept = _OPTIONAL.sub(lambda match: match[2] if values[match[1]] else "", self.template)
        system, _, user = kept.partition("\n===\n")
        filled = [_BLANK.sub(lambda match: values[match[1]], part).strip() for part in (system, user)]
        return filled[0], filled[1]


@cache
def load(prompt_id: str, version: str) -> Prompt:
    """The prompt `prompt_id` at `version` ("v1"); the hash is of the file's bytes."""
    path = files("prompts") / prompt_id / f"{version}.md"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PromptError(f"no prompt {prompt_id}/{version}.md") from error
    return Prompt(prompt_id, version, hashlib.sha256(raw).hexdigest(), raw.decode("utf8"))


def untrusted(text: str, name: str) -> str:
    """`text` between delimiters named `name` that nothing inside it can forge: its own brackets of that kind are replaced."""
    return _fenced(_unfenced(text), name)


def _unfenced(text: str) -> str:
    return text.replace(_FENCE, "[").replace(_FENCE_END, "]")


def _fenced(safe: str, name: str) -> str:
    return f"{_FENCE}{name}{_FENCE_END}\n{safe}\n{_FENCE}/{name}{_FENCE_END}"


def numbered(clauses: Iterable[tuple[int, str]], name: str) -> str:
    """A candidate's clauses as `untrusted` text, each with its number before it in brackets that the text cannot forge.

    A block of several lines begins on a line of its own, so that code and drawings keep their columns.
    """
    parts = [
        f"[{number}]{chr(10) if chr(10) in text.strip() else ''}{unnumbered(_unfenced(text))}"
        for number, text in clauses
    ]
    return _fenced("".join(parts), name)


def unnumbered(text: str) -> str:
    """`text` in which no bracket can be taken for the number of a clause: "[3]" becomes "[ 3 ]"."""
    return _NUMBERED.sub(r"[ \1 ]", text)


@cache
def words(language: str) -> dict[str, dict[str, str | list[str]]]:
    """The interviewer's fixed words in `language` (zh or en): tables of strings or of lists to choose from."""
    return tomllib.loads((files("prompts") / "words" / f"{language}.toml").read_text("utf8"))
