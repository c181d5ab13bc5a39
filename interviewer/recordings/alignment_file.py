"""An alignment as a file that a person can read and correct: YAML with the words beside each turn, or the same as JSON.

The one rule: nothing of a corrected file is taken that does not account for every cue of the recording it is for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import yaml

from interviewer.errors import RecordingRefused
from interviewer.models import Role
from interviewer.recordings.alignment import Alignment, Choice, Label
from interviewer.recordings.model import Cue
from knowledge.models import Bank, Language

LARGEST = 8_000_000
"""Characters of a file that are read."""
_SHOWN = 400
_NOT_IN_BANK = "not in the bank"
_WORDS: Mapping[str, Label] = {
    _NOT_IN_BANK: "question", "follow-up": "follow_up", "follow up": "follow_up", "answer": "answer", "small talk": "small_talk",
    "mm-hm": "backchannel", "backchannel": "backchannel",
    "题库里没有": "question", "追问": "follow_up", "回答": "answer", "闲聊": "small_talk", "附和": "backchannel",
}  # fmt: skip
_SAID: Mapping[Label, str] = {
    "follow_up": "follow-up",
    "answer": "answer",
    "small_talk": "small talk",
    "backchannel": "mm-hm",
}
_SIDES: Mapping[str, Role] = {
    "interviewer": "interviewer",
    "candidate": "candidate",
    "面试官": "interviewer",
    "候选人": "candidate",
}
_HEAD = """\
# Which question of the bank each turn belongs to. Change `who` and `is`, keep `cues`, and give the file to
#   interviewer import --alignment THIS-FILE RECORDING
# who: interviewer | candidate.
# is, for an interviewer: the id of a question of the bank | not in the bank | follow-up | small talk | mm-hm
# is, for a candidate:    answer | small talk | mm-hm
# `sure: no` marks turns worth a look; `perhaps` names other questions that fit.
# 每一轮属于题库里的哪道题。可改 who 和 is（题目的 id、not in the bank 即题库里没有、follow-up 追问、small talk 闲聊、answer 回答），cues 不要改。
"""


def write_alignment(alignment: Alignment, cues: Sequence[Cue], bank: Bank, language: Language, unsure: float) -> str:
    """The file's text; `unsure` is the lead below which a turn is marked as worth a look."""
    head = {
        "recording": alignment.file, "number": alignment.number, "sha256": alignment.sha256, "bank": alignment.bank_id,
        "aligned_by": alignment.aligned_by, "aligner": alignment.aligner,
    }  # fmt: skip
    texts = {question.id: question.text.to(language) for question in bank.questions}
    turns = [_turn(choice, cues, texts, unsure) for choice in alignment.choices]
    body = yaml.safe_dump({**head, "turns": turns}, allow_unicode=True, sort_keys=False, width=120)
    return _HEAD + body


