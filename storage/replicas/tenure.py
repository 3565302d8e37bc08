"""Whether this process may act as the leader, told by its own clock alone.

The leader confirms itself with the database about twice a second. What was confirmed holds for LEASE seconds, counted
from before the question was asked; others take over only when the database has not heard from it for STALE seconds.
nobody begins before the lease of the one before is over, unless that one has resigned. So a leader which slept (a
stopped process, a suspended machine) finds its time over when it wakes, before anybody tells it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

LEASE = 3.0
MARGIN = 0.25
"""Seconds by which two clocks may differ over a lease."""
STALE = 5.0


def since_boot() -> float:
    """Seconds that go on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Tenure:
    def __init__(self, clock: Callable[[], float] = since_boot) -> None:
        self.clock = clock
        self.epoch: int | None = None
        """The number of this term of office; None: somebody else's."""
        self._confirmed = float("-inf")

    def mine(self) -> bool:
        return self.epoch is not None and self.clock() - self._confirmed < LEASE

    def confirmed(self, epoch: int, asked: float) -> None:
        """The database says that `epoch` is ours still; `asked`: the moment before it was asked."""
        if self.epoch == epoch:
            asked = max(asked, self._confirmed)
        self.epoch, self._confirmed = epoch, asked

    def lost(self) -> None:
        self.epoch = None
