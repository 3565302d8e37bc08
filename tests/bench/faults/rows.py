"""What a row of the faults' table is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.bench.delivery.yard import Yard
from tests.bench.figures import Figure

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
