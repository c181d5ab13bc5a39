"""What a reader makes of a file: cues, and beside them every line that is no speech. The one rule: nothing is left out
of both, so that each line of a source can be accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from interviewer.models import RecordingFormat, Role

AsideKind = Literal["heading", "date", "keywords", "summary", "note", "marker", "footer", "system", "tool", "reference"]
"""Why a text is no speech: a title or file header; when it was; a block of keywords; notes made of the talk by a program;
a comment or a style; the number, time or name that belongs to a cue; what a program adds at the end; what a chat holds
beside its talk: orders to the model, calls of tools; a reference answer or a mark beside an answer."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A stretch of speech as the file gives it. `speaker` is empty and times are None where the file names none.

    `line` is where it begins in the source, from 1; for JSON the place of its element.
    """

    text: str
    speaker: str = ""
    start_s: float | None = None
    end_s: float | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """A piece of the source that nobody said."""

    text: str
    kind: AsideKind
    line: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a file that its owner should know; `code` names the words, `values` fills their blanks."""

    code: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Recording:
    """One conversation of a file. `number` counts those of one file from 1.

    `roles` are what the file itself says of its speakers (assistant and user, question and answer), not a guess.
    `wrapped` is how its cues were cut: lines of subtitles go on in the next, messages of a chat are paragraphs.
    """

    format: RecordingFormat
    cues: tuple[Cue, ...]
    asides: tuple[Aside, ...] = ()
    title: str = ""
    started_at: datetime | None = None
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    candidate: str = ""
    notices: tuple[Notice, ...] = ()
    wrapped: bool = True
    number: int = 1

    @property
    def speakers(self) -> tuple[str, ...]:
        """Everyone who is named, in the order they first speak."""
        return tuple(dict.fromkeys(cue.speaker for cue in self.cues if cue.speaker))
