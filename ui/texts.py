"""Words of the pages and the command line in both languages, and errors said in either."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from knowledge.errors import UserFacingError


@cache
def texts(language: str) -> dict[str, Any]:
    """All words of `language` ("zh" or "en"), as tables."""
    return tomllib.loads((files("ui") / "words" / f"{language}.toml").read_text("utf8"))


def say(language: str, table: str, key: str, **values: object) -> str:
    """The words at `table`.`key`, with `values` filled in."""
    words: str = texts(language)[table][key]
    return words.format(**values) if values else words


def explain(error: UserFacingError, language: str) -> str:
    """What happened and what to do, in `language`. The catalogue speaks for each kind of error; `what` gives the details."""
    template: str = texts(language)["errors"].get(error.code, "{what} {fix}")
    return template.format(
        what=error.what, fix=error.fix, **{k: v for k, v in error.details.items() if k not in ("what", "fix")}
    )
