"""This program's own export of a session, also made or edited by hand. The one rule: it is checked as a whole, and a
question without an id gets one made of its words, so that it can be named later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from interviewer.errors import TranscriptError
from interviewer.models import Transcript, outside_id


def sees(value: Any) -> bool:
    """Whether parsed JSON is meant as an export: it has a session, and messages or nothing else in their place."""
    return isinstance(value, Mapping) and isinstance(value.get("session"), Mapping) and "messages" in value


def read(value: Mapping[str, Any], name: str) -> Transcript:
    """The transcript. Raises TranscriptError that says where it is off."""
    try:
        transcript = Transcript.model_validate(dict(value))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise TranscriptError(
            f"The file {name!r} is not an exported session (at {where}: {error.errors()[0]['msg']}).",
            "Mend that place, or give a file that `interviewer export` wrote.",
        ) from error
    return _named(transcript)


def _named(transcript: Transcript) -> Transcript:
    """Questions that no bank holds, and what was said about them, under an id made of the question's words."""
    current: str | None = None
    messages = []
    for message in transcript.messages:
        if message.kind == "question":
            current = message.question_id or outside_id(message.text)
        told = message.kind not in ("closing", "small_talk", "backchannel") and message.question_id is None
        messages.append(message.model_copy(update={"question_id": current}) if told and current else message)
    return transcript.model_copy(update={"messages": tuple(messages)})
