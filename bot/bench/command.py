"""`dauys bench broadcast`: one run, printed."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.bench.broadcast import Figures, Plan, measure
from bot.bench.processes import stand_in
from bot.bench.stage import Stage

MARGIN = 90.0
"""Seconds beyond what the rate needs, after which a run is given up."""


async def broadcast(
    *, subscribers: int, rate: float, latency: float, kills: int, peers: bool, out: Console, seed: int | None = None
) -> None:
    """Broken with one line when it could not be measured."""
    plan = Plan(subscribers, rate, latency, limit=rate, kills=kills, patience=subscribers / rate * 3 + MARGIN)
    out.print(f"{subscribers:,} readers, {rate:g} messages a second allowed, {latency * 1000:g} ms, {kills} kills")
    chance = random.Random(seed)  # noqa: S311 - moments of kills, no secrets
    with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder, out.status("The bot sends …"):
        stage = Stage(Path(folder), subscribers)
        await stage.fill()
        await stage.approve()
        async with stand_in() as telegram:
            runs = [await measure(plan, telegram, stage, chance)]
    out.print(table(runs))


_ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("rate", lambda run: f"{run.rate:,.1f}/s"),
    ("share of the allowed rate", lambda run: "-" if run.share is None else f"{run.share:.1%}"),
    ("floods", lambda run: f"{run.floods:,}"),
    ("CPU a message", lambda run: f"{run.cpu:.2f} ms"),
    ("peak memory", lambda run: f"{run.peak:.0f} MiB"),
    ("lost", lambda run: _known(run.lost)),
    ("duplicated", lambda run: _known(run.duplicated)),
    ("known as uncertain beforehand", lambda run: _known(run.uncertain)),
    ("restart to first message", lambda run: f"{max(run.first_again):.2f} s" if run.first_again else "-"),
)


def _known(count: int | None) -> str:
    return "nothing is kept" if count is None else f"{count:,}"


def table(runs: list[Figures]) -> Table:
    made = Table(box=None, pad_edge=False)
    made.add_column("")
    for run in runs:
        made.add_column(run.sender, justify="right")
    for label, shown in _ROWS:
        made.add_row(label, *(shown(run) for run in runs))
    return made
