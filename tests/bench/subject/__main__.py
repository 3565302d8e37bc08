"""`dauys run` in a process of its own, with one fault laid into it: `python -m tests.bench.subject OPTIONS`.

The command line, the exit code and every word are those of `dauys run`; only the named place is touched.
"""

from __future__ import annotations

import argparse
import mmap
import signal
import struct
import sys
import time
from pathlib import Path

SECONDS = struct.Struct("=d")
MOMENTS = ("before", "commit", "after")


def moved_clock(file: Path) -> None:
    """The wall clock tells the time plus the seconds that stand in `file`; the steady clock is left as it is."""
    with file.open("r+b") as opened:
        memory = mmap.mmap(opened.fileno(), SECONDS.size)
    real = time.time
    time.time = lambda: real() + SECONDS.unpack_from(memory)[0]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--at")
    parser.add_argument("--moment", choices=MOMENTS, default=MOMENTS[0])
    parser.add_argument("--signal", type=lambda name: int(signal.Signals[f"SIG{name}"]), default=signal.SIGKILL)
    parser.add_argument("--nth", type=int, default=1)
    parser.add_argument("--clock", type=Path)
    for flag in ("--slow", "--read-only", "--full", "--nameless"):
        parser.add_argument(flag, type=Path)
    parser.add_argument("--seconds", type=float, default=0.0)
    return parser.parse_args()


def main() -> None:
    given = options()
    if given.clock:
        moved_clock(given.clock)  # before anything of the bot is imported, which may keep the clock that it sees
    from tests.bench.subject import ills, strike

    if given.at:
        strike.Strike(given.at, given.moment, given.signal, given.nth).install()
    if given.slow:
        ills.slow_commits(given.slow, given.seconds)
    for flag, ill in ((given.read_only, ills.read_only), (given.full, ills.full), (given.nameless, ills.nameless)):
        if flag:
            ill(flag)
    from bot import cli

    sys.argv = ["dauys", "run"]
    cli.main()


if __name__ == "__main__":
    main()
