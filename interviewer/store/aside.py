"""One session of many that cannot be worked with is set aside.

The one rule: whatever goes wrong with it stops no other, and is kept by its id with the reason, to be named at the end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

from interviewer.errors import SessionUnusable, StoreMoved
from knowledge.errors import UserFacingError

log = logging.getLogger("interviewer.store")
Unread = MutableMapping[str, UserFacingError]
"""Why sessions were set aside, by their ids."""


@contextmanager
def set_aside(session_id: str, unread: Unread) -> Iterator[None]:
    """Work on one of many sessions: an error of any kind goes into `unread`. Raises only StoreMoved, which ends all the work."""
    try:
        yield
    except StoreMoved:
        raise
    except UserFacingError as error:
        unread[session_id] = error
    except Exception as error:  # noqa: BLE001  # the boundary of one job among many: recorded, and the next one is done
        unread[session_id] = _unforeseen(session_id, error)


def _unforeseen(session_id: str, error: Exception) -> SessionUnusable:
    """The error in one line, with the line of code it comes from: enough to report it by."""
    frame = extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    found = SessionUnusable(
        f"Session {session_id!r} is stored, but cannot be worked with ({type(error).__name__}: {str(error)[:200]}; {where}).",
        "It was edited by hand or written by another version of this program; restore a copy, or report it.",
        session_id=session_id,
    )
    found.__cause__ = error
    return found


def note(unread: Mapping[str, UserFacingError]) -> None:
    """Write what nobody foresaw into the log of the serving process, with its trace."""
    for error in unread.values():
        if isinstance(error, SessionUnusable):
            log.warning("%s", error.what, exc_info=error.__cause__)
