"""The broadcasts' side of the gate, and the real clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bot.wire.gate import Gate, Waiter
from bot.wire.lanes import Lane


class BroadcastPace:
    """Fits the engine's `Pace`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def enter(self, chat: int, go: Callable[[float], None]) -> Waiter:
        return self._gate.enter(Lane.BROADCAST, chat, go)

    def leave(self, place: Waiter) -> None:
        self._gate.leave(place)

    def room(self) -> int:
        return self._gate.room()

    def flood(self, wait: float, granted: float) -> None:
        self._gate.flood(wait, Lane.BROADCAST, granted)

    def opens_in(self) -> float:
        return self._gate.opens_in()


class SystemClock:
    """Fits the engine's `Clock`."""

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
