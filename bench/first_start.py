"""From a bare machine to the first page: `make run` in a fresh copy of this checkout and of another, one after the other.

    python -m bench.first_start --base ../base --rounds 1

Bare means: no environment, no uv on the PATH, empty caches of pip and uv, an empty home. What is measured: seconds to the
first line on the screen, and to the first page; the ratio of both checkouts is what counts, seconds depend on the machine and
on the package index.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
LONGEST_S = 1800


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.first_start", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--base", type=Path, required=True, help="the checkout to compare with")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = {"base": [], "this": []}
    for _ in range(args.rounds):
        for name, tree in (("base", args.base), ("this", ROOT)):
            line_s, page_s = _first_page(tree)
            found[name].append((line_s, page_s))
            print(f"{name}: first line {line_s:.2f} s, first page {page_s:.1f} s", flush=True)
    base, this = (median(page for _, page in found[name]) for name in ("base", "this"))
    print(f"bare machine to first page: {this:.1f} s against {base:.1f} s, ratio {this / base:.2f} (target <= 0.30)")
    return 0


def _first_page(tree: Path) -> tuple[float, float]:
    """(seconds to the first line, seconds to the first page) of `make run` in a copy of `tree` on a bare machine."""
    with tempfile.TemporaryDirectory() as folder:
        copy, port = Path(folder) / "interviewer", _free_port()
        files = subprocess.run(["git", "ls-files", "-z"], cwd=tree, check=True, capture_output=True).stdout
        for name in filter(None, files.decode().split("\0")):
            if (tree / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(tree / name, copy / name)
        began = time.perf_counter()
        first: list[float] = []
        with subprocess.Popen(
            ["make", "run"], cwd=copy, env=_bare(Path(folder), port), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, bufsize=0,
        ) as running:  # fmt: skip
            try:
                threading.Thread(target=_watch, args=(running, first, began), daemon=True).start()
                while not _answers(port):
                    if running.poll() is not None or time.perf_counter() - began > LONGEST_S:
                        raise SystemExit(f"no page from {tree}")
                    time.sleep(0.1)
                return first[0], time.perf_counter() - began
            finally:
                os.killpg(running.pid, signal.SIGKILL)


def _bare(folder: Path, port: int) -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("INTERVIEWER_", "UV_", "VIRTUAL_ENV", "PYTHON"))}  # fmt: skip
    path = [one for one in environ["PATH"].split(os.pathsep) if not (Path(one) / "uv").exists()]
    for name in ("home", "pip", "uv", "data"):
        (folder / name).mkdir()
    return environ | {
        "PATH": os.pathsep.join(path), "HOME": str(folder / "home"), "PIP_CACHE_DIR": str(folder / "pip"),
        "UV_CACHE_DIR": str(folder / "uv"), "INTERVIEWER_DATA_DIR": str(folder / "data"), "INTERVIEWER_UI__PORT": str(port),
    }  # fmt: skip


def _watch(running: subprocess.Popen[bytes], first: list[float], began: float) -> None:
    assert running.stdout is not None
    while piece := running.stdout.read(4096):
        if not first and piece.strip():
            first.append(time.perf_counter() - began)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            return bool(page.status == 200 and page.read())
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    raise SystemExit(main())
