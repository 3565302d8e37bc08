"""The delivery engine: ticks of 50 ms, each one transaction; commit, then send.

After a crash what was *sending* is *unknown* and goes out again: nothing is lost, and every possible
duplicate was written down before the message went out. It knows neither Telegram nor SQL.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.broadcast.decide import decide
from bot.broadcast.ports import Clock, Ledger, Pace, Sender
from bot.logs import places
from storage.records import Broadcast, BroadcastState, Delivery, DeliveryState, Result, Verb

log = structlog.get_logger(__name__)

T = TypeVar("T")
TICK = 0.05
IDLE = 1.0
PAGE = 1000
MOST_FAULTS = 3
"""Refusals of the content after which a broadcast pauses."""
LAST_TRIES = 1.0
"""Seconds of pause after which an orderly stop no longer waits for storage."""
LAST_ANSWERS = 8.5
"""Seconds for which an orderly stop waits for answers; Telegram may hold a request for 8."""


class Engine:
    def __init__(self, ledger: Ledger, sender: Sender, pace: Pace, clock: Clock) -> None:
        self._ledger = ledger
        self._sender = sender
        self._pace = pace
        self._clock = clock
        self._results: list[Result] = []
        self._flying: set[asyncio.Task[None]] = set()
        self._faults: Counter[int] = Counter()
        self._barred: set[int] = set()
        self._halted = False
        self._stopping = False
        self._wake = asyncio.Event()
        self._finished = asyncio.Event()

    def wake(self) -> None:
        """Something new may be due."""
        self._wake.set()

    async def pause(self, broadcast: int) -> bool:
        return await self._bar(broadcast, BroadcastState.PAUSED)

    async def cancel(self, broadcast: int) -> bool:
        return await self._bar(broadcast, BroadcastState.CANCELLED)

    async def resume(self, broadcast: int) -> bool:
        self._faults.pop(broadcast, None)
        moved = await self._ledger.set_state(broadcast, BroadcastState.RUNNING, self._clock.time())
        if moved:
            self._barred.discard(broadcast)
            self._halted = False
        self.wake()
        return moved

    def halt(self) -> None:
        """No message of any broadcast is written from now on, until one is resumed."""
        self._halted = True

    async def stop(self) -> None:
        """No new sends; what is on its way is awaited, and its results are stored."""
        self._stopping = True
        self.wake()
        await self._finished.wait()

    async def run(self) -> None:
        """Until `stop`. Storage that fails is tried again; no result is lost meanwhile."""
        try:
            unknown = await self._surely(self._ledger.recover)
            if unknown:
                log.warning("messages were on their way when the bot ended; they go out again", count=unknown)
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    await self._pass(group)
                await self._land()
        finally:
            self._finished.set()

    async def _pass(self, group: asyncio.TaskGroup) -> None:
        active = await self._surely(self._ledger.active)
        now = self._clock.time()
        due = next((item for item in active if item.start_at <= now), None)
        if due is None or self._halted:
            await self._store(None, 0)
            soonest = min((item.start_at - now for item in active), default=IDLE)
            await self._sleep(min(IDLE, max(TICK, soonest)))
        elif not due.fanned_out:
            await self._fan_out(due)
        else:
            await self._tick(group, due)

    async def _fan_out(self, broadcast: Broadcast) -> None:
        if broadcast.state is BroadcastState.APPROVED:
            moved = await self._surely(
                lambda: self._ledger.set_state(broadcast.id, BroadcastState.RUNNING, self._clock.time())
            )
            if not moved:
                return
        await self._surely(lambda: self._ledger.fan_out(broadcast.id, PAGE))

    async def _tick(self, group: asyncio.TaskGroup, broadcast: Broadcast) -> None:
        room = self._pace.room()
        taken = await self._store(broadcast.id, room)
        for delivery in taken:
            task = group.create_task(self._deliver(delivery, broadcast.payload))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        if not taken and not self._flying and not self._results:
            await self._maybe_done(broadcast)
        await self._sleep(TICK)

    async def _maybe_done(self, broadcast: Broadcast) -> None:
        due = await self._surely(lambda: self._ledger.next_due(broadcast.id))
        if due is None:
            now = self._clock.time()
            await self._surely(lambda: self._ledger.set_state(broadcast.id, BroadcastState.DONE, now))
            log.info("a broadcast is done", total=broadcast.total)
        elif due > self._clock.time():
            await self._sleep(min(IDLE, due - self._clock.time()))

    async def _deliver(self, delivery: Delivery, payload: str) -> None:
        granted = await self._pace.turn(delivery.chat_id)
        if self._halted or delivery.broadcast in self._barred:
            self._results.append(Result(delivery.broadcast, delivery.subscriber, DeliveryState.QUEUED))
            return
        outcome = await self._sender.send(delivery, payload)
        if outcome.verb is Verb.FLOOD:
            self._pace.flood(outcome.wait, granted)
        elif outcome.verb is Verb.HALT:
            self._halted = True
            log.error("Telegram refuses this bot: all sending stopped, recipients stay pending", said=outcome.detail)
        elif outcome.verb is Verb.FAULT:
            await self._fault(delivery.broadcast, outcome.detail)
        self._results.append(decide(delivery, outcome, self._clock.time()))

    async def _fault(self, broadcast: int, said: str) -> None:
        self._faults[broadcast] += 1
        if self._faults[broadcast] == MOST_FAULTS:
            log.error("Telegram refuses the content: the broadcast pauses, recipients stay pending", said=said)
            await self._bar(broadcast, BroadcastState.PAUSED, said)

    async def _bar(self, broadcast: int, state: BroadcastState, note: str = "") -> bool:
        self._barred.add(broadcast)
        moved = await self._ledger.set_state(broadcast, state, self._clock.time(), note)
        if not moved:
            self._barred.discard(broadcast)
        return moved

    async def _store(self, broadcast: int | None, limit: int) -> list[Delivery]:
        """Stores the results so far and takes the next batch; results stay ours until the commit."""
        results = self._results[:]
        if not results and (broadcast is None or limit < 1):
            return []
        now = self._clock.time()
        taken = await self._surely(lambda: self._ledger.tick(results, broadcast, limit, now))
        del self._results[: len(results)]
        return list(taken)

    async def _land(self) -> None:
        if self._flying:
            await asyncio.wait(self._flying, timeout=LAST_ANSWERS)
            for task in self._flying:
                task.cancel()
        await self._store(None, 0)

    async def _surely(self, work: Callable[[], Awaitable[T]]) -> T:
        """Storage's answer, however long it takes; one line in the log each time it fails. While stopping it is
        given a few seconds: what cannot be stored then goes out again at the next start, and is counted."""
        wait = 0.2
        while True:
            try:
                return await work()
            except Exception as error:
                if self._stopping and wait > LAST_TRIES:
                    raise
                failed = places(error)
                log.error("storage failed; tried again", error=failed, seconds=wait)  # noqa: TRY400 - places only
            await self._clock.sleep(wait)
            wait = min(wait * 2, 5.0)

    async def _sleep(self, seconds: float) -> None:
        """Until the time is over or somebody wakes us."""
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({waking}, timeout=seconds)
        finally:
            waking.cancel()
            self._wake.clear()
