"""Where Chroma keeps its vectors: in a folder with one process at a time, or on a server that many share.

Its rule: a folder is never opened by two processes (Chroma damages it then), and a folder whose last user was killed while
it wrote is not opened again but begun anew, because native code may crash on it before Python can catch anything.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from knowledge.errors import IndexInUse, VectorIndexError

if TYPE_CHECKING:
    import httpx
    from chromadb.api.client import AdminClient, Client
    from chromadb.api.fastapi import FastAPI
    from chromadb.config import Settings

_TIMEOUT_S = 60.0
_GENERATION = re.compile(r"chroma-(\d+)")


class Home(Protocol):
    """What the index needs of either place. `shared`: other processes may use it at the same time.

    `begun` counts how often its client was let go of: what was read through an earlier one is stale.
    """

    shared: bool
    place: str
    begun: int

    def client(self) -> Client: ...
    def renew(self) -> None:
        """Forget everything kept here; raises VectorIndexError where that is not ours to do."""
        ...

    @contextmanager
    def writing(self) -> Generator[str]:
        """Around every write; gives the reason if what was there had to be forgotten first, else ""."""
        ...

    def reading(self) -> AbstractContextManager[object]:
        """Around every query of another thread: the client is not let go of meanwhile."""
        ...

    def close(self) -> None: ...


def home(where: str | Path) -> Home:
    """A server for a URL, else the folder of that name."""
    text = str(where)
    return Server(text) if text.startswith(("http://", "https://")) else Folder(Path(where))


def is_fault(error: BaseException) -> bool:
    """Whether Chroma raised `error`: one of its own family, a panic of its native part, or a server that is gone."""
    import httpx
    from chromadb.errors import ChromaError

    return isinstance(error, ChromaError | httpx.HTTPError) or type(error).__name__ == "PanicException"


@contextmanager
def faults_named(place: str) -> Generator[None]:
    """Turn Chroma's errors into VectorIndexError."""
    try:
        yield
    except BaseException as error:
        if not is_fault(error):
            raise
        raise VectorIndexError(
            f"The index {place} failed ({error}).",
            "Start again; if it stays so, delete the index's folder (it is made anew) or look at the server's log.",
            place=place,
        ) from error


class Folder:
    """An embedded Chroma in `path`/chroma-N, N growing with every new start; `path`/writer.lock is held while it is open."""

    shared = False

    def __init__(self, path: Path) -> None:
        self.place = repr(str(path))
        self.begun = 0
        self._path = path
        self._reading = threading.Lock()
        self._client: Client | None = None
        self._mark = path / "writing"
        self._lock = FileLock(str(path / "writer.lock"), timeout=0, thread_local=False)
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as error:
            raise IndexInUse(
                f"The index {self.place} is in use by another process.",
                "Search works without it. To share an index, run `chroma run` and set `index.url`.",
                place=self.place,
            ) from error
        except OSError as error:
            raise self._unusable(error) from error

    def client(self) -> Client:
        if self._client is None:
            os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
            import chromadb

            self._client = cast("Client", chromadb.PersistentClient(str(self._newest()), _settings()))
        return self._client

    def renew(self) -> None:
        newest = self._newest()
        self._let_go()
        try:
            for old in self._generations().values():
                shutil.rmtree(old)
            following = self._path / f"chroma-{self._number(newest) + 1}"
            following.mkdir()
        except OSError as error:
            raise self._unusable(error) from error

    @contextmanager
    def writing(self) -> Generator[str]:
        reason = ""
        if self._mark.exists():
            reason = "the process that wrote it last was killed in the middle"
            self.renew()
        try:
            self._mark.touch()
        except OSError as error:
            raise self._unusable(error) from error
        try:
            yield reason
        finally:
            self._mark.unlink(missing_ok=True)

    def reading(self) -> AbstractContextManager[object]:
        return self._reading

    def close(self) -> None:
        self._let_go()
        self._lock.release()

    def _let_go(self) -> None:
        with self._reading:
            self.begun += 1
            client, self._client = self._client, None
            if client is not None:
                client.close()

    def _newest(self) -> Path:
        return max(self._generations().items(), default=(1, self._path / "chroma-1"))[1]

    def _generations(self) -> dict[int, Path]:
        return {self._number(one): one for one in self._path.iterdir() if _GENERATION.fullmatch(one.name)}

    def _number(self, generation: Path) -> int:
        match = _GENERATION.fullmatch(generation.name)
        return int(match[1]) if match else 0

    def _unusable(self, error: OSError) -> VectorIndexError:
        return VectorIndexError(
            f"The index {self.place} cannot be written ({error.strerror}).",
            "Give this user write permission for the folder, free space on its disk, or name another data folder.",
            place=self.place,
        )


class Server:
    """A Chroma server at a URL."""

    shared = True

    def __init__(self, url: str) -> None:
        self.place = repr(url)
        self.begun = 0
        parts = urlsplit(url)
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import chromadb

        secure = parts.scheme == "https"
        try:
            client = chromadb.HttpClient(
                parts.hostname or "", parts.port or (443 if secure else 80), ssl=secure, settings=_settings()
            )
        except ValueError as error:
            raise VectorIndexError(
                f"The index server {self.place} cannot be reached ({error}).",
                "Check the URL and that `chroma run` runs there; without `index.url` a folder is used.",
                place=self.place,
            ) from error
        self._client = cast("Client", client)
        for session in self._sessions():
            session.timeout = _TIMEOUT_S

    def client(self) -> Client:
        return self._client

    def renew(self) -> None:
        raise VectorIndexError(
            f"The index server {self.place} cannot read its data.", "Look at the server's log.", place=self.place
        )

    @contextmanager
    def writing(self) -> Generator[str]:
        yield ""

    def reading(self) -> AbstractContextManager[object]:
        return nullcontext()

    def close(self) -> None:
        sessions = self._sessions()
        self._client.close()
        for session in sessions:
            session.close()

    def _sessions(self) -> tuple[httpx.Client, httpx.Client]:
        """The client's two connections. It has no setting for their time-out (never) and does not close them itself."""
        owners = (self._client, cast("AdminClient", self._client._admin_client))  # pyright: ignore[reportPrivateUsage] -- no other way
        first, second = (cast("FastAPI", owner._server)._session for owner in owners)  # pyright: ignore[reportPrivateUsage] -- no other way
        return first, second


def _settings() -> Settings:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)
