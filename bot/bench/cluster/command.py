"""`dauys bench cluster`: figures of PostgreSQL and of several replicas, beside their bars."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.bench.cluster.crowd import crowd
from bot.bench.cluster.falls import kills, sleeps
from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.outages import outages
from bot.bench.cluster.paid import paid
from bot.bench.cluster.reach import reach
from bot.bench.cluster.together import budget, people
from bot.bench.cluster.travel import travel
from bot.bench.processes import Broken

ROWS: dict[str, Callable[[Say], Coroutine[Any, Any, list[Figure]]]] = {
    "paid": paid,
    "kill": kills,
    "sleep": sleeps,
    "database": outages,
    "people": people,
    "budget": budget,
    "reach": reach,
    "move": travel,
    "fan-out": crowd,
}
"""A new row is a function that takes a way to say how far it is, and a line here."""


async def cluster(rows: Sequence[str], out: Console) -> None:
    """Broken when a row is unknown, could not be measured, or does not hold."""
    unknown = sorted(set(rows) - set(ROWS))
    if unknown:
        raise Broken(f"no row {unknown[0]}; there are: {', '.join(ROWS)}")
    found: list[Figure] = []
    with out.status("") as said:
        for name in rows or ROWS:
            found += await ROWS[name](said.update)
    table = Table("figure", "bar", "measured", "held")
    for one in found:
        table.add_row(one.what, one.bar, one.measured, {True: "yes", False: "NO", None: ""}[one.held])
    out.print(table)
    missed = [one.what for one in found if one.held is False]
    if missed:
        raise Broken(f"does not hold: {'; '.join(missed)}")
