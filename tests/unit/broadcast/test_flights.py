"""Messages under way: from the gate to the wire without a task, and each of them ends exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.broadcast.flights import PATIENCE, Flights
from bot.health.meters import Metered, Meters
from storage.records import Audience, Broadcast, BroadcastState, Cause, Delivery, Outcome, Verb
from tests.fakes.warp import warped
from tests.unit.broadcast.stage import stage

JOB = Broadcast(1, 42, BroadcastState.RUNNING, Audience(), "{}")
SENT = Outcome(Verb.SENT, message_id=9)


class Wire:
    """A sender that hands out futures, to be answered by the test."""

    capacity = 8

    def __init__(self) -> None:
        self.futures: list[asyncio.Future[Outcome]] = []
        self.unwritten: set[asyncio.Future[Outcome]] = set()

    def alone(self, job: Broadcast) -> bool:
        return False

    def take_back(self, sent: asyncio.Future[Outcome]) -> bool:
        return sent in self.unwritten and sent.cancel()

    def send(self, delivery: Delivery, job: Broadcast) -> Awaitable[Outcome]:
        if delivery.subscriber == 13:
            raise LookupError("no such text")
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]


class Door:
    """A gate that opens when the test says so."""

    def __init__(self) -> None:
        self.line: dict[int, Callable[[float], None]] = {}

    def enter(self, chat: int, job: Broadcast, go: Callable[[float], None]) -> int:
        self.line[chat] = go
        return chat

    def leave(self, place: int) -> None:
        del self.line[place]

    def open(self, *chats: int) -> None:
        for chat in chats:
            self.line.pop(chat)(7.0)

    def room(self, job: Broadcast) -> int:
        return 8

    def flood(self, job: Broadcast | None, wait: float, granted: float) -> None: ...

    def taken(self, granted: float) -> None: ...

    def opens_in(self) -> float:
        return 0.0


class Table:
    """Flights, and what became of each."""

    def __init__(self) -> None:
        self.wire, self.door, self.meters = Wire(), Door(), Meters()
        self.landed: list[tuple[int, Verb, float]] = []
        self.returned: list[int] = []
        self.flights = Flights(
            Metered(self.wire, self.meters),
            self.door,
            lambda delivery, outcome, granted: self.landed.append((delivery.subscriber, outcome.verb, granted)),
            lambda delivery: self.returned.append(delivery.subscriber),
        )

    def launch(self, *subscribers: int, broadcast: int = 1, now: float = 0.0) -> None:
        for subscriber in subscribers:
            self.flights.launch(Delivery(broadcast, subscriber, subscriber, "en"), JOB, now)


def test_a_message_goes_out_and_lands_without_a_task() -> None:
    async def work() -> None:
        table = Table()
        table.launch(1, 2)
        assert (len(table.flights), table.flights.written) == (2, 0)
        table.door.open(1, 2)
        assert (len(table.flights), table.flights.written) == (2, 2)
        assert len(asyncio.all_tasks()) == 1
        for future in table.wire.futures:
            future.set_result(SENT)
        await table.flights.settle(1.0)
        await asyncio.sleep(0)
        assert table.landed == [(1, Verb.SENT, 7.0), (2, Verb.SENT, 7.0)]
        assert len(table.flights) == 0
        assert table.meters.deliveries == {(Verb.SENT, Cause.NONE): 2}

    warped(work())


def test_what_waits_at_the_gate_is_called_back_at_once_and_what_was_written_is_not() -> None:
    async def work() -> None:
        table = Table()
        table.launch(1, 2)
        table.launch(3, broadcast=2)
        table.door.open(1)
        table.flights.withdraw(1)
        assert (table.returned, set(table.door.line)) == ([2], {3})
        assert (table.flights.of(1), table.flights.of(2)) == (True, True)
        table.flights.withdraw()
        assert (table.returned, table.door.line) == ([2, 3], {})
        assert (table.flights.of(1), table.flights.of(2)) == (True, False)

    warped(work())


def test_what_waits_for_a_connection_is_called_back_too() -> None:
    async def work() -> None:
        table = Table()
        table.launch(1, 2)
        table.launch(3, broadcast=2)
        table.door.open(1, 2, 3)
        table.wire.unwritten = set(table.wire.futures[1:])
        table.flights.withdraw(1)
        assert (table.returned, table.flights.written) == ([2], 2)
        table.flights.withdraw()
        assert (table.returned, table.flights.written) == ([2, 3], 1)
        table.wire.futures[0].set_result(SENT)
        await table.flights.settle(1.0)
        await asyncio.sleep(0)
        assert table.landed == [(1, Verb.SENT, 7.0)]
        assert len(table.flights) == 0

    warped(work())


def test_what_waits_at_the_gate_for_too_long_is_called_back() -> None:
    async def work() -> None:
        table = Table()
        table.launch(1, 2, now=1.0)
        table.launch(3, now=1.2)
        table.door.open(1)
        table.flights.refresh(1.0 + PATIENCE)
        assert (table.returned, set(table.door.line)) == ([2], {3})
        assert table.flights.written == 1

    warped(work())


def test_one_message_that_cannot_be_built_stops_nobody_and_counts_as_unsure() -> None:
    async def work() -> None:
        table = Table()
        table.launch(13, 14)
        table.door.open(13, 14)
        assert table.landed == [(13, Verb.UNCERTAIN, 0.0)]
        table.wire.futures[0].set_exception(RuntimeError("broke"))
        await asyncio.sleep(0)
        assert [verb for _, verb, _ in table.landed] == [Verb.UNCERTAIN] * 2
        assert len(table.flights) == 0

    warped(work())


def test_whoever_is_abandoned_on_the_wire_is_named_and_whoever_waited_returns() -> None:
    async def work() -> None:
        table = Table()
        table.launch(1, 2, 3)
        table.door.open(1, 2)
        table.wire.futures[0].set_result(SENT)
        unheard = await table.flights.abandon()
        assert ([delivery.subscriber for delivery in unheard], table.returned) == ([2], [3])
        assert table.landed == [(1, Verb.SENT, 7.0)]
        assert len(table.flights) == 0

    warped(work())


@pytest.mark.parametrize(("capacity", "latency"), [(8, 0.004), (32, 0.02)])
def test_where_connections_are_what_limits_no_tick_is_waited_for(capacity: int, latency: float) -> None:
    async def work() -> float:
        on = stage(1000, rate=100_000)
        on.telegram.capacity, on.telegram.latency = capacity, latency
        loop = asyncio.get_running_loop()
        began = loop.time()
        await on.finish()
        assert on.sums_hold()
        return loop.time() - began

    assert warped(work()) < 0.5 * 1000 / capacity * 0.05
