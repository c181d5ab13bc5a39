"""The client's own words to a model: the schema in a prompt, the reason of a repair, the probe. Files in `prompts/`."""

from __future__ import annotations

import prompts


def say(name: str, **values: str) -> str:
    """The text of the prompt `name` with its blanks filled."""
    return prompts.load(name, "v1").render(**values)[0]
