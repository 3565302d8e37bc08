"""How many readers one page of fan-out holds: as many as its transaction writes in a moment, since others wait."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 2000
"""Fewer save no time worth naming: on a busy machine most of it goes into asking, whatever the size."""
MOST = 10_000
MOMENT = 0.03
"""Seconds that a page should take; a reader's answer waits for it a few times at most."""
GROWTH = 2.0


@dataclass(slots=True)
class Pages:
    size: int = LEAST

    def took(self, seconds: float) -> None:
        """A page of the present size took so long, its wait for others included."""
        fits = self.size * min(GROWTH, MOMENT / max(seconds, 1e-6))
        self.size = round(min(MOST, max(LEAST, fits)))