def _turn(choice: Choice, cues: Sequence[Cue], texts: Mapping[str, str], unsure: float) -> dict[str, Any]:
    said = " ".join(" ".join(cues[n].text for n in choice.cues).split())
    row: dict[str, Any] = {"cues": _ranges(choice.cues)}
    start = cues[choice.cues[0]].start_s
    if start is not None:
        row["at"] = f"{int(start) // 3600}:{int(start) // 60 % 60:02}:{int(start) % 60:02}"
    row |= {"speaker": choice.speaker, "who": choice.role, "said": said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"}
    row["is"] = choice.question_id or _SAID.get(choice.label, _NOT_IN_BANK)
    if choice.question_id:
        row["question"] = texts.get(choice.question_id, "")
    if choice.role == "interviewer" and choice.label != "backchannel" and choice.lead < unsure:
        row["sure"] = "no"
    if choice.others and choice.label != "small_talk":
        row["perhaps"] = {one.question_id: texts.get(one.question_id, "") for one in choice.others}
    return row


def read_alignment(text: str, name: str) -> Alignment:
    """The alignment in a file's text; what it says is checked against its recording by `fits`. Raises RecordingRefused."""
    if len(text) > LARGEST:
        raise _off(name, "it is too large")
    try:
        value = yaml.load(text, Loader=_Loader)  # every value a string: no id becomes a date, no `no` a truth value
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _off(name, f"line {mark.line + 1}: {getattr(error, 'problem', error)}" if mark else str(error)) from error
    except RecursionError as error:
        raise _off(name, "it is nested too deeply") from error
    if not isinstance(value, Mapping) or not isinstance(value.get("turns"), list):
        raise _off(name, "it has no list of turns")
    choices = tuple(_choice(name, n, row) for n, row in enumerate(value["turns"], 1))
    number = str(value.get("number", "1"))
    return Alignment(
        sha256=str(value.get("sha256", "")), file=str(value.get("recording", "")), bank_id=str(value.get("bank", "")),
        number=int(number) if number.isdigit() else 1, choices=choices, aligned_by="person", aligner=str(value.get("aligner", "") or ""),
    )  # fmt: skip


def fits(alignment: Alignment, cues: Sequence[Cue], name: str) -> None:
    """Raises RecordingRefused unless every cue is in exactly one turn and each turn has one speaker."""
    often = Counter(chain.from_iterable(choice.cues for choice in alignment.choices))
    missing = [n for n in range(len(cues)) if n not in often]
    strange = [n for n in often if n >= len(cues)]
    twice = [n for n, times in often.items() if times > 1]
    for places, what in (
        (missing, "stand in no turn"),
        (strange, "are not in the recording"),
        (twice, "stand in two turns"),
    ):
        if places:
            listed = _ranges(sorted(places))
            raise _off(name, f"cues {listed} {what}")
    for n, choice in enumerate(alignment.choices, 1):
        if len({cues[place].speaker for place in choice.cues}) > 1:
            raise _off(name, f"turn {n} joins cues of different speakers")


def _choice(name: str, n: int, row: Any) -> Choice:
    if not isinstance(row, Mapping) or "cues" not in row or "is" not in row:
        raise _off(name, f"turn {n} needs `cues` and `is`")
    who = str(row.get("who", "")).strip().casefold()
    role = _SIDES.get(who)
    if role is None:
        raise _off(name, f"turn {n}: `who` is {who!r}, not interviewer or candidate")
    said = str(row["is"] or "").strip()
    label = _WORDS.get(
        said.casefold().replace("_", " ").replace("-", " ") if said.casefold() not in _WORDS else said.casefold()
    )
    question_id = "" if label else said
    label = label or "question"
    if (
        not said
        or (role == "candidate" and label in ("question", "follow_up"))
        or (role == "interviewer" and label == "answer")
    ):
        raise _off(name, f"turn {n}: {said or 'nothing'!r} is nothing that {_a(role)} can say")
    cues = _places(str(row["cues"]))
    if not cues:
        raise _off(name, f"turn {n}: `cues` is {row['cues']!r}; write it as 0-3, 5")
    return Choice(cues=cues, speaker=str(row.get("speaker", "")), role=role, label=label, question_id=question_id)


def _a(role: Role) -> str:
    return "an interviewer" if role == "interviewer" else "a candidate"


def _ranges(places: Sequence[int]) -> str:
    """`0-2, 4`, as people write it."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _places(text: str) -> tuple[int, ...]:
    """The cue numbers of `0-2, 4`; empty where it is written otherwise."""
    found: list[int] = []
    for part in text.replace("[", "").replace("]", "").split(","):
        first, dash, last = part.strip().partition("-")
        if not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
            return ()
        low, high = int(first), int(last) if dash else int(first)
        if not low <= high <= low + 100_000:
            return ()
        found.extend(range(low, high + 1))
    return tuple(found)


def _off(name: str, what: str) -> RecordingRefused:
    return RecordingRefused(
        f"The alignment {name!r} cannot be used: {what}.",
        "Mend that place, or write it anew with --propose.",
        reason="bad_alignment",
        file=name,
        seen=what,
    )


class _Loader(yaml.BaseLoader):
    """Strings, lists and mappings only, without aliases (with which a small file can say a huge one)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not used here")
        return super().compose_node(parent, index)
