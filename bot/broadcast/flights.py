"""Messages under way: first at the gate, then on the wire; they can be called back until they are written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from itertools import takewhile
from typing import Any

import structlog

from bot.broadcast.ports import Pace, Sender
from bot.logs import places
from storage.records import Broadcast, Cause, Delivery, Outcome, Verb

log = structlog.get_logger(__name__)


PATIENCE = 0.5
"""Seconds at the gate after which a message goes back into the ledger, which knows who has left meanwhile. It waits so
long only where somebody else's 429 has closed the gate, or where its chat was just written to."""


class Flight:
    """One message under way. `place`: in the gate's line; `since`: the steady moment at which it came there; `granted`:
    the moment at which it was let through."""

    __slots__ = ("delivery", "granted", "job", "place", "since")

    def __init__(self, delivery: Delivery, job: Broadcast, since: float) -> None:
        self.delivery, self.job, self.since = delivery, job, since
        self.place: Any = None
        self.granted = 0.0


class Flights:
    """The one place where deliveries under way are known. `landed` gets each answer with the moment at which the
    gate let the message through; `returned` each delivery of which nothing was written. `may`: asked before each write
    whether this bot still sends."""

    def __init__(
        self,
        sender: Sender,
        pace: Pace,
        landed: Callable[[Delivery, Outcome, float], None],
        returned: Callable[[Delivery], None],
        may: Callable[[], bool] = lambda: True,
    ) -> None:
        self._sender = sender
        self._pace = pace
        self._landed = landed
        self._returned = returned
        self._may = may
        self._gate: dict[Flight, None] = {}
        self._wire: dict[asyncio.Future[Outcome], Flight] = {}

    def __len__(self) -> int:
        return len(self._gate) + len(self._wire)

    @property
    def written(self) -> int:
        """How many requests are on the wire."""
        return len(self._wire)

    def of(self, broadcast: int) -> bool:
        """Whether any message of this broadcast is under way."""
        return any(flight.delivery.broadcast == broadcast for flight in (*self._gate, *self._wire.values()))

    def launch(self, delivery: Delivery, job: Broadcast, now: float) -> None:
        flight = Flight(delivery, job, now)
        self._gate[flight] = None
        flight.place = self._pace.enter(delivery.chat_id, job, partial(self._write, flight))

    def withdraw(self, broadcast: int | None = None) -> None:
        """Calls back what was not written yet: of one broadcast, or everything. That is what waits at the gate, and
        behind it for a connection, which may take seconds where the network is bad."""
        self._call_back([flight for flight in self._gate if broadcast in (None, flight.delivery.broadcast)])
        for future, flight in list(self._wire.items()):
            if broadcast in (None, flight.delivery.broadcast) and self._sender.take_back(future):
                del self._wire[future]
                self._returned(flight.delivery)

    def refresh(self, now: float) -> None:
        """Calls back what has waited at the gate for too long."""
        self._call_back([*takewhile(lambda flight: now - flight.since >= PATIENCE, self._gate)])

    def _call_back(self, flights: Iterable[Flight]) -> None:
        for flight in flights:
            del self._gate[flight]
            self._pace.leave(flight.place)
            self._returned(flight.delivery)

    async def settle(self, seconds: float) -> None:
        """Waits for whatever is on the wire, so long at most."""
        if self._wire:
            await asyncio.wait(list(self._wire), timeout=seconds)

    async def abandon(self) -> list[Delivery]:
        """Ends everything; the deliveries whose request was written, and whose answer nobody will hear."""
        self.withdraw()
        unheard = list(self._wire.items())
        for future, _ in unheard:
            future.cancel()
        await asyncio.gather(*(future for future, _ in unheard), return_exceptions=True)
        return [flight.delivery for future, flight in unheard if future.cancelled()]

    def _write(self, flight: Flight, granted: float) -> None:
        del self._gate[flight]
        if not self._may():
            self._returned(flight.delivery)
            return
        flight.granted = granted
        try:
            future = asyncio.ensure_future(self._sender.send(flight.delivery, flight.job))
        except Exception as error:  # noqa: BLE001 - one message may not stop the gate for all others
            self._broke(flight, error)
            return
        self._wire[future] = flight
        future.add_done_callback(self._ended)

    def _ended(self, future: asyncio.Future[Outcome]) -> None:
        flight = self._wire.pop(future, None)
        if flight is None or future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._broke(flight, error)
        else:
            self._landed(flight.delivery, future.result(), flight.granted)

    def _broke(self, flight: Flight, error: BaseException) -> None:
        """What nobody foresaw: the message may have gone out."""
        log.error("a delivery broke off", error=places(error))
        self._landed(flight.delivery, Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN, detail=type(error).__name__), 0.0)
