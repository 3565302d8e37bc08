"""Messages under way: first at the gate, where they can still be called back, then on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.broadcast.ports import Pace, Sender
from bot.logs import places
from storage.records import Broadcast, Cause, Delivery, Outcome, Verb

log = structlog.get_logger(__name__)


class Flights:
    """The one place where deliveries' tasks live. `landed` gets each answer with the moment at which the gate
    let the message through; `returned` each delivery of which nothing was written."""

    def __init__(
        self,
        sender: Sender,
        pace: Pace,
        landed: Callable[[Delivery, Outcome, float], None],
        returned: Callable[[Delivery], None],
    ) -> None:
        self._sender = sender
        self._pace = pace
        self._landed = landed
        self._returned = returned
        self._gate: dict[asyncio.Task[None], Delivery] = {}
        self._wire: dict[asyncio.Task[None], Delivery] = {}

    def __len__(self) -> int:
        return len(self._gate) + len(self._wire)

    @property
    def written(self) -> int:
        """How many requests are on the wire."""
        return len(self._wire)

    def of(self, broadcast: int) -> bool:
        """Whether any message of this broadcast is under way."""
        return any(d.broadcast == broadcast for under_way in (self._gate, self._wire) for d in under_way.values())

    def launch(self, delivery: Delivery, job: Broadcast) -> None:
        task = asyncio.get_running_loop().create_task(self._fly(delivery, job))
        self._gate[task] = delivery
        task.add_done_callback(self._ended)

    def withdraw(self, broadcast: int | None = None) -> None:
        """Calls back what still waits at the gate: of one broadcast, or everything."""
        for task, delivery in self._gate.items():
            if broadcast is None or delivery.broadcast == broadcast:
                task.cancel()

    async def settle(self, seconds: float) -> None:
        """Waits for whatever is under way, so long at most."""
        if tasks := [*self._gate, *self._wire]:
            await asyncio.wait(tasks, timeout=seconds)

    async def abandon(self) -> list[Delivery]:
        """Ends every task; the deliveries whose request was written, and whose answer nobody will hear."""
        tasks = [*self._gate, *self._wire]
        unheard = list(self._wire.items())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return [delivery for task, delivery in unheard if task.cancelled()]

    async def _fly(self, delivery: Delivery, job: Broadcast) -> None:
        granted = await self._pace.turn(delivery.chat_id)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of a task, which `launch` made
        self._wire[task] = self._gate.pop(task)
        outcome = await self._sender.send(delivery, job)
        self._landed(delivery, outcome, granted)

    def _ended(self, task: asyncio.Task[None]) -> None:
        called_back = self._gate.pop(task, None)
        written = self._wire.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("a delivery broke off", error=places(error))
        if called_back is not None:
            self._returned(called_back)
        elif written is not None and error is not None:
            self._landed(written, Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN, detail=type(error).__name__), 0.0)
