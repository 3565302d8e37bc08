"""Several replicas, one budget: a message goes out when it was leased from the database, too.

The gate's own rules stay as they are; what is leased is good for a moment, and apart for answers and for broadcasts.
While the database is away, an answer goes out now and then: that is the part of the budget which nobody leases.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.wire.lanes import Lane
from storage.errors import StorageError

LIFE = 0.3
"""Seconds for which a leased message may wait for its turn."""
PAUSE = 0.02
"""Seconds between two questions at least."""
AWAY = 2.0
"""Seconds between two answers while the database is away."""
ANSWERS = (Lane.ADMIN, Lane.REPLY)
SENDS = (Lane.BROADCAST, Lane.PANEL)


@dataclass
class Purse:
    """What was leased and not yet used. Moments are the gate's."""

    answers: int = 0
    sends: int = 0
    until: float = float("-inf")
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when somebody waits for whom nothing is leased."""

    def put(self, answers: int, sends: int, now: float) -> None:
        self._drop(now)
        self.answers += answers
        self.sends += sends
        if answers or sends:
            self.until = now + LIFE

    def holds(self, lane: Lane, now: float) -> bool:
        self._drop(now)
        return (self.answers if lane in ANSWERS else self.sends) > 0

    def spend(self, lane: Lane) -> None:
        if lane in ANSWERS:
            self.answers -= 1
        else:
            self.sends -= 1

    def _drop(self, now: float) -> None:
        if now >= self.until:
            self.answers = self.sends = 0


class Leases(Protocol):
    async def take(self, replies: int, sends: int, rate: float) -> tuple[int, int]: ...


class Lending(Protocol):
    """The gate's side."""

    def wants(self) -> tuple[int, int]: ...

    def lend(self, answers: int, sends: int) -> None: ...

    def opens_in(self) -> float: ...

    def pace(self) -> float: ...


class Leasing:
    """`run` in a supervised task."""

    def __init__(self, gate: Lending, purse: Purse, leases: Leases, leads: Callable[[], bool]) -> None:
        self._gate, self._purse, self._leases, self._leads = gate, purse, leases, leads

    async def run(self) -> None:
        while True:
            answers, sends = self._gate.wants()
            if not self._leads():
                sends = min(sends, 1)
            if not answers and not sends:
                self._purse.asked.clear()
                await self._purse.asked.wait()
            elif self._gate.opens_in():
                await asyncio.sleep(max(PAUSE, min(1.0, self._gate.opens_in())))
            else:
                await self._lease(answers, sends)

    async def _lease(self, answers: int, sends: int) -> None:
        rate = self._gate.pace()
        try:
            given = await self._leases.take(answers, sends, rate)
        except StorageError:
            self._gate.lend(min(answers, 1), 0)
            await asyncio.sleep(AWAY)
            return
        self._gate.lend(*given)
        short = sum(given) < answers + sends
        await asyncio.sleep(max(PAUSE, min(0.25, 0.5 / rate)) if short else PAUSE / 4)
