"""The client's own words to a model: the schema in a prompt, the reason of a repair, the probe. Files beside this one.

Same rule as for all prompts: a released file is never edited, a change is a new version.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from prompts import Prompt


@cache
def load(name: str, version: str = "v1") -> Prompt:
    """The wording `name` at `version`; the hash is of the file's bytes."""
    raw = (files("interviewer.llm") / "wording" / f"{name}-{version}.md").read_bytes()
    return Prompt(f"llm/{name}", version, hashlib.sha256(raw).hexdigest(), raw.decode("utf8"))


def say(name: str, **values: str) -> str:
    """The text of the wording `name` with its blanks filled."""
    return load(name).render(**values)[0]
