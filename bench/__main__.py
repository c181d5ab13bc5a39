"""Runs the benchmarks named on the command line (all by default) and prints one table each.

A figure stands beside its target and beside a plain measure taken in the same run (an empty Python start, an empty HTTP
call), so that runs on different machines can be compared by ratio.
"""

from __future__ import annotations

import argparse
import sys

from bench import adopt, bank_check, index, page, recall, recordings, retrieval, startup, turn
from bench.table import show

BENCHES = {
    "startup": startup.run,
    "index": index.run,
    "bank_check": bank_check.run,
    "adopt": adopt.run,
    "retrieval": retrieval.run,
    "recall": recall.run,
    "recordings": recordings.run,
    "turn": turn.run,
    "page": page.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, epilog="example:\n  python -m bench turn index",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)} (default: all)")
    names = parser.parse_args().names or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHES)}")
    for name in names:
        show(name, BENCHES[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
