"""An engine on a warped loop, with a ledger in memory and a Telegram of our making."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.broadcast.engine import Engine
from bot.wire.gate import Gate
from bot.wire.pace import BroadcastPace
from storage.records import TERMINAL, BroadcastState, DeliveryState
from tests.fakes.ledger import FakeLedger
from tests.fakes.telegram import FakeTelegram
from tests.fakes.warp import WarpClock
from tests.fakes.watcher import Watcher


@dataclass
class Stage:
    ledger: FakeLedger
    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    clock: WarpClock = field(default_factory=WarpClock)
    watcher: Watcher = field(default_factory=Watcher)
    rate: float = 30.0

    def __post_init__(self) -> None:
        self.gate = Gate(self.rate)
        self.engine = self.make()

    def make(self) -> Engine:
        """An engine as after a restart: only the ledger and Telegram remember."""
        self.gate = Gate(self.rate)
        self.engine = Engine(self.ledger, self.telegram, BroadcastPace(self.gate), self.clock, self.watcher)
        return self.engine

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Engine]:
        task = asyncio.create_task(self.engine.run())
        try:
            yield self.engine
        finally:
            if not task.done():
                await self.engine.stop()
            await task

    async def until(self, met: Callable[[], bool], seconds: float = 3600.0) -> float:
        """Seconds until it was met, looked at every 10 ms."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not met():
            assert loop.time() - began < seconds, f"not within {seconds} s: {self.ledger.states()}"
            await asyncio.sleep(0.01)
        return loop.time() - began

    async def until_state(self, state: BroadcastState, id_: int = 1, seconds: float = 3600.0) -> float:
        return await self.until(lambda: self.ledger.broadcasts[id_].state is state, seconds)

    async def finish(self, id_: int = 1) -> None:
        """Runs one engine until the broadcast is done."""
        async with self.running():
            await self.until_state(BroadcastState.DONE, id_)

    def sums_hold(self, id_: int = 1) -> bool:
        """Every recipient in exactly one state, and none open."""
        states = self.ledger.states(id_)
        return sum(states.values()) == len(self.ledger.readers) and all(state in TERMINAL for state in states)

    def duplicates(self) -> int:
        return sum(count - 1 for count in self.telegram.got.values())

    def sent(self, id_: int = 1) -> int:
        return self.ledger.states(id_)[DeliveryState.SENT]


def stage(readers: int = 100, *, start_at: float = 0.0, rate: float = 30.0, limit: float | None = None) -> Stage:
    ledger = FakeLedger(range(1, readers + 1))
    ledger.approve(start_at=start_at)
    return Stage(ledger, FakeTelegram(limit), rate=rate)
