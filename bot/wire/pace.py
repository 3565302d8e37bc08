"""The broadcasts' side of the gate, and the real clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bot.wire.bodies import PAYABLE
from bot.wire.gate import Gate, Waiter
from bot.wire.lanes import Lane
from storage.records import Broadcast


class BroadcastPace:
    """Fits the engine's `Pace`. `paid`: messages that go out anew have a lane and a budget of their own; deletions
    and edits cannot be paid for."""

    def __init__(self, gate: Gate, *, paid: bool = False) -> None:
        self._gate = gate
        self._paid = paid

    def enter(self, chat: int, job: Broadcast, go: Callable[[float], None]) -> Waiter:
        return self._gate.enter(self._lane(job), chat, go)

    def leave(self, place: Waiter) -> None:
        self._gate.leave(place)

    def room(self, job: Broadcast) -> int:
        return self._gate.room(self._lane(job))

    def flood(self, job: Broadcast | None, wait: float, granted: float) -> None:
        self._gate.flood(wait, self._lane(job), granted)

    def taken(self, granted: float) -> None:
        self._gate.taken(granted)

    def opens_in(self) -> float:
        return self._gate.opens_in()

    def _lane(self, job: Broadcast | None) -> Lane:
        return Lane.PAID if self._paid and (job is None or job.kind in PAYABLE) else Lane.BROADCAST


class SystemClock:
    """Fits the engine's `Clock`."""

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
