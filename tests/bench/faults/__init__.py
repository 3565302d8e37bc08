"""Every fault that the bot must survive, played against the real bot: the rows of the table in docs/reliability.md.

`make bench-faults` plays all of them at full length and writes the table; `python -m tests.bench faults:lock-broadcast`
plays one, `--write` then replaces its row alone, `--quick` waits two seconds at most. `tests/faults/test_rows.py` plays
each once so.

A new row: a function `Yard -> Seen` in a module beside this one, in its `ROWS`, and its name in docs/reliability.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.faults import clock, disk, flood, kills, library, network, shelf, signals, updates
from tests.bench.faults.rows import Row, reported
from tests.bench.figures import Report

ROOMS = (signals, kills, disk, clock, network, updates, flood, shelf, library)
ROWS: dict[str, Row] = {name: row for room in ROOMS for name, row in room.ROWS.items()}
NOTES = (
    "Each fault meets the real bot over HTTP and on its real files; Telegram is a stand-in. What is told was counted "
    "in that run, nothing is carried over.",
)


def run(quick: bool, only: Sequence[str] = ()) -> Report:
    return reported("faults", ROWS, NOTES, quick, only)
