"""Where settings come from: the environment, interviewer.toml, the machine's language.

The one rule: nothing heavy is imported here, so that a command can say its first words in the right language at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from interviewer.errors import SettingsError

Spoken = Literal["zh", "en"]
ENV_PREFIX = "INTERVIEWER_"
TOML_NAME = "interviewer.toml"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What names the machine's language, the first that is set."""
_NO_LANGUAGE = ("", "c", "posix")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a settings file; none where there is no file. Raises SettingsError."""
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{TOML_NAME} cannot be read: {error}.", "Mend the file or move it away.") from error


def from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """INTERVIEWER_MODEL__BASE_URL -> model.base_url; INTERVIEWER_TEST_* belongs to the tests and is left alone."""
    names = (name for name in environ if name.startswith(ENV_PREFIX) and not name.startswith(f"{ENV_PREFIX}TEST_"))
    return {name.removeprefix(ENV_PREFIX).lower().replace("__", "."): environ[name] for name in names}


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested tables with its dotted name."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(cast("Mapping[str, Any]", value), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def language_of_machine(environ: Mapping[str, str]) -> tuple[Spoken, str] | None:
    """(language, the variable that says so); None where the machine has no opinion. Neither Chinese nor none is English."""
    for name in LOCALE:
        if value := environ.get(name, ""):
            plain = value.split(".")[0].split("@")[0].lower()
            if plain in _NO_LANGUAGE:
                return None
            return ("zh" if plain.startswith("zh") else "en"), f"${name}"
    return None


def early_language(argv: Sequence[str], environ: Mapping[str, str], folder: Path) -> Spoken:
    """The language of a command's first words: as flag, environment, file and machine say, in this order; never raises."""
    asked = _flag(argv) or environ.get(f"{ENV_PREFIX}UI__LANGUAGE", "")
    if not asked:
        try:
            asked = dict(leaves(read_toml(folder / TOML_NAME))).get("ui.language", "")
        except SettingsError:  # said in full when the settings are loaded
            asked = ""
    if asked in ("zh", "en"):
        return cast("Spoken", asked)
    of_machine = language_of_machine(environ)
    return of_machine[0] if of_machine else "zh"


def _flag(argv: Sequence[str]) -> str:
    for place, word in enumerate(argv):
        if word == "--lang":
            return argv[place + 1] if place + 1 < len(argv) else ""
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return ""
