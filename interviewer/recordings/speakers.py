"""Who is who: a proposal with its reasons, from names, from who asks and from who speaks longer.

The one rule: a person's word comes first, then the file's own, then names that say a side; a guess is called one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from interviewer.errors import RecordingRefused
from interviewer.models import Role
from interviewer.recordings.formats.labels import is_anonymous, side_of
from interviewer.recordings.model import Cue, Notice, Recording
from interviewer.recordings.words import bare, folded, load_words

Why = Literal["told", "file", "name", "asks", "answers", "left", "content"]
"""A person said so; the file says so; the name does; asks more; speaks longer and asks less; the only one left; nobody is
named, so each sentence was put on a side by what it says."""
NOBODY = ""
"""The name under which speech stands that no file and no rule gives to anyone."""
_SECOND = 0.4
"""A second candidate speaks at least this share of what the first does."""
_ASKING = 0.35


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice of a recording: its side, why, and how much it says (characters) and asks (turns of all its turns)."""

    name: str
    role: Role
    why: Why
    said: int = 0
    turns: int = 0
    asked: int = 0


@dataclass(frozen=True)
class Sides:
    """Everyone's side. `sure` is false where it was read off the talk alone and should be looked at."""

    speakers: tuple[Speaker, ...]
    sure: bool
    cues: tuple[Cue, ...]
    notices: tuple[Notice, ...] = ()

    def of(self, role: Role) -> tuple[str, ...]:
        return tuple(one.name for one in self.speakers if one.role == role)

    @property
    def roles(self) -> dict[str, Role]:
        return {one.name: one.role for one in self.speakers}


def asks(text: str) -> bool:
    """Whether a turn is a question or a request to speak, by its words."""
    return load_words().asks.search(folded(text)) is not None


def propose(recording: Recording, candidates: Sequence[str] = (), interviewers: Sequence[str] = ()) -> Sides:
    """Everyone's side. `candidates` and `interviewers` are what a person says; raises RecordingRefused for a name not there."""
    cues, notices = _named(recording.cues)
    names = tuple(dict.fromkeys(cue.speaker for cue in cues))
    told = _told(names, candidates, interviewers)
    if names == (NOBODY,) or (len(names) == 1 and not told):
        return _by_content(cues, names, notices)
    figures = _figures(cues)
    known: dict[str, tuple[Role, Why]] = {}
    for name in names:
        if name in told:
            known[name] = (told[name], "told")
        elif role := recording.roles.get(name):
            known[name] = (role, "file")
        elif role := side_of(name):
            known[name] = (role, "name")
    if any(why == "told" for _, why in known.values()) and not all(why == "told" for _, why in known.values()):
        known = _around(told, known, candidates, interviewers)
    sure = bool(known)
    open_names = [name for name in names if name not in known]
    guessed = _guessed(open_names, figures, {role for role, _ in known.values()})
    sure = sure and (not open_names or len(open_names) == 1 or bool(told))
    sides = known | guessed
    speakers = tuple(replace(figures[name], role=sides[name][0], why=sides[name][1]) for name in names)
    if not any(one.role == "candidate" for one in speakers):
        raise RecordingRefused(
            f"Nobody is left who could be the candidate among: {_list(names)}.",
            "Name the candidate with --candidate.",
            reason="no_candidate",
            seen=_list(names),
        )
    return Sides(speakers, sure, cues, notices)


def _named(cues: Sequence[Cue]) -> tuple[tuple[Cue, ...], tuple[Notice, ...]]:
    """Cues that name nobody go on for whoever spoke before, where others are named at all."""
    if not any(cue.speaker for cue in cues) or all(cue.speaker for cue in cues):
        return tuple(cues), ()
    first = next(cue.speaker for cue in cues if cue.speaker)
    found: list[Cue] = []
    nameless = 0
    for cue in cues:
        nameless += not cue.speaker
        found.append(cue if cue.speaker else replace(cue, speaker=found[-1].speaker if found else first))
    return tuple(found), (Notice("nameless", {"n": nameless}),)


def _told(names: Sequence[str], candidates: Sequence[str], interviewers: Sequence[str]) -> dict[str, Role]:
    """What a person says, by the names of the file. A name for someone the file only calls "user" or "Speaker 2" is kept
    for the session and matches nobody here."""
    told: dict[str, Role] = {}
    sides: tuple[tuple[Role, Sequence[str]], ...] = (("interviewer", interviewers), ("candidate", candidates))
    for role, wanted in sides:
        for one in wanted:
            found = matching(names, one)
            if (
                found is None
                and role == "candidate"
                and len(wanted) == 1
                and all(is_anonymous(n) or n in (NOBODY, "Q", "A") for n in names)
            ):
                continue
            if found is None:
                raise RecordingRefused(
                    f"Nobody is called {one!r} in it; it names: {_list(names)}.",
                    "Give a name as the file writes it.",
                    reason="unknown_speaker",
                    value=one,
                    seen=_list(names),
                )
            if told.get(found, role) != role:
                raise RecordingRefused(
                    f"{found!r} cannot be on both sides.", "Name each speaker once.", reason="both_sides", seen=found
                )
            told[found] = role
    return told


