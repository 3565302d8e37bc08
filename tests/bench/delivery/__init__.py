"""The delivery engine under load: each row of the table in docs/delivery.md, against the real bot in its own process.

`python -m tests.bench delivery` measures all of them; `delivery:free,paid` only those, and `--write` then replaces
only their rows. `--quick` does a small part of each, to see that it runs.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console

from bot.bench.processes import Broken
from tests.bench.delivery import answers, kills, million, speed, stops, troubles
from tests.bench.delivery.yard import Yard
from tests.bench.figures import Figure, Report

Row = Callable[[Yard], Awaitable[list[Figure]]]
ROWS: dict[str, Row] = {
    "free": speed.free,
    "true-limit": speed.true_limit,
    "paid": speed.paid,
    "unlimited": speed.unlimited,
    "million": million.measure,
    "answers": answers.measure,
    "kills-free": kills.free,
    "kills-paid": kills.paid,
    "sigterm": stops.sigterm,
    "brakes": stops.brakes,
    "faults": troubles.mixed,
    "down": troubles.down,
    "locked": troubles.locked,
}
NOTES = (
    "The stand-in takes 60 ms for an answer and floods above a bucket of one second's worth; a breach closes it for "
    "3 seconds. It, the bot and each peer are processes of their own on one machine.",
    "CPU is processor time of the sender's process between its first and last message; memory its peak resident size.",
)


def run(quick: bool, only: Sequence[str] = ()) -> Report:
    unknown = [name for name in only if name not in ROWS]
    if unknown:
        raise ValueError(f"no row {unknown[0]!r} in delivery; there are: {', '.join(ROWS)}")
    report = Report("delivery", "Delivery", "delivery.md", partial=bool(only))
    console = Console(stderr=True)
    with console.status("") as said:
        yard = Yard(quick, said.update)
        for name in only or ROWS:
            report.figures += asyncio.run(_row(name, yard))
    load = os.getloadavg()
    report.notes += [
        *NOTES,
        f"Load of the machine at the end (1, 5, 15 minutes): {load[0]:.1f}, {load[1]:.1f}, {load[2]:.1f}.",
    ]
    return report


async def _row(name: str, yard: Yard) -> list[Figure]:
    """A measurement that could not be made is a row that does not hold, with its reason."""
    try:
        return await ROWS[name](yard)
    except Broken as broken:
        return [Figure(name, "it can be measured", str(broken), held=False)]
