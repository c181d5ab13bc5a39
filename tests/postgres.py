"""A PostgreSQL server of the tests' own, made in a temporary folder and thrown away; or the reason why there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REQUIRED = "INTERVIEWER_TEST_REQUIRE_POSTGRES"


def programs() -> Path | None:
    """The newest installed server's folder of programs, where Debian puts it or on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def missing() -> str:
    """Why no server can be started here; empty where one can."""
    try:
        import psycopg  # noqa: F401 -- whether it is there is the question
    except ImportError:
        return "psycopg is not installed: pip install 'interviewer[postgres]'"
    if programs() is None:
        return "no PostgreSQL server is installed (initdb): apt-get install postgresql"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "root may not run PostgreSQL, and there is no runuser to become somebody else"
    return ""


@contextmanager
def running() -> Iterator[Path]:
    """The folder of a running server's socket; it listens nowhere else, so no two ever want one port."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: the path of a socket has 107 characters at most
    become: list[str] = []
    if os.geteuid() == 0:
        become = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")

    def call(program: str, *arguments: str) -> None:
        command = [*become, str(bin_folder / program), "-D", str(folder / "data"), *arguments]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        log = folder / "log"
        assert done.returncode == 0, f"{done.stdout}\n{log.read_text() if log.exists() else ''}"

    try:
        call("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -F"
        call("pg_ctl", "-o", options, "-w", "-t", "120", "-l", str(folder / "log"), "start")
        try:
            yield folder
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(folder: Path, name: str) -> Iterator[str]:
    """The URL of an empty database on that server."""
    import psycopg

    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield f"postgresql+psycopg://postgres@/{name}?host={folder}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
