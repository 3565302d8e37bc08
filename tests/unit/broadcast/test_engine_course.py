"""The engine's ordinary course: audience, order, pace, schedule, and those who watch."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.broadcast.engine import Engine
from bot.wire.gate import Gate
from bot.wire.lanes import Lane
from bot.wire.pace import BroadcastPace
from storage.records import BroadcastState, Cause, DeliveryState, Kind
from tests.fakes.telegram import busiest
from tests.fakes.warp import NOON, warped
from tests.unit.broadcast.stage import stage

PAUSED, CANCELLED, DONE = BroadcastState.PAUSED, BroadcastState.CANCELLED, BroadcastState.DONE


def test_everybody_gets_it_once_and_the_sums_hold() -> None:
    on = stage(2500, rate=1000)
    warped(on.finish())
    assert set(on.telegram.got.values()) == {1}
    assert len(on.telegram.got) == 2500
    assert on.sums_hold()
    assert on.sent() == 2500
    assert on.ledger.broadcasts[1].possible_duplicates == 0


def test_an_empty_audience_is_done_at_once() -> None:
    on = stage(0)
    warped(on.finish())
    assert not on.telegram.started


def test_a_reader_who_left_gets_nothing() -> None:
    on = stage(20)
    on.ledger.left = {3, 7}
    warped(on.finish())
    assert on.ledger.states() == {DeliveryState.SENT: 18, DeliveryState.CANCELLED: 2}
    assert on.ledger.causes() == {Cause.LEFT: 2}


def test_a_reader_who_leaves_half_way_gets_nothing_later() -> None:
    on = stage(300)

    async def leave() -> None:
        async with on.running():
            await on.until(lambda: on.sent() >= 50)
            on.ledger.left = set(range(200, 301))
            await on.until_state(DONE)

    warped(leave())
    assert on.ledger.states() == {DeliveryState.SENT: 199, DeliveryState.CANCELLED: 101}


def test_a_reader_who_leaves_while_an_answers_429_has_closed_the_gate_gets_nothing() -> None:
    on = stage(60)

    async def leave() -> float:
        async with on.running():
            await on.until(lambda: on.sent() >= 10)
            on.gate.flood(20.0, Lane.REPLY)
            left = asyncio.get_running_loop().time()
            on.ledger.left = set(range(1, 61))
            await on.until_state(DONE)
        return left

    left = warped(leave())
    assert max(on.telegram.started) <= left + 1
    assert on.ledger.states()[DeliveryState.SENT] == len(on.telegram.started)


def test_a_reader_who_leaves_while_their_chat_is_at_its_limit_gets_nothing() -> None:
    on = stage(1, start_at=NOON + 1000 + 5)

    async def leave() -> None:
        async with on.running():
            await asyncio.sleep(4.9)
            for _ in range(8):
                on.gate.enter(Lane.REPLY, 1001, lambda moment: None)
            await on.until(lambda: on.ledger.states()[DeliveryState.SENDING] == 1)
            on.ledger.left = {1}
            await on.until_state(DONE)

    warped(leave())
    assert on.telegram.started == []
    assert on.ledger.states() == {DeliveryState.CANCELLED: 1}


@pytest.mark.parametrize(("readers", "rate"), [(600, 30.0), (20_000, 1000.0)])
def test_the_whole_rate_is_used_and_never_exceeded(readers: int, rate: float) -> None:
    on = stage(readers, rate=rate, limit=rate)
    warped(on.finish())
    sent = on.telegram.delivered
    after = [moment for moment in sent if moment > sent[0] + 1]
    assert len(after) / (sent[-1] - sent[0] - 1) >= 0.99 * rate
    assert not on.telegram.floods
    for seconds in (0.05, 0.5, 1.0, 5.0):
        assert busiest(on.telegram.started, seconds) <= rate * (seconds + 0.1) + 1


def test_what_is_marked_stays_near_what_is_under_way() -> None:
    """A crash makes everything marked uncertain: rate x (latency + queue at the gate), not more."""
    on = stage(5000, rate=1000)
    warped(on.finish())
    assert on.ledger.most_sending <= 1000 * (0.06 + 0.15 + 0.1)


def test_answers_keep_their_speed_while_a_broadcast_runs() -> None:
    on = stage(3000)
    waits: list[float] = []

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        async with on.running():
            await on.until(lambda: on.sent() > 30)
            for chat in range(300):
                began = loop.time()
                await on.gate.turn(Lane.REPLY, 50_000 + chat)
                waits.append(loop.time() - began)
                await asyncio.sleep(0.13)

    warped(ask())
    waits.sort()
    assert waits[int(len(waits) * 0.99)] <= 0.15


def test_it_waits_for_its_time() -> None:
    on = stage(5, start_at=NOON + 1000 + 300)
    warped(on.finish())
    assert on.telegram.started[0] - 1000 == pytest.approx(300.5, abs=0.6)


@pytest.mark.parametrize("how", ["pause", "halt", "elsewhere"])
def test_what_was_stopped_before_its_schedule_waits_for_it_again_when_resumed(how: str) -> None:
    on = stage(5, start_at=NOON + 1000 + 300)

    async def stop_and_resume() -> None:
        async with on.running():
            await asyncio.sleep(2)
            if how == "halt":
                on.engine.halt("by hand")
            else:
                assert await on.engine.pause(1)
            await on.until_state(PAUSED)
            await asyncio.sleep(10)
            if how == "elsewhere":
                assert await on.ledger.set_state(1, BroadcastState.RUNNING, on.clock.time(), "")
                on.engine.wake()
            else:
                assert await on.engine.resume(1)
            await on.until_state(DONE)

    warped(stop_and_resume())
    assert on.telegram.started[0] - 1000 == pytest.approx(300.5, abs=0.6)
    assert on.sent() == 5


def test_undone_in_time_nothing_goes_out() -> None:
    on = stage(5, start_at=NOON + 1000 + 5)

    async def undo() -> None:
        async with on.running():
            await asyncio.sleep(4)
            assert await on.engine.cancel(1)
            await asyncio.sleep(30)

    warped(undo())
    assert not on.telegram.started
    assert on.ledger.broadcasts[1].state is CANCELLED


def test_broadcasts_go_in_order_and_the_next_uses_the_firsts_waits() -> None:
    from storage.records import Outcome, Verb

    on = stage(40)
    on.ledger.approve(2)
    order: list[int] = []

    def answer(delivery: object, number: int) -> Outcome | None:
        broadcast, reader = delivery.broadcast, delivery.subscriber  # type: ignore[attr-defined]
        order.append(broadcast)
        late = broadcast == 1 and reader == 5 and number == 1
        return Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN) if late else None

    on.telegram.answer = answer

    async def both() -> None:
        async with on.running():
            await on.until_state(DONE, 2)
            await on.until_state(DONE, 1)

    warped(both())
    assert order[:40] == [1] * 40
    assert order[40:80] == [2] * 40
    assert order[80:] == [1]


def test_a_recall_does_not_wait_for_what_goes_out_meanwhile() -> None:
    on = stage(300)
    on.ledger.approve(2)
    on.ledger.broadcasts[2] = replace(on.ledger.broadcasts[2], kind=Kind.RECALL, start_at=NOON + 1000 + 2)
    warped(on.finish(2))
    assert on.sent(2) == 300
    assert on.sent(1) < 75


def test_what_has_a_budget_of_its_own_goes_beside_what_has_not() -> None:
    on = stage(300)
    on.ledger.approve(2)
    on.ledger.broadcasts[1] = replace(on.ledger.broadcasts[1], kind=Kind.RECALL)
    on.gate = Gate(30, paid_rate=1000)
    on.engine = Engine(on.ledger, on.telegram, BroadcastPace(on.gate, paid=True), on.clock, on.watcher)
    warped(on.finish(2))
    assert on.sent(2) == 300
    assert 3 <= on.sent(1) < 75


def test_watchers_see_progress_and_moves() -> None:
    on = stage(300)
    warped(on.finish())
    rates = [look.rate for look in on.watcher.looks if 1 < look.broadcast.counts.get(DeliveryState.SENT, 0) < 300]
    assert len(rates) >= 8
    assert rates[-1] == pytest.approx(30, rel=0.15)
    left = [look.left for look in on.watcher.looks if look.left is not None]
    assert left == sorted(left, reverse=True)
    assert [(id_, state) for id_, state, _ in on.watcher.moves] == [(1, BroadcastState.RUNNING), (1, DONE)]


def test_idle_costs_a_look_a_second_and_no_tick() -> None:
    on = stage(0)
    on.ledger.broadcasts.clear()

    async def idle() -> None:
        async with on.running():
            await asyncio.sleep(60)

    warped(idle())
    assert on.ledger.ticks == 0


def test_an_engine_without_an_observer_works() -> None:
    on = stage(3)
    engine = type(on.engine)(on.ledger, on.telegram, on.engine._pace, on.clock)
    on.engine = engine
    warped(on.finish())
    assert on.sent() == 3