def matching(names: Iterable[str], wanted: str) -> str | None:
    """The one name that is meant: the same, the same but for case and width, or the only one that contains it."""
    listed, plain = list(names), folded(wanted)
    if not plain:
        return None
    inside = re.compile(rf"(?<![a-z0-9]){re.escape(plain)}(?![a-z0-9])")
    for found in (
        [name for name in listed if name == wanted],
        [name for name in listed if folded(name) == plain],
        [name for name in listed if inside.search(folded(name))],
    ):
        if len(found) == 1:
            return found[0]
    return None


def _around(
    told: Mapping[str, Role],
    known: Mapping[str, tuple[Role, Why]],
    candidates: Sequence[str],
    interviewers: Sequence[str],
) -> dict[str, tuple[Role, Why]]:
    """What a person says about one side is all of that side, where the file only says sides by names it made up."""
    kept = {name: side for name, side in known.items() if side[1] == "told"}
    for name, (role, why) in known.items():
        if name in told:
            continue
        if role == "candidate" and candidates and not interviewers:
            kept[name] = ("interviewer", "left")
        elif role == "interviewer" and interviewers and not candidates:
            kept[name] = ("candidate", "left")
        else:
            kept[name] = (role, why)
    return kept


def _figures(cues: Sequence[Cue]) -> dict[str, Speaker]:
    """How much everyone says and asks, with consecutive cues of one voice as one turn."""
    found: dict[str, Speaker] = {}
    turns: list[tuple[str, list[str]]] = []
    for cue in cues:
        if turns and turns[-1][0] == cue.speaker:
            turns[-1][1].append(cue.text)
        else:
            turns.append((cue.speaker, [cue.text]))
    for name, texts in turns:
        text = " ".join(texts)
        one = found.get(name, Speaker(name, "candidate", "answers"))
        found[name] = replace(one, said=one.said + len(text), turns=one.turns + 1, asked=one.asked + _asking(text))
    return found


def _asking(turn: str) -> bool:
    """Whether a turn asks at its end; recognisers without punctuation are read by their last words."""
    return asks_outright(turn[-400:]) or (len(turn) < 120 and not re.search(r"[.?!。？！]", turn) and asks(turn[-40:]))


def _guessed(names: Sequence[str], figures: Mapping[str, Speaker], taken: set[Role]) -> dict[str, tuple[Role, Why]]:
    """Sides of those whose name says none. With one side taken by another, a single voice is the other side."""
    if not names:
        return {}
    if len(names) == 1 and len(taken) == 1:
        return {names[0]: ("candidate" if "interviewer" in taken else "interviewer", "left")}
    answers = sorted(names, key=lambda name: _answering(figures[name]), reverse=True)
    found: dict[str, tuple[Role, Why]] = dict.fromkeys(names, ("interviewer", "asks"))
    if "candidate" not in taken:
        first = answers[0]
        found[first] = ("candidate", "answers")
        if "interviewer" in taken or len(names) > 2:
            for name in answers[1:]:
                one = figures[name]
                if one.said >= _SECOND * figures[first].said and one.asked < _ASKING * one.turns:
                    found[name] = ("candidate", "answers")
            if "interviewer" not in taken and all(role == "candidate" for role, _ in found.values()):
                found[answers[-1]] = ("interviewer", "asks")
    return found


def _answering(one: Speaker) -> float:
    """Much said, little asked: characters a turn, less where turns ask."""
    return one.said * (1.0 - min(0.9, one.asked / max(1, one.turns)))


def _by_content(cues: tuple[Cue, ...], names: Sequence[str], notices: tuple[Notice, ...]) -> Sides:
    """A file that names nobody, or one voice for all: what asks is the interviewer's, what follows is the answer."""
    words = load_words()
    sided: list[Cue] = []
    spoken: dict[Role, int] = {"interviewer": 0, "candidate": 0}
    before: Role = "interviewer"
    for n, cue in enumerate(cues):
        plain = bare(cue.text)
        if asks_outright(cue.text) or words.next.match(plain):
            role: Role = "interviewer"
        elif (
            before == "interviewer" and n and not asks_outright(cues[n - 1].text) and _leads_to_question(cues, n)
        ) or (n == 0 and _leads_to_question(cues, n)):
            role = "interviewer"
        else:
            role = "candidate"
        spoken[role] += 1
        before = role
        sided.append(replace(cue, speaker=role))
    if not spoken["candidate"]:
        sided = [replace(cue, speaker="candidate") for cue in sided]
    figures = _figures(sided)
    speakers = tuple(
        replace(figures[name], role="interviewer" if name == "interviewer" else "candidate", why="content")
        for name in figures
    )
    return Sides(speakers, False, tuple(sided), (*notices, Notice("nobody_named", {"n": len(cues)})))


def asks_outright(text: str) -> bool:
    """Whether a stretch ends with a question mark, or is a short request to speak: what an answer seldom is."""
    plain = text.rstrip(" \"'”’)）")
    return plain.endswith(("?", "？")) or (len(plain) <= 200 and load_words().requests.match(folded(plain)) is not None)


def _leads_to_question(cues: Sequence[Cue], n: int) -> bool:
    """Whether a question ends within the next two cues: this one leads up to it."""
    return any(asks_outright(cue.text) for cue in cues[n + 1 : n + 3])


def _list(names: Iterable[str]) -> str:
    return ", ".join(name or "(nobody)" for name in names)
