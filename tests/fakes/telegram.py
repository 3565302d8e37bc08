"""Telegram as a sender: a bucket of one second's worth, a latency, and whatever a test says of one chat."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable

from storage.records import Broadcast, Cause, Delivery, Outcome, Verb

Answer = Callable[[Delivery, int], Outcome | None]
"""An answer by delivery and number of the try, from 1; None: the ordinary one."""


class FakeTelegram:
    """Fits the engine's `Sender`. Without `limit` nothing floods; a breach costs `penalty` seconds."""

    def __init__(self, limit: float | None = None, *, latency: float = 0.06, penalty: float = 3.0) -> None:
        self.limit = limit
        self.latency = latency
        self.penalty = penalty
        self.answer: Answer = lambda delivery, number: None
        self.capacity = 256
        self.tries: Counter[int] = Counter()
        self.got: Counter[int] = Counter()
        self.started: list[float] = []
        self.delivered: list[float] = []
        self.floods: list[float] = []
        self.open: set[int] = set()
        self._bucket = limit or 0.0
        self._filled = 0.0
        self._closed = 0.0

    def alone(self, job: Broadcast) -> bool:
        return False

    def take_back(self, sent: asyncio.Future[Outcome]) -> bool:
        return False

    async def send(self, delivery: Delivery, job: Broadcast) -> Outcome:
        loop = asyncio.get_running_loop()
        self.started.append(loop.time())
        self.tries[delivery.subscriber] += 1
        self.open.add(delivery.subscriber)
        try:
            return await self._serve(delivery, loop.time)
        finally:
            self.open.discard(delivery.subscriber)

    async def _serve(self, delivery: Delivery, time: Callable[[], float]) -> Outcome:
        await asyncio.sleep(self.latency / 2)
        wait = self._flooded(time())
        if wait:
            self.floods.append(time())
            await asyncio.sleep(self.latency / 2)
            return Outcome(Verb.FLOOD, Cause.FLOOD, wait=wait)
        given = self.answer(delivery, self.tries[delivery.subscriber])
        if given is None or given.verb in (Verb.SENT, Verb.UNCERTAIN):
            self.got[delivery.chat_id] += 1
            self.delivered.append(time())
        await asyncio.sleep(self.latency / 2)
        return given or Outcome(Verb.SENT, message_id=len(self.delivered))

    def _flooded(self, now: float) -> float:
        if self.limit is None:
            return 0.0
        self._bucket = min(self.limit, self._bucket + (now - self._filled) * self.limit)
        self._filled = now
        if now < self._closed:
            return self._closed - now
        if self._bucket < 1:
            self._closed = now + self.penalty
            return self.penalty
        self._bucket -= 1
        return 0.0


def busiest(moments: list[float], seconds: float) -> int:
    """The most moments within any window of so many seconds."""
    window: deque[float] = deque()
    most = 0
    for moment in sorted(moments):
        window.append(moment)
        while window[0] <= moment - seconds:
            window.popleft()
        most = max(most, len(window))
    return most
