"""`interviewer model`: what is served, which one is used, and a first look at how it grades.

The one rule: interviewer.toml is changed only when someone chose, and only in the two lines that name the model.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interviewer.app import App
from interviewer.errors import EndpointError, SettingsError
from interviewer.llm.discovery import FoundServer, find_servers
from interviewer.settings import Settings, load_settings
from interviewer.sources import TOML_NAME
from ui.cli.screen import is_terminal, show_table, waiting
from ui.cli.streams import read_line
from ui.texts import explain, say


@dataclass(frozen=True)
class Choice:
    """One model on one server."""

    base_url: str
    name: str
    product: str


def model(args: argparse.Namespace, settings: Settings) -> int:
    """Show what is served; with a name, or when a person picks one, use it and judge twenty answers with it."""
    language = settings.ui.language
    with waiting(language, "looking"):
        servers = asyncio.run(_servers(args.base_url or "", settings))
    choices = [Choice(one.base_url, name, one.product) for one in servers for name in one.models]
    if args.json:
        print(json.dumps({"in_use": _in_use(settings), "servers": [one.model_dump(mode="json") for one in servers]}, ensure_ascii=False, indent=1))  # fmt: skip
        return 0
    _show(servers, choices, settings)
    if not choices:
        return 1
    chosen = _named(args.name, choices) if args.name else _asked(choices, settings)
    if chosen is None:
        return 0
    _use(chosen, servers, language)
    if args.no_check:
        return 0
    return _first_look(args, language)


async def _servers(asked: str, settings: Settings) -> list[FoundServer]:
    """The server that is named or set, and those found on this machine. Raises EndpointError where the named one fails."""
    named = asked.rstrip("/") or settings.model.base_url
    found = [one for one in await find_servers() if one.base_url != named]
    if not named:
        return list(found)
    app = App(settings.model_copy(update={"model": settings.model.model_copy(update={"base_url": named, "name": ""})}))
    try:
        models = await app.chat.served()
    except EndpointError as error:
        if asked:
            raise
        print(explain(error, settings.ui.language), file=sys.stderr)
        return list(found)
    finally:
        await app.aclose()
    return [FoundServer(base_url=named, product="", models=models), *([] if asked else found)]


def _show(servers: list[FoundServer], choices: list[Choice], settings: Settings) -> None:
    language = settings.ui.language
    if not choices:
        locked = [one.base_url for one in servers if one.wants_key]
        print(
            say(language, "model", "locked", where=", ".join(locked)) if locked else say(language, "model", "nothing")
        )
        print(say(language, "model", "how"))
        return
    used = _in_use(settings)
    rows = [
        (str(n), one.name, one.product, one.base_url, say(language, "model", "used") if _is(one, used) else "")
        for n, one in enumerate(choices, 1)
    ]
    show_table(
        [say(language, "model", one) for one in ("number", "name", "product", "where", "state")], rows, flexible=1
    )


def _in_use(settings: Settings) -> dict[str, str]:
    return {"base_url": settings.model.base_url, "name": settings.model.name}


def _is(choice: Choice, used: dict[str, str]) -> bool:
    return choice.base_url == used["base_url"] and used["name"] in ("", choice.name)


def _named(name: str, choices: list[Choice]) -> Choice:
    """The choice of that name or number. Raises SettingsError with what there is."""
    if name.isascii() and name.isdigit() and 1 <= int(name[:6]) <= len(choices):
        return choices[int(name) - 1]
    for choice in choices:
        if choice.name == name:
            return choice
    known = ", ".join(choice.name for choice in choices)
    raise SettingsError(f"No model {name!r} is served.", f"There are: {known}.", setting="model.name")


def _asked(choices: list[Choice], settings: Settings) -> Choice | None:
    """What a person picks; nobody is asked in a pipe, or where the only model is in use already."""
    language = settings.ui.language
    if not is_terminal(sys.stdin) or not is_terminal(sys.stdout):
        print(say(language, "model", "pick_line", name=choices[0].name))
        return None
    while True:
        print(say(language, "model", "pick", n=len(choices)), end=" ", flush=True)
        typed = (read_line(sys.stdin) or "").strip()
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= len(choices):
            return choices[int(typed) - 1]


def _use(chosen: Choice, servers: list[FoundServer], language: str) -> None:
    path = Path.cwd() / TOML_NAME
    write_model(path, chosen.base_url, chosen.name)
    print(say(language, "model", "written", name=chosen.name, where=chosen.base_url, file=path))
    for variable in ("INTERVIEWER_MODEL__BASE_URL", "INTERVIEWER_MODEL__NAME"):
        if os.environ.get(variable):
            print(say(language, "model", "overruled", variable=variable), file=sys.stderr)


def write_model(path: Path, base_url: str, name: str) -> None:
    """Put the model into a settings file; everything else in it, comments too, stays as it is. Raises SettingsError."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = path.resolve()  # a link stays a link to the file that is changed
    try:
        document: Any = tomlkit.parse(path.read_text("utf8")) if path.exists() else tomlkit.document()
        table = document.setdefault("model", tomlkit.table())
        table["base_url"], table["name"] = base_url, name
        _replace(path, tomlkit.dumps(document).rstrip("\n") + "\n")
    except (TOMLKitError, UnicodeDecodeError, TypeError, OSError) as error:
        raise SettingsError(f"{str(path)!r} cannot be changed: {error}.", "Mend the file, or write base_url and name under [model] yourself.") from error  # fmt: skip


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, with the rights the file had."""
    with tempfile.NamedTemporaryFile("w", encoding="utf8", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False) as new:  # fmt: skip
        new.write(text)
    if path.exists():
        Path(new.name).chmod(path.stat().st_mode & 0o777)
    else:
        umask = os.umask(0)
        os.umask(umask)
        Path(new.name).chmod(0o666 & ~umask)
    Path(new.name).replace(path)


def _first_look(args: argparse.Namespace, language: str) -> int:
    """Twenty answers through the judge of interviews, with the settings as they are now."""
    from ui.cli.qualify import judged

    print(say(language, "model", "first_look"))
    now = load_settings({"data_dir": args.data_dir, "bank": args.bank, "ui.language": language})
    asked = argparse.Namespace(
        answers=None, out=None, html=None, limit=None, quick=True, repeats=1, offline=False, json=False
    )
    return judged(asked, App(now))
