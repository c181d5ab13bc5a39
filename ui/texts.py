"""Words of the pages and the command line in both languages, and errors said in either.

`ui/words/` holds what all share; each room of the page and the command line has its own words beside it, in tables of its own.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from interviewer.errors import EndpointError, SpeechError
from knowledge.errors import UserFacingError


@cache
def texts(language: str) -> dict[str, Any]:
    """All words of `language` ("zh" or "en"), as tables. Raises ValueError where two files have a table of one name."""
    here = files("ui")
    rooms = sorted((one for one in (here / "web").iterdir() if one.is_dir()), key=lambda one: one.name)
    tables: dict[str, Any] = {}
    for room in (here, here / "cli", *rooms):
        found = _read(room, language)
        if twice := tables.keys() & found.keys():
            raise ValueError(f"the table {sorted(twice)[0]!r} stands twice among the words; the second is in {room}")
        tables |= found
    return tables


@cache
def command_words(language: str) -> dict[str, Any]:
    """The words of the command line alone: what `--help` needs, without reading those of every page."""
    return _read(files("ui") / "cli", language)


def _read(room: Traversable, language: str) -> dict[str, Any]:
    file = room / "words" / f"{language}.toml"
    return tomllib.loads(file.read_text("utf8")) if file.is_file() else {}


def say(language: str, table: str, key: str, **values: object) -> str:
    """The words at `table`.`key`, with `values` filled in."""
    words: str = texts(language)[table][key]
    return words.format(**values) if values else words


def explain(error: UserFacingError, language: str) -> str:
    """What happened and what to do, in `language`. The catalogue speaks for each kind of error, and for each reason where a
    kind has a table of its own; `what` gives the details."""
    from interviewer.llm.failures import worded
    from ui.said import refusal

    general: str = texts(language)["errors"].get(error.code, "{what} {fix}")
    template: str = texts(language).get(error.code, {}).get(error.details.get("reason"), general)
    what, fix = worded(error.details, "zh" if language == "zh" else "en") or refusal(error, language)
    return template.format(what=what, fix=fix, **{k: v for k, v in error.details.items() if k not in ("what", "fix")})


def explain_to_candidate(error: UserFacingError, language: str) -> str:
    """The same for whoever takes an interview: no address of a server, no path of a file, nothing to set up."""
    from interviewer.llm.failures import standing

    words = texts(language)
    if isinstance(error, EndpointError):
        return words["endpoint_for_candidate"][standing(error) if "reason" in error.details else "refused"]
    if isinstance(error, SpeechError) and (said := words["speech_for_candidate"].get(error.details.get("reason"))):
        return said
    if error.code in words["candidate"]:
        return words["candidate"][error.code]
    own = words["errors"].get(error.code)
    if own is None or any(blank in own for blank in ("{what}", "{fix}")):  # which are for whoever runs it
        return words["candidate"]["other"]
    return explain(error, language)
