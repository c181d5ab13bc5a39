"""A proposal in words for a terminal: who is who and why, what was asked, what nobody said."""

from __future__ import annotations

from interviewer.recordings.imports import Proposal
from interviewer.recordings.model import Notice
from interviewer.recordings.speakers import Speaker
from knowledge.models import Language
from ui.texts import say

_WIDTH = 72
_MOST_TURNS = 40


def shown(proposal: Proposal, name: str, language: Language) -> str:
    """Some lines; the questions one a line, those worth a look marked."""
    recording, alignment = proposal.recording, proposal.alignment
    lines = [
        say(
            language, "import", "read_as", file=name, format=say(language, "import_formats", recording.format),
            cues=len(recording.cues), turns=len(proposal.turns), bank=proposal.bank.name.to(language),
        )
    ]  # fmt: skip
    lines += [f"  {_speaker(one, language)}" for one in proposal.sides.speakers]
    if not proposal.sides.sure:
        lines.append(f"  ! {say(language, 'import', 'sides_unsure')}")
    lines.append(
        "  "
        + say(
            language, "import", "found", n=len(proposal.asked), known=len(proposal.asked) - len(proposal.outside),
            outside=len(proposal.outside), unsure=len(proposal.unsure), how=say(language, "import", f"by_{alignment.aligned_by}"),
        )
    )  # fmt: skip
    lines += _questions(proposal, language)
    lines += [f"  ! {_notice(one, language)}" for one in (*recording.notices, *proposal.notices)]
    apart = [one for one in recording.asides if one.kind not in ("marker",)]
    if apart:
        where = ", ".join(str(one.line) for one in apart[:6] if one.line) + ("…" if len(apart) > 6 else "")
        lines.append("  " + say(language, "import", "not_speech", n=len(apart), lines=where))
    return "\n".join(lines)


def shortly(proposal: Proposal, name: str, language: Language) -> str:
    """One line: what was found, and a mark where somebody should look."""
    mark = "!" if not proposal.sides.sure or proposal.unsure or proposal.notices else " "
    return f"{mark} {name}: " + say(
        language, "import", "shortly", format=say(language, "import_formats", proposal.recording.format),
        known=len(proposal.asked) - len(proposal.outside), outside=len(proposal.outside), unsure=len(proposal.unsure),
    )  # fmt: skip


def _speaker(one: Speaker, language: Language) -> str:
    name = one.name if one.why != "content" else say(language, "import", "nobody")
    why = say(language, "import", f"why_{one.why}")
    role = say(language, "import", one.role)
    return say(language, "import", "speaker", name=name, role=role, why=why, said=one.said, turns=one.turns)


def _questions(proposal: Proposal, language: Language) -> list[str]:
    rows: list[str] = []
    for n, (turn, choice) in enumerate(zip(proposal.turns, proposal.alignment.choices, strict=True)):
        if choice.label != "question":
            continue
        mark = "?" if n in proposal.unsure else " "
        said = " ".join(turn.text.split())
        what = choice.question_id or say(language, "import", "outside")
        rows.append(f"   {mark} {_time(turn.start_s)}{said[-_WIDTH:]}\n        = {what}")
    left = len(rows) - _MOST_TURNS
    return rows[:_MOST_TURNS] + ([f"     … {say(language, 'import', 'more', n=left)}"] if left > 0 else [])


def _time(start_s: float | None) -> str:
    if start_s is None:
        return ""
    whole = int(start_s)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}  "


def _notice(one: Notice, language: Language) -> str:
    return say(language, "import_notices", one.code, **dict(one.values))
