"""What servers say, read for what it means. The sentences stand in `wordings.toml`, by meaning and by server.

One rule: a wording is only asked for where no status, no code and no field tells; new servers are new lines of the table.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Meaning = Literal[
    "over_context", "quota_used_up", "slow_down", "no_system_role", "no_max_tokens", "no_max_completion_tokens",
    "no_temperature", "only_streams", "thinking_needs_field", "no_thinking_switch", "no_stream_options", "loading",
    "unknown_model", "no_such_model", "no_model", "wants_https",
]  # fmt: skip


@cache
def table() -> dict[Meaning, dict[str, list[str]]]:
    """Every wording: meaning -> server -> regular expressions."""
    return tomllib.loads((files("interviewer.llm") / "wordings.toml").read_text("utf8"))  # type: ignore[return-value]


def means(said: str, meaning: Meaning) -> bool:
    """Whether `said`, whatever a server wrote, says `meaning`."""
    return _pattern(meaning).search(said) is not None


@cache
def _pattern(meaning: Meaning) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for server in table()[meaning].values() for one in server), re.I)
