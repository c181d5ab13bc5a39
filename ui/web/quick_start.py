"""Gradio without the work at its start that no page needs: half of the time to the first page.

The one rule: only what is left out is changed, and only while it is under way. Where a newer Gradio does these things in
another way, nothing here takes effect and everything works, later.

Measured with Gradio 6.31: at every start it parses the source of each of its components to keep .pyi files for editors up to
date (and writes them beside its own code); it imports pandas for one check of a cache we do not use; and it makes an
application, a hundred routes of FastAPI, each time a page is finished, though only the one that is mounted is ever asked.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """Stands in for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


def import_gradio() -> None:
    """Import Gradio for the first time in this process; call it before any room that imports it."""
    if "gradio" in sys.modules:
        return
    with _later("pandas"), _no_editor_files():
        import gradio  # noqa: F401  # the import is the purpose


@contextmanager
def _later(name: str) -> Iterator[None]:
    """Whoever imports `name` meanwhile gets a stand-in that loads the real one when it is used."""
    if name in sys.modules:
        yield
        return
    stand_in = sys.modules[name] = Later(name)
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


@contextmanager
def _no_editor_files() -> Iterator[None]:
    """Gradio finds no source of its components, as with one that was made by hand, and so leaves their .pyi files alone."""
    real = inspect.getfile

    def getfile(of: Any) -> str:
        if type(of).__name__ == "ComponentMeta":
            raise OSError("not looked for")
        return real(of)

    inspect.getfile = getfile
    try:
        yield
    finally:
        inspect.getfile = real


@contextmanager
def unserved() -> Iterator[None]:
    """Pages are built meanwhile; the application that serves them is made once, when they are mounted."""
    from gradio import blocks

    held: Any = blocks
    real = held.App
    held.App = _Unserved  # only its create_app is called while pages are built
    try:
        yield
    finally:
        held.App = real


class _Unserved:
    """What pages hold for their application until they are mounted."""

    @staticmethod
    def create_app(*_: Any, **__: Any) -> None:
        return None
