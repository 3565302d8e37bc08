"""What is promised to readers, each promise with its figure: the second table of docs/reliability.md.

`python -m tests.bench promises --write` measures all of them; `promises:canary` one, `--quick` shortly. Where a promise
is held by tests, they are run, and the figure is what they counted (`record_property("told", ...)`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from rich.console import Console

from bot.bench.processes import Broken
from tests.bench.delivery.yard import Yard
from tests.bench.faults import kills
from tests.bench.faults.rows import Row, Seen
from tests.bench.figures import Figure, Report
from tests.bench.promises import erased, tested, webhook

CANARY = ("tests/safety/test_canary.py", "tests/safety/test_uncaught.py")
HOSTILE = ("tests/safety/test_hostile.py",)
ROWS: dict[str, Row] = {
    "kills": Row(
        f"kill -9 at {kills.KILLS} random moments under load: acknowledged /stop or subscription lost",
        kills.acknowledged,
        "0",
    ),
    "canary": Row(
        "marked ids, texts and token in database, log beside it, backup, logs, exceptions, metrics",
        partial(tested.counted, tests=CANARY),
        "0",
    ),
    "erased": Row("bytes of a reader in any file after /stop was answered, also over kill -9", erased.left_over, "0"),
    "webhook": Row(
        "calls without the secret, with a wrong one, repeated, of 1 MB, not JSON, with a body that never ends",
        webhook.besieged,
        "refused, nothing done, memory bounded, honest calls answered meanwhile",
    ),
    "hostile": Row(
        "a corpus of hostile updates, then hypothesis",
        partial(tested.counted, tests=HOSTILE, long=True),
        "no unhandled exception, no change that was not asked for",
    ),
}
NOTES = ("Each is measured anew by `python -m tests.bench promises:NAME --write`.",)
Play = Callable[[Yard], Awaitable[Seen]]


def run(quick: bool, only: Sequence[str] = ()) -> Report:
    unknown = [name for name in only if name not in ROWS]
    if unknown:
        raise ValueError(f"no row {unknown[0]!r} in promises; there are: {', '.join(ROWS)}")
    report = Report("promises", "Promises", "reliability.md", partial=bool(only))
    with Console(stderr=True).status("") as said:
        for name in only or ROWS:
            said.update(name)
            report.figures.append(asyncio.run(kept(name, Yard(quick, said.update))))
    report.notes += NOTES
    return report


async def kept(name: str, yard: Yard) -> Figure:
    row = ROWS[name]
    try:
        seen = await row.play(yard)
    except (Broken, AssertionError, TimeoutError, OSError) as error:
        seen = Seen(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}".rstrip(": "), held=False)
    return row.figure(name, seen)
