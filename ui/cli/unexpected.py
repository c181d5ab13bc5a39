"""What nobody foresaw: kept with its traceback in a log, and said in one line. The one rule: it never raises itself."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ui.texts import command_words

LOG = "errors.log"


def unexpected(error: BaseException, argv: Sequence[str], language: str) -> int:
    """Log the error in the data folder (else among temporary files) and tell the person where; exit code 1."""
    words = command_words(language)["unexpected"]
    kept = _keep(error, argv)
    key = "logged" if kept else "not_logged"
    said = words[key].format(kind=type(error).__name__, what=str(error)[:200] or "–", log=kept)
    print(f"interviewer: {said}", file=sys.stderr)
    return 1


def _keep(error: BaseException, argv: Sequence[str]) -> Path | None:
    command = " ".join(argv[:1])  # only the command: its options may hold what belongs in no log
    said = f"{datetime.now(UTC).isoformat(timespec='seconds')} interviewer {command}\n"
    said += "".join(traceback.format_exception(error))
    for folder in (_data_dir(argv), Path(tempfile.gettempdir())):
        if folder is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / LOG).open("a", encoding="utf8", errors="backslashreplace") as log:
                log.write(f"{said}\n")
            return folder / LOG
        except OSError:  # the next folder
            continue
    return None


def _data_dir(argv: Sequence[str]) -> Path | None:
    from interviewer.settings import load_settings

    named = [argv[n + 1] for n, word in enumerate(argv[:-1]) if word == "--data-dir"]
    named += [word.partition("=")[2] for word in argv if word.startswith("--data-dir=")]
    try:
        return load_settings({"data_dir": named[0] if named else None}).data_dir
    except Exception:  # noqa: BLE001  # settings that cannot be loaded may be what went wrong
        return None
