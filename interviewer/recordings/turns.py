"""Cues joined to turns: what one voice says until another takes over. The one rule: every cue is in exactly one turn.

A listener's "mm-hm" does not cut an answer: the answer goes on over it, and the sound is a turn of its own behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from interviewer.models import Moment, Role
from interviewer.recordings.model import Cue
from interviewer.recordings.speakers import Sides, asks_outright
from interviewer.recordings.words import bare, load_words

_LONGEST_SOUND = 24


@dataclass(slots=True, eq=False)
class _Open:
    speaker: str
    role: Role
    cues: list[int] = field(default_factory=list[int])
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What one voice says in one go. `cues` are places in the recording; `heard` marks a listener's sound."""

    speaker: str
    role: Role
    cues: tuple[int, ...]
    text: str
    moments: tuple[Moment, ...] = ()
    heard: bool = False

    @property
    def start_s(self) -> float | None:
        return self.moments[0].start_s if self.moments else None


def join(sides: Sides, *, wrapped: bool = True) -> tuple[Turn, ...]:
    """The turns of a recording in order. `wrapped`: cues are lines of subtitles, not paragraphs."""
    cues, roles = sides.cues, sides.roles
    runs: list[_Open] = []
    for n, cue in enumerate(cues):
        if not runs or runs[-1].speaker != cue.speaker:
            runs.append(_Open(cue.speaker, roles[cue.speaker]))
        runs[-1].cues.append(n)
    joined: list[_Open] = []
    current: _Open | None = None  # the last run that is no listener's sound
    for n, run in enumerate(runs):
        if current is not None and current.speaker == run.speaker:
            current.cues.extend(run.cues)
            continue
        goes_on = current is not None and n + 1 < len(runs) and runs[n + 1].speaker == current.speaker
        run.heard = goes_on and _is_sound(cues, run, current)
        current = current if run.heard else run
        joined.append(run)
    return tuple(_turn(cues, run, wrapped) for run in joined)


def turn_of(
    cues: Sequence[Cue], places: Sequence[int], speaker: str, role: Role, *, wrapped: bool, heard: bool = False
) -> Turn:
    """The turn made of the cues at `places`."""
    return _turn(cues, _Open(speaker, role, list(places), heard), wrapped)


def _is_sound(cues: Sequence[Cue], run: _Open, before: _Open | None) -> bool:
    """Whether a turn only says "go on". A candidate's sound after a question is taken for an answer."""
    plain = bare(" ".join(cues[n].text for n in run.cues))
    if len(plain) > _LONGEST_SOUND or not load_words().backchannel[run.role].fullmatch(plain):
        return False
    return run.role == "interviewer" or before is None or not asks_outright(cues[before.cues[-1]].text)


def _turn(cues: Sequence[Cue], run: _Open, wrapped: bool) -> Turn:
    text = ""
    moments: list[Moment] = []
    for n in run.cues:
        words = cues[n].text.strip()
        text = words if not text else f"{text}{_between(text, words) if wrapped else chr(10)}{words}"
        start = cues[n].start_s
        if start is not None and (not moments or moments[-1].start_s != start):
            moments.append(Moment(char=len(text) - len(words), start_s=round(start, 3)))
    return Turn(run.speaker, run.role, tuple(run.cues), text, tuple(moments), run.heard)


def _between(before: str, after: str) -> str:
    """What stands between two cues of one turn: nothing between Chinese characters, else a blank."""
    return "" if before[-1] > "\u2e7f" and after[:1] > "\u2e7f" else " "
