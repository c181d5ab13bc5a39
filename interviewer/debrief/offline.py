"""A reply without a model: which question is meant, what its record says, and what the notes have on it.

One rule: everything in it is a stored figure, the candidate's own words, or a passage of a note; it is labelled as such.
"""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.debrief.record import Passage, Record, numbers_in
from interviewer.debrief.sources import Sources
from interviewer.debrief.telling import Telling, for_page
from interviewer.debrief.wording import Words
from interviewer.models import Citation

AT_ONCE = 2
"""Questions told in one reply."""
PASSAGES = 2
"""Passages shown for each."""


@dataclass(frozen=True)
class Reply:
    """A whole reply: Markdown with `[n]` marks, and what they stand for."""

    text: str
    citations: tuple[Citation, ...]


def answer(record: Record, message: str) -> Reply:
    """The retrieval-only reply to `message`."""
    sources = Sources()
    telling = Telling(record, sources, for_page)
    parts: list[str] = []
    if wants(message, "change"):
        parts.append(record.words.say("offline", "change"))
    meant = record.meant(message) if _names_a_question(record, message) or not _about_the_whole(message) else ()
    if meant:
        parts += _questions(record, telling, message, meant)
    elif wants(message, "reading"):
        parts.append(telling.reading())
    elif not parts:
        if not wants(message, "overview"):
            parts.append(record.words.say("offline", "unclear"))
        parts.append(telling.overview())
    text = sources.clean("\n\n".join(parts))
    return Reply(text, sources.cited(text))


def wants(message: str, what: str) -> bool:
    """Whether a message holds one of the phrases listed for `what`, in either language."""
    lowered = message.lower()
    return any(phrase in lowered for language in ("zh", "en") for phrase in Words(language).options("recognise", what))


def _names_a_question(record: Record, message: str) -> bool:
    return any(record.row(number) for number in numbers_in(message))


def _about_the_whole(message: str) -> bool:
    return any(wants(message, what) for what in ("reading", "overview", "change"))


def _questions(record: Record, telling: Telling, message: str, meant: tuple[int, ...]) -> list[str]:
    parts: list[str] = []
    if len(meant) > AT_ONCE:
        parts.append(record.words.say("offline", "many", n=AT_ONCE))
    for number in meant[:AT_ONCE]:
        row = record.row(number)
        if row is None:
            continue
        parts.append(telling.question(row))
        found = _passages(record, message, number)
        if found:
            parts.append(record.words.say("passages", "head"))
            parts += [_quoted(telling.passage(one)) for one in found]
    return parts


def _passages(record: Record, message: str, number: int) -> list[Passage]:
    """The passages of one question's note that fit the message; what the verdicts have told, and sources, are left out."""
    row = record.row(number)
    query = f"{message} {row.text.to(record.language)}" if row else message
    told = {record.words.say("note", part) for part in ("points", "sources")}
    return [one for one in record.find(query, number, k=8) if one.heading not in told][:PASSAGES]


def _quoted(text: str) -> str:
    head, _, body = text.partition("\n")
    return "\n".join([head, "", *(f"> {line}" for line in body.strip().splitlines())])
