"""Counts of what happened, as cheap as counting can be: no ids, no texts, nothing but words of closed lists."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.broadcast.ports import Sender
from bot.views.stats import LEAST
from storage.records import Broadcast, Cause, Delivery, Outcome, Verb

QUICK = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0)
"""Seconds of delay of the event loop."""
SLOW = (0.025, 0.05, 0.1, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds until something was answered."""


class Spread:
    """How long something took: how often not longer than each of `bounds`. `told` is the sum of seconds as it was
    at the last full `step` of counts: a sum that moves each time would show each single one."""

    def __init__(self, bounds: Sequence[float], step: int = LEAST) -> None:
        self.bounds, self.step = tuple(bounds), step
        self.counts = [0] * (len(bounds) + 1)
        self.told = 0.0
        self._total, self._count = 0.0, 0

    def note(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self._total += seconds
        self._count += 1
        if self._count % self.step == 0:
            self.told = self._total

    def cumulated(self) -> Iterator[tuple[str, int]]:
        """Bounds, and how many were not longer, rounded down to steps; which keeps them in order."""
        running = 0
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            running += count
            yield bound, running // self.step * self.step


class Meters:
    def __init__(self) -> None:
        self.answers = Spread(SLOW)
        self.wire = Spread(SLOW)
        self.loop = Spread(QUICK, step=1)
        self.deliveries: Counter[tuple[Verb, Cause]] = Counter()


class Metered:
    """A sender whose answers are counted and timed."""

    def __init__(self, sender: Sender, meters: Meters) -> None:
        self._sender, self._meters = sender, meters

    @property
    def capacity(self) -> int:
        return self._sender.capacity

    def alone(self, job: Broadcast) -> bool:
        return self._sender.alone(job)

    def take_back(self, sent: asyncio.Future[Outcome]) -> bool:
        return self._sender.take_back(sent)

    def send(self, delivery: Delivery, job: Broadcast) -> Awaitable[Outcome]:
        """The sender's own future: a task for each message would cost as much as the message."""
        sent = asyncio.ensure_future(self._sender.send(delivery, job))
        sent.add_done_callback(partial(self._count, time.monotonic()))
        return sent

    def _count(self, began: float, sent: asyncio.Future[Outcome]) -> None:
        if not sent.cancelled() and sent.exception() is None:
            outcome = sent.result()
            self._meters.wire.note(time.monotonic() - began)
            self._meters.deliveries[outcome.verb, outcome.cause] += 1


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came in since the start."""

    outcomes: Mapping[str, int]
    """What became of updates, by word."""
    kinds: Mapping[str, int]
    calls: Mapping[str, int]
    """Answers of the webhook, by status."""
    in_hand: int
    silent: float
    """Seconds since Telegram last confirmed that updates come here."""
    alarms: int
