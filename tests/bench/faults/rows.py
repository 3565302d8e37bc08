"""What a row of the faults' table is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from bot.bench.processes import Broken
from tests.bench.delivery.yard import Yard
from tests.bench.figures import Figure, Report

BAR = "no loss, no crash loop, one clear line, goes on by itself"
STOPS = "exit 1 with one line that says what to do, nothing touched"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a fault did. `held`: all that the row's bar asks for."""

    told: str
    held: bool


@dataclass(frozen=True, slots=True)
class Row:
    """`play` makes the fault happen; it may raise `Broken` when it could not, which is a row that does not hold.
    With `Yard.quick` no wait is longer than two seconds, and nothing happens more than once."""

    fault: str
    play: Callable[[Yard], Awaitable[Seen]]
    bar: str = BAR

    def figure(self, name: str, seen: Seen) -> Figure:
        return Figure(f"`{name}`: {self.fault}", self.bar, seen.told, seen.held)


def seen_in(figures: Sequence[Figure]) -> Seen:
    """Rows of another section, as one of this one."""
    return Seen("; ".join(figure.measured for figure in figures), all(figure.held for figure in figures))


def reported(section: str, rows: Mapping[str, Row], notes: tuple[str, ...], quick: bool, only: Sequence[str]) -> Report:
    """Plays the rows one after the other; `quick`: shortly. ValueError: no such row."""
    unknown = [name for name in only if name not in rows]
    if unknown:
        raise ValueError(f"no row {unknown[0]!r} in {section}; there are: {', '.join(rows)}")
    report = Report(section, section.capitalize(), "reliability.md", partial=bool(only))
    with Console(stderr=True).status("") as said:
        for name in only or rows:
            said.update(name)
            report.figures.append(asyncio.run(played(name, rows[name], Yard(quick, said.update))))
    report.notes += notes
    return report


async def played(name: str, row: Row, yard: Yard) -> Figure:
    """A row that could not be played, or whose play failed, does not hold, with its reason."""
    try:
        seen = await row.play(yard)
    except (Broken, AssertionError, TimeoutError, OSError) as error:
        seen = Seen(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}".rstrip(": "), held=False)
    return row.figure(name, seen)
