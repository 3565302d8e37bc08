"""How fast: the set rate, less after a 429, and slowly more again.

Telegram does not say what it allows. A limit is taken for a bucket of one second's worth: then n messages
accepted in t seconds of steady sending, up to the refusal, tell of a true rate of n / (t + 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

BUCKET = 1.0
"""Seconds of the true rate that Telegram is believed to let through at once."""
MARGIN = 0.97
LEAST_CUT = 0.9
DEEPEST_CUT = 0.5
FLOOR = 0.02
"""The pace never falls below this part of the set rate."""
HOLD = 10.0
"""Seconds at the lower pace before it climbs."""
CLIMB = 120.0
"""Seconds in which the pace then doubles; twice as many after each further 429 of a row."""
MOST_DOUBLINGS = 4
MOST_CLIMB = 60.0
FORGIVEN = 300.0
"""Seconds at the full rate after which earlier refusals count no more."""
PAUSE = 1.0
"""Seconds without a message after which Telegram's bucket is full again: a new steady run."""


@dataclass(slots=True)
class Tempo:
    """Moments are seconds of one monotonic clock and never go back."""

    top: float
    """Messages a second, as set."""
    _low: float = 0.0
    _from: float = 0.0
    _over: float = 0.0
    _row: int = 0
    _run: float = 0.0
    _count: int = 0
    _last: float = float("-inf")

    def rate(self, now: float) -> float:
        """Messages a second at this moment."""
        if not self._row:
            return self.top
        doublings = min(max(0.0, now - self._from) / self._over, MOST_CLIMB)
        return min(self.top, self._low * math.exp2(doublings))

    def granted(self, now: float) -> None:
        if now - self._last > PAUSE:
            self._run, self._count = now, 0
        self._last = now
        self._count += 1

    def refunded(self) -> None:
        self._count = max(0, self._count - 1)

    def shut(self, now: float, opens: float) -> None:
        """Nothing goes out until `opens`, for another reason than the pace: it stays, and climbs later."""
        if self._row:
            self._low = self.rate(now)
        self._from = opens + HOLD
        self._last = float("-inf")

    def breach(self, now: float, opens: float) -> None:
        """A 429 at `now`; nothing goes out until `opens`."""
        pace = self.rate(now)
        told = self._count / (max(0.0, now - self._run) + BUCKET) * MARGIN
        forgiven = self._from + self._over * math.log2(self.top / self._low) + FORGIVEN if self._row else now
        self._row = 1 if now >= forgiven else self._row + 1
        self._low = max(self.top * FLOOR, min(max(told, pace * DEEPEST_CUT), pace * LEAST_CUT))
        self._from = opens + HOLD
        self._over = CLIMB * 2.0 ** min(self._row - 1, MOST_DOUBLINGS)
        self._last = float("-inf")
