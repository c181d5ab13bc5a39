"""In which form a request for data is made: one line, JSON held by a schema, JSON of any shape, or words alone.

One rule: the best form that the server was seen to have comes first, and after a refusal the next one; what was beyond a
server once is not asked of it again.
"""

from __future__ import annotations

from typing import Literal

from interviewer.errors import EndpointError
from interviewer.llm.capabilities import REFUSALS, Capabilities

Form = Literal["line", "json_schema", "json_object", "prompt"]
"""A line, or one of the `ReplyFormat`s."""


class Beyond:
    """What a server refused: lines of every kind once its engine broke on one, and single schemas by name."""

    def __init__(self) -> None:
        self.lines = False
        self.names: dict[str, Form] = {}

    def clear(self) -> None:
        self.lines = False
        self.names.clear()


class Forms:
    """The forms of one request, called `name`; `wanted` is the one to try."""

    def __init__(self, server: Capabilities, name: str, *, line: bool, beyond: Beyond) -> None:
        self._name, self._beyond = name, beyond
        self._without_line: Form = server.reply_format
        known = beyond.names.get(name)
        best: Form = "line" if line and server.takes_regex and not beyond.lines else self._without_line
        self.wanted: Form = known or best
        self._refused_at: Form | None = None
        self._broke = False

    def fall_back(self, error: EndpointError) -> bool:
        """Whether there is another form to try: this line or schema may be beyond the server, though it has the feature."""
        reason = error.details["reason"]
        if self.wanted == "prompt" or reason not in REFUSALS:
            return False
        self._refused_at, self._broke = self.wanted, reason == "server_error"
        self.wanted = self._without_line if self.wanted == "line" else "prompt"
        return True

    def went_well(self) -> None:
        """The form in use was answered: what was refused before it is remembered, since being refused takes retries."""
        if self._refused_at is None:
            return
        if self._refused_at == "line" and self._broke:
            self._beyond.lines = True
        else:
            self._beyond.names[self._name] = self.wanted
