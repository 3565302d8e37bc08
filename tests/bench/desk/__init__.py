"""The editor's desk under load: each row of the table in docs/editors.md, against the real bot in its own process.

`python -m tests.bench desk` measures all; `desk:hide` only that, and `--write` then replaces only its rows.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console

from bot.bench.processes import Broken
from tests.bench.delivery.yard import Yard
from tests.bench.desk import hide, report, watchers
from tests.bench.figures import Figure, Report

ROWS: dict[str, Callable[[Yard], Awaitable[list[Figure]]]] = {
    "watchers": watchers.measure,
    "hide": hide.measure,
    "report": report.measure,
}


def run(quick: bool, only: Sequence[str] = ()) -> Report:
    unknown = [name for name in only if name not in ROWS]
    if unknown:
        raise ValueError(f"no row {unknown[0]!r} in desk; there are: {', '.join(ROWS)}")
    told = Report("desk", "The editor's desk", "editors.md", partial=bool(only))
    console = Console(stderr=True)
    with console.status("") as said:
        for name in only or ROWS:
            told.figures += asyncio.run(_row(name, Yard(quick, said.update)))
    load = os.getloadavg()
    told.notes.append(f"Load of the machine at the end (1, 5, 15 minutes): {', '.join(f'{n:.1f}' for n in load)}.")
    return told


async def _row(name: str, yard: Yard) -> list[Figure]:
    try:
        return await ROWS[name](yard)
    except Broken as broken:
        return [Figure(name, "it can be measured", str(broken), held=False)]
