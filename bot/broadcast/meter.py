"""How fast it goes, for those who watch."""

from __future__ import annotations

from collections import deque

from bot.broadcast.ports import Progress
from storage.records import TERMINAL, Broadcast

SPAN = 5.0


class Meter:
    """Answers counted by the second. Moments are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._seconds: deque[tuple[int, int]] = deque(maxlen=int(SPAN) + 1)
        self._since = float("inf")

    def count(self, now: float) -> None:
        second = int(now)
        if not self._seconds or second - self._seconds[-1][0] > SPAN:
            self._seconds.clear()
            self._since = now
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1] = (second, self._seconds[-1][1] + 1)
        else:
            self._seconds.append((second, 1))

    def rate(self, now: float) -> float:
        """Answers a second over the last five seconds, or since they began to come."""
        first = max(now - SPAN, self._since)
        counted = sum(count for second, count in self._seconds if second >= int(first))
        return counted / max(1.0, now - int(first)) if counted else 0.0

    def progress(self, broadcast: Broadcast, now: float) -> Progress:
        rate = self.rate(now)
        open_ = broadcast.total - sum(count for state, count in broadcast.counts.items() if state in TERMINAL)
        return Progress(broadcast, rate, open_ / rate if rate and broadcast.fanned_out else None)
