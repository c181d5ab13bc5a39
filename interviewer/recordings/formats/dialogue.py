"""Texts in which a name stands before the words and no time: `面试官：… / 候选人：…`, `**Interviewer:** …`, `Q: / A:`,
Google Meet's document with a time every so often. The one rule: a line without a name goes on with the one before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.models import Role
from interviewer.recordings.formats.clock import TIME, seconds
from interviewer.recordings.formats.labels import Labelled, label_of, side_of, speakers_among
from interviewer.recordings.formats.prose import front_matter, is_footer, opens_notes, opens_talk
from interviewer.recordings.model import Aside, Cue, Recording
from interviewer.recordings.words import folded, load_words

_ANCHOR = re.compile(rf"^[#*\s\[(（]*(?P<time>{TIME})[*\s\])）]*$")
_HEADING_NAME = re.compile(r"^(?:#{1,6}[ \t]+|\*\*|__)(?P<name>[^#*\n:：]{1,60}?)(?:\*\*|__)?[ \t]*$")
_ASKED = re.compile(r"^(?:q|question|问|问题|题目|题)[ ._\-#]*\d{0,4}$")
_ANSWERED = re.compile(r"^(?:a|ans|answer|答|回答|答案)[ ._\-#]*\d{0,4}$")


@dataclass(slots=True)
class _Open:
    """A turn that is being read."""

    speaker: str
    start_s: float | None
    line: int
    lines: list[str]


def sees(text: str) -> float:
    """How sure it is that `text` is a dialogue by names, 0 to 1."""
    lines = [line for line in text.split("\n") if line.strip()]
    labels = _labels(lines)
    known = _known(labels, lines)
    named = [one for one in labels if one and one.name in known]
    speakers = {one.name for one in named}
    if not named:
        return 0.0
    if len(speakers) == 1 and not side_of(next(iter(speakers))):
        return 0.2
    sides = any(side_of(name) for name in speakers) or any(_pair_of(name) for name in speakers)
    return min(1.0, (0.6 if sides else 0.4) + len(named) / len(lines))


def read(text: str) -> Recording:
    """The turns by name; headings, notes of a program and reference answers apart."""
    lines = text.split("\n")
    labels = _labels(lines)
    known = _known(labels, lines)
    begin = _begin(lines, labels, known)
    asides, title, at = front_matter(lines[:begin])
    cues: list[_Open] = []
    roles: dict[str, Role] = {}
    time_s: float | None = None
    beside = False
    for n in range(begin, len(lines)):
        line, label = lines[n].strip(), labels[n]
        if not line:
            if cues and not beside and cues[-1].lines[-1]:  # one blank line is enough of them
                cues[-1].lines.append("")
            continue
        if is_footer(line):
            asides.extend(Aside(rest.strip(), "footer", k + 1) for k, rest in enumerate(lines[n:], n) if rest.strip())
            break
        if found := _ANCHOR.match(line):
            time_s = seconds(found["time"])
            asides.append(Aside(line, "marker", n + 1))
        elif label and label.name in known:
            name, role = _speaker(label.name, known)
            if role:
                roles[name] = role
            if (
                label.text in known and label.text != label.name and side_of(label.name)
            ):  # "面试官：李四" says who is who
                roles[label.text] = side_of(label.name) or "interviewer"
                asides.append(Aside(line, "heading", n + 1))
                continue
            cues.append(_Open(name, time_s, n + 1, [label.text]))
            time_s, beside = None, False
        elif _is_reference(line):
            asides.append(Aside(line, "reference", n + 1))
            beside = True
        elif beside or not cues or re.fullmatch(r"[-*_=]{3,}", line):
            asides.append(Aside(line, "reference" if beside else "heading", n + 1))
        else:
            cues[-1].lines.append(line)
    said = [(cue, "\n".join(cue.lines).strip()) for cue in cues]
    spoken = tuple(Cue(words, cue.speaker, cue.start_s, None, cue.line) for cue, words in said if words)
    return Recording("dialogue", spoken, tuple(asides), title=title, started_at=at, roles=roles, wrapped=False)


def _labels(lines: Sequence[str]) -> list[Labelled | None]:
    """The label each line may bear; a heading or bold line that is a name alone bears one too."""
    found: list[Labelled | None] = []
    for line in lines:
        label = label_of(line)
        if (
            label is None
            and (alone := _HEADING_NAME.match(line.strip()))
            and (side_of(alone["name"]) or _pair_of(alone["name"]))
        ):
            label = Labelled(alone["name"].strip(), "")
        found.append(label)
    return found


def _known(labels: Sequence[Labelled | None], lines: Sequence[str]) -> frozenset[str]:
    """The names that speak. `Q` and `A` (with numbers) do where the file has both."""
    spoken = [n for n, line in enumerate(lines) if line.strip()]
    opening = [n for n in spoken if n == 0 or not lines[n - 1].strip()]
    if not all(labels[n] for n in spoken) and len(opening) > 1 and all(labels[n] for n in opening):
        known = speakers_among((labels[n] for n in opening), every=True) | speakers_among(labels, every=False)
    else:
        known = speakers_among(labels, every=all(labels[n] for n in spoken))
    pairs = {label.name: _pair_of(label.name) for label in labels if label}
    if {"interviewer", "candidate"} <= set(pairs.values()):
        return speakers_among(labels, every=False) | {name for name, side in pairs.items() if side}
    return frozenset(name for name in known if not pairs.get(name) or side_of(name))


def _pair_of(name: str) -> Role | None:
    plain = folded(name)
    return "interviewer" if _ASKED.match(plain) else "candidate" if _ANSWERED.match(plain) else None


def _speaker(name: str, known: frozenset[str]) -> tuple[str, Role | None]:
    """The name to show and the side it says: `Q1` and `Q2` are one voice."""
    side = _pair_of(name)
    if side:
        return re.sub(r"[ ._\-#]*\d+$", "", name) or name, side
    return name, side_of(name)


def _begin(
    lines: Sequence[str], labels: Sequence[Labelled | None], known: Mapping[str, object] | frozenset[str]
) -> int:
    """The line on which the talk begins: below the heading that says so, else at the first name."""
    named = [n for n, label in enumerate(labels) if label and label.name in known]
    if not named:
        return len(lines)
    opened = [n for n, line in enumerate(lines) if opens_talk(line) and n < named[-1]]
    noted = any(opens_notes(line) for line in lines[: named[0] + 1])
    if opened and (noted or opened[0] < named[0] or any(opens_notes(line) for line in lines[: opened[-1]])):
        return next(n for n in range(opened[-1] + 1, len(lines)) if n in named or _ANCHOR.match(lines[n].strip()))
    first = named[0]
    above = [n for n in range(first) if _ANCHOR.match(lines[n].strip())]
    return above[-1] if above else first


def _is_reference(line: str) -> bool:
    """Whether a line gives what was expected or a mark, and is no speech."""
    name, colon, _ = line.replace("：", ":").partition(":")
    return bool(colon) and folded(name.strip("*_#> -")) in load_words().references
