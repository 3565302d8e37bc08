"""One budget for all that the bot sends.

`Policy` is arithmetic over given moments: never more than rate x (t + 0.1 s) messages in any t (GCRA with a
tolerance of 0.1 s); urgent lanes first, but answers take at most 80 % of ten seconds while a broadcast waits,
and panels get up to 3 %. A 429 closes it until the latest moment named and slows the pace, which climbs back.
`Gate` puts waiting tasks on top of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.wire.lanes import Lane

SLACK = 0.1
"""Seconds of budget that may be caught up at once after a stall."""
WINDOW = 10.0
REPLY_SHARE = 0.8
PANEL_SHARE = 0.03
SLOWER = 0.8
"""The pace after a 429, as a part of what it was."""
FLOOR = 0.2
CLIMB = 0.02
"""How much of the rate the pace gains back in a second without a 429."""


@dataclass
class Policy:
    """Moments are seconds of one monotonic clock."""

    rate: float
    closed_until: float = 0.0
    _pace: float = 1.0
    _pace_at: float = 0.0
    _next: float = 0.0
    _grants: Mapping[Lane, deque[float]] = field(default_factory=lambda: {lane: deque() for lane in Lane})

    def pace(self, now: float) -> float:
        """Messages a second at this moment."""
        climbed = self._pace + CLIMB * max(0.0, now - self._pace_at)
        return self.rate * min(1.0, climbed)

    def wait(self, now: float) -> float:
        """Seconds until the next message may go; 0: now."""
        return max(0.0, self._next - SLACK - now, self.closed_until - now)

    def grant(self, now: float, lane: Lane) -> None:
        """Takes one message from the budget; only when `wait` is 0."""
        self._next = max(self._next, now) + 1.0 / self.pace(now)
        self._grants[lane].append(now)

    def choose(self, now: float, waiting: Mapping[Lane, int]) -> Lane:
        """Whose turn it is; at least one lane waits."""
        there = [lane for lane in Lane if waiting.get(lane)]
        if Lane.ADMIN in there:
            return Lane.ADMIN
        if Lane.PANEL in there and self._share(now, Lane.PANEL) < PANEL_SHARE:
            return Lane.PANEL
        others = [lane for lane in there if lane is not Lane.PANEL]
        if Lane.REPLY in others and Lane.BROADCAST in others and self._share(now, Lane.REPLY) >= REPLY_SHARE:
            return Lane.BROADCAST
        return (others or there)[0]

    def flood(self, now: float, seconds: float) -> None:
        self.closed_until = max(self.closed_until, now + seconds)
        self._pace = max(FLOOR, self.pace(now) / self.rate * SLOWER)
        self._pace_at = self.closed_until

    def _share(self, now: float, lane: Lane) -> float:
        grants = self._grants[lane]
        while grants and grants[0] < now - WINDOW:
            grants.popleft()
        return len(grants) / (self.rate * WINDOW)


class Gate:
    """`turn` waits; a cancelled wait takes nothing."""

    def __init__(self, rate: float, monotonic: Callable[[], float] | None = None) -> None:
        self.policy = Policy(rate)
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._queues: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in Lane}
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, lane: Lane) -> None:
        """Returns when one message may be written."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[lane].append(future)
        self._pump()
        try:
            await future
        except asyncio.CancelledError:
            if not future.done():
                future.cancel()
            self._pump()
            raise

    def room(self) -> int:
        """How many more deliveries to bring here: about a tenth of a second's worth; 0 while closed."""
        if self.opens_in() > 0:
            return 0
        return max(0, int(self.policy.rate * 2 * SLACK) + 2 - len(self._queues[Lane.BROADCAST]))

    def flood(self, seconds: float) -> None:
        self.policy.flood(self._monotonic(), seconds)

    def opens_in(self) -> float:
        return max(0.0, self.policy.closed_until - self._monotonic())

    def _pump(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while True:
            for queue in self._queues.values():
                while queue and queue[0].done():
                    queue.popleft()
            waiting = {lane: len(queue) for lane, queue in self._queues.items() if queue}
            if not waiting:
                return
            now = self._monotonic()
            wait = self.policy.wait(now)
            if wait > 0:
                self._timer = asyncio.get_running_loop().call_later(wait, self._pump)
                return
            lane = self.policy.choose(now, waiting)
            self.policy.grant(now, lane)
            self._queues[lane].popleft().set_result(None)
