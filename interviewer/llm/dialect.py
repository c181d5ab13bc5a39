"""The form in which a server wants its requests: which name the limit has, whether a temperature, a system role or the
switch against thinking may be sent, and whether data has to come as a stream.

One rule: a request is written once, in the plain form of OpenAI, and put into a server's own form here. What a server
wants is seen from what it refuses (`after`), at the first probe or at any later call; settings may say it beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from interviewer.errors import EndpointError
from interviewer.llm.wordings import means
from interviewer.settings import Wire
from knowledge.models import Frozen

Json = dict[str, Any]
LimitField = Literal["max_tokens", "max_completion_tokens"]
ThinkingSwitch = Literal["", "template", "field"]
"""How thinking is turned off: not at all, by an argument of the chat template (vLLM, SGLang), by a field of its own."""

_THINKING_OFF: Mapping[ThinkingSwitch, Json] = {
    "": {},
    "template": {"chat_template_kwargs": {"enable_thinking": False}},
    "field": {"enable_thinking": False},
}
ADAPTED = frozenset({"rejected", "server_error", "not_implemented"})
"""Reasons of an EndpointError after which another form of the same request may be taken."""


class Dialect(Frozen):
    """One server's form. The defaults are OpenAI's own."""

    limit_field: LimitField = "max_tokens"
    temperature: bool = True
    system_role: bool = True
    stream_data: bool = False
    stream_usage: bool = True
    """Whether `stream_options` may be sent, which make a stream end with its token counts."""
    thinking_off: ThinkingSwitch = ""

    def write(self, body: Mapping[str, object]) -> Json:
        """`body`, written in OpenAI's form, in this server's."""
        sent: Json = dict(body)
        if self.limit_field != "max_tokens" and "max_tokens" in sent:
            sent[self.limit_field] = sent.pop("max_tokens")
        if not self.temperature:
            sent.pop("temperature", None)
        if not self.system_role:
            sent["messages"] = without_system(sent["messages"])
        if not self.stream_usage:
            sent.pop("stream_options", None)
        return sent | _THINKING_OFF[self.thinking_off]

    def after(self, error: EndpointError) -> Dialect | None:
        """The form to try next after `error`, or None where its words ask for no other."""
        if error.details.get("reason") not in ADAPTED:
            return None
        said = str(error.details.get("said", ""))
        changed: Json = {}
        if self.limit_field == "max_tokens" and means(said, "no_max_tokens"):
            changed["limit_field"] = "max_completion_tokens"
        elif self.limit_field != "max_tokens" and means(said, "no_max_completion_tokens"):
            changed["limit_field"] = "max_tokens"
        elif self.temperature and means(said, "no_temperature"):
            changed["temperature"] = False
        elif self.system_role and means(said, "no_system_role"):
            changed["system_role"] = False
        elif not self.stream_data and means(said, "only_streams"):
            changed["stream_data"] = True
        elif self.thinking_off != "field" and means(said, "thinking_needs_field"):
            changed["thinking_off"] = "field"
        elif self.thinking_off and means(said, "no_thinking_switch"):
            changed["thinking_off"] = ""
        elif self.stream_usage and means(said, "no_stream_options"):
            changed["stream_usage"] = False
        return self.model_copy(update=changed) if changed else None

    def guesses(self) -> tuple[Dialect, ...]:
        """Forms to try where a server refuses without saying why, from the smallest change to the largest."""
        plain = self.model_copy(update={"thinking_off": ""})
        merged = plain.model_copy(update={"system_role": False})
        newest = plain.model_copy(update={"limit_field": "max_completion_tokens", "temperature": False})
        forms = (plain, merged, newest, newest.model_copy(update={"system_role": False}))
        return tuple(form for n, form in enumerate(forms) if form != self and form not in forms[:n])


def begin_with(wire: Wire) -> Dialect:
    """The form to begin with: what the settings say, else OpenAI's with thinking turned off."""
    return Dialect(
        limit_field="max_tokens" if wire.limit_field == "auto" else wire.limit_field,
        temperature=wire.temperature != "no",
        system_role=wire.system_role != "no",
        stream_data=wire.stream_data == "yes",
        thinking_off="template"
        if wire.thinking_off == "auto"
        else ""
        if wire.thinking_off == "no"
        else wire.thinking_off,
    )


def kept_to(wire: Wire, found: Dialect) -> Dialect:
    """`found` with what the settings say put over it."""
    said: Json = {}
    if wire.limit_field != "auto":
        said["limit_field"] = wire.limit_field
    for name in ("temperature", "system_role", "stream_data"):
        if (choice := getattr(wire, name)) != "auto":
            said[name] = choice == "yes"
    if wire.thinking_off != "auto":
        said["thinking_off"] = "" if wire.thinking_off == "no" else wire.thinking_off
    return found.model_copy(update=said)


def without_system(messages: object) -> object:
    """`messages` with the system's words before the first of the user, for templates without a system role."""
    if not isinstance(messages, list):
        return messages
    system = "\n\n".join(str(one["content"]) for one in messages if one.get("role") == "system" and one.get("content"))
    rest = [dict(one) for one in messages if one.get("role") != "system"]
    if not system:
        return rest
    for one in rest:
        if one.get("role") == "user":
            one["content"] = f"{system}\n\n{one['content']}"
            return rest
    return [{"role": "user", "content": system}, *rest]
