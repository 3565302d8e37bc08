"""Every fault that the bot must survive, played against the real bot: the rows of the table in docs/reliability.md.

`make bench-faults` plays all of them at full length and writes the table; `python -m tests.bench faults:lock-broadcast`
plays one, `--write` then replaces its row alone, `--quick` waits two seconds at most. `tests/faults/test_rows.py` plays
each once so.

A new row: a function `Yard -> Seen` in a module beside this one, in its `ROWS`, and its name in docs/reliability.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rich.console import Console

from bot.bench.processes import Broken
from tests.bench.delivery.yard import Yard
from tests.bench.faults import clock, disk, flood, kills, library, network, shelf, signals, updates
from tests.bench.faults.rows import Row, Seen
from tests.bench.figures import Figure, Report

ROOMS = (signals, kills, disk, clock, network, updates, flood, shelf, library)
ROWS: dict[str, Row] = {name: row for room in ROOMS for name, row in room.ROWS.items()}
NOTES = (
    "Each fault meets the real bot over HTTP and on its real files; Telegram is a stand-in. What is told was counted "
    "in that run, nothing is carried over.",
)


def run(quick: bool, only: Sequence[str] = ()) -> Report:
    unknown = [name for name in only if name not in ROWS]
    if unknown:
        raise ValueError(f"no row {unknown[0]!r} in faults; there are: {', '.join(ROWS)}")
    report = Report("faults", "Faults", "reliability.md", partial=bool(only))
    console = Console(stderr=True)
    with console.status("") as said:
        for name in only or ROWS:
            said.update(name)
            report.figures.append(asyncio.run(played(name, Yard(quick, said.update))))
    report.notes += NOTES
    return report


async def played(name: str, yard: Yard) -> Figure:
    """A fault that could not be played, or whose play failed, is a row that does not hold, with its reason."""
    row = ROWS[name]
    try:
        seen = await row.play(yard)
    except (Broken, AssertionError, TimeoutError, OSError) as error:
        seen = Seen(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}".rstrip(": "), held=False)
    return row.figure(name, seen)
