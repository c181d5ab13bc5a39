"""Reading the banks in a process of its own while this one imports what serves the page.

The one rule: it only ever saves time. Where it cannot be done, or the banks cannot be read, this process reads them itself
and meets the same error.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interviewer.settings import Settings
    from knowledge.models import Bank

Banks = Callable[[], "dict[str, Bank] | None"]
"""The banks by their ids when they are read; None where they were not."""
LONGEST_S = 30.0


@contextmanager
def bank_beside(settings: Settings) -> Iterator[Banks]:
    """Begin to read the banks; what is given waits for them."""
    if not sys.platform.startswith("linux") or threading.active_count() > 1:  # elsewhere a fork is slow or unsafe
        yield lambda: None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(1, mp_context=get_context("fork"), initializer=_leave_interrupts_to_the_parent) as beside:
        read = beside.submit(_read, settings)

        def banks() -> dict[str, Bank] | None:
            try:
                failed = read.exception(LONGEST_S)  # whatever it is: reading them here says it properly
            except TimeoutError:
                return None
            return None if failed else read.result()

        yield banks


def _read(settings: Settings) -> dict[str, Bank]:
    from interviewer.app import App

    return App(settings).banks


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
