"""The engine when Telegram, or the network misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.broadcast.faults import MOST_EARLY, MOST_FAULTS, MOST_OTHERS
from storage.records import BroadcastState, Cause, Delivery, DeliveryState, Outcome, Verb
from tests.fakes.warp import warped
from tests.unit.broadcast.stage import stage

PAUSED, DONE = BroadcastState.PAUSED, BroadcastState.DONE
NOT_SENT = Outcome(Verb.RETRY, Cause.NOT_SENT, detail="refused")
SERVER = Outcome(Verb.UNCERTAIN, Cause.SERVER, detail="502")
MISSING = Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN, detail="no answer")
CONTENT = Outcome(Verb.FAULT, Cause.CONTENT, detail="400 can't parse entities")
OTHER = Outcome(Verb.RETRY, Cause.OTHER, detail="400 something new")
UNREACHABLE = Outcome(Verb.GONE, Cause.UNREACHABLE, detail="400 chat not found")


def always(outcome: Outcome) -> Callable[[Delivery, int], Outcome]:
    return lambda delivery, number: outcome


# Telegram refuses


def test_a_flood_closes_the_gate_and_costs_nobody_an_attempt() -> None:
    on = stage(200)
    flooded: list[float] = []

    def answer(delivery: Delivery, number: int) -> Outcome | None:
        assert delivery.attempts == 0
        if delivery.subscriber == 50 and number == 1:
            flooded.append(asyncio.get_running_loop().time())
            return Outcome(Verb.FLOOD, Cause.FLOOD, wait=7.0)
        return None

    on.telegram.answer = answer
    warped(on.finish())
    closed = [m for m in on.telegram.started if flooded[0] + on.telegram.latency < m < flooded[0] + 7]
    assert not closed
    assert on.sent() == 200
    assert on.duplicates() == 0


def test_nothing_is_left_marked_while_the_gate_is_closed() -> None:
    on = stage(200)
    on.telegram.answer = lambda d, n: Outcome(Verb.FLOOD, Cause.FLOOD, wait=600.0) if n == 1 else None

    async def look() -> None:
        async with on.running():
            await asyncio.sleep(60)
            assert on.ledger.states() == {DeliveryState.QUEUED: 200}

    warped(look())


def test_a_wait_of_hours_pauses_the_broadcast() -> None:
    on = stage(200)
    on.telegram.answer = always(Outcome(Verb.FLOOD, Cause.FLOOD, wait=7200.0))

    async def until_paused() -> None:
        async with on.running():
            await on.until_state(PAUSED, seconds=2)
            await asyncio.sleep(0.3)
            assert on.ledger.states() == {DeliveryState.QUEUED: 200}

    warped(until_paused())
    assert "120 minutes" in on.ledger.broadcasts[1].note


@pytest.mark.parametrize(
    ("outcome", "most", "words"),
    [
        (CONTENT, MOST_FAULTS, "can't parse entities"),
        (OTHER, MOST_OTHERS, "something new"),
        (UNREACHABLE, MOST_EARLY + 1, "chat not found"),
    ],
)
def test_refusals_stop_the_broadcast_and_whoever_waits_goes_on_waiting(outcome: Outcome, most: int, words: str) -> None:
    on = stage(500)
    on.telegram.answer = always(outcome)

    async def until_paused() -> None:
        async with on.running():
            await on.until_state(PAUSED, seconds=10)
            await asyncio.sleep(5)

    warped(until_paused())
    assert most <= len(on.telegram.started) <= most + 4
    assert words in on.ledger.broadcasts[1].note
    gone = len(on.telegram.started) if outcome is UNREACHABLE else 0
    states = on.ledger.states()
    assert states[DeliveryState.GONE] == gone
    assert states[DeliveryState.QUEUED] + states[DeliveryState.RETRY] == 500 - gone


def test_a_mended_broadcast_goes_on_where_it_stood() -> None:
    on = stage(60)
    broken = [True]
    on.telegram.answer = lambda d, n: CONTENT if broken[0] and d.subscriber > 30 else None

    async def mend() -> None:
        async with on.running():
            await on.until_state(PAUSED)
            assert on.sent() == 30
            broken[0] = False
            assert await on.engine.resume(1)
            await on.until_state(DONE)

    warped(mend())
    assert on.sent() == 60
    assert set(on.telegram.got.values()) == {1}


def test_a_few_refusals_late_stop_nothing() -> None:
    on = stage(400)
    on.telegram.answer = lambda d, n: UNREACHABLE if d.subscriber > 100 and d.subscriber % 3 == 0 else None
    warped(on.finish())
    assert on.sums_hold()
    assert on.ledger.causes() == {Cause.UNREACHABLE: 100}


def test_a_refused_token_halts_everything_and_loses_nobody() -> None:
    on = stage(100)
    on.ledger.approve(2)
    good = [False]
    on.telegram.answer = lambda d, n: None if good[0] else Outcome(Verb.HALT, Cause.HALT, detail="401 Unauthorized")

    async def halt() -> None:
        async with on.running():
            await on.until(lambda: on.engine.halted, seconds=2)
            await asyncio.sleep(30)
            assert len(on.telegram.started) <= 4
            assert [on.ledger.broadcasts[id_].state for id_ in (1, 2)] == [PAUSED, PAUSED]
            assert on.ledger.states(1) == {DeliveryState.QUEUED: 100}
            good[0] = True
            assert await on.engine.resume(1)
            await on.until_state(DONE, 1)

    warped(halt())
    assert len(on.watcher.halts) == 1
    assert "401" in on.watcher.halts[0]


def test_each_answer_leads_to_its_end() -> None:
    """5,000 recipients, one in twenty of them with a fault of their own."""
    on = stage(5000, rate=1000)
    faults: list[tuple[Outcome, DeliveryState, int]] = [
        (Outcome(Verb.GONE, Cause.BLOCKED), DeliveryState.GONE, 0),
        (Outcome(Verb.GONE, Cause.DEACTIVATED), DeliveryState.GONE, 0),
        (Outcome(Verb.GONE, Cause.UNREACHABLE), DeliveryState.GONE, 0),
        (Outcome(Verb.GONE, Cause.KICKED), DeliveryState.GONE, 0),
        (Outcome(Verb.GONE, Cause.RIGHTS), DeliveryState.GONE, 0),
        (NOT_SENT, DeliveryState.SENT, 1),
        (SERVER, DeliveryState.SENT, 1),
        (MISSING, DeliveryState.SENT, 1),
        (MISSING, DeliveryState.PARKED, 99),
        (Outcome(Verb.FLOOD, Cause.FLOOD, wait=1.0), DeliveryState.SENT, 1),
    ]
    chosen = {reader: faults[(reader // 20) % len(faults)] for reader in range(100, 5001, 20)}

    def answer(delivery: Delivery, number: int) -> Outcome | None:
        outcome, end, times = chosen.get(delivery.subscriber, (None, None, 0))
        return outcome if end is DeliveryState.GONE or number <= times else None

    on.telegram.answer = answer
    warped(on.finish())
    assert on.sums_hold()
    assert len(chosen) > 200
    for reader, (outcome, end, _) in chosen.items():
        row = on.ledger.rows[1][reader]
        assert (row.state, row.cause) == (end, outcome.cause if end is not DeliveryState.SENT else Cause.NONE)
    uncertain = sum(outcome.verb is Verb.UNCERTAIN for outcome, _, _ in chosen.values())
    assert 0 < on.duplicates() <= on.ledger.broadcasts[1].possible_duplicates
    assert on.ledger.states()[DeliveryState.PARKED] == uncertain // 3


def test_a_group_that_moved_gets_it_at_its_new_place_once() -> None:
    on = stage(3)
    moved = Outcome(Verb.RETRY, Cause.MIGRATED, migrate_to=-100_777)
    on.telegram.answer = lambda d, n: moved if d.chat_id == 1002 else None
    warped(on.finish())
    assert on.telegram.got == {1001: 1, -100_777: 1, 1003: 1}


# nobody answers


def test_a_message_without_an_answer_is_parked_after_three_and_never_counted_as_sent() -> None:
    on = stage(30)
    on.telegram.answer = lambda d, n: MISSING if d.subscriber == 9 else None
    warped(on.finish())
    assert on.telegram.tries[9] == 3
    assert on.ledger.states() == {DeliveryState.SENT: 29, DeliveryState.PARKED: 1}
    assert on.ledger.causes() == {Cause.UNCERTAIN: 1}
    assert on.ledger.broadcasts[1].possible_duplicates == 2


@pytest.mark.parametrize("trouble", [NOT_SENT, SERVER, MISSING])
@pytest.mark.parametrize("readers", [3, 600])
def test_a_minute_without_telegram_is_waited_out(trouble: Outcome, readers: int) -> None:
    on = stage(readers)

    def answer(delivery: Delivery, number: int) -> Outcome | None:
        down = 1000.5 < asyncio.get_running_loop().time() < 1060
        return trouble if down or (number == 1 and readers == 3) else None

    on.telegram.answer = answer
    warped(on.finish())
    assert on.sent() == readers
    assert len(on.telegram.started) <= readers + 40
    assert 1 <= len(on.watcher.troubles) <= 3
    assert on.telegram.delivered[-1] < 1000 + 60 + 90 + readers / 30


def test_twenty_minutes_without_a_network_parks_nobody_and_wastes_little() -> None:
    on = stage(5)
    on.telegram.answer = lambda d, n: NOT_SENT if asyncio.get_running_loop().time() < 1000 + 1200 else None
    warped(on.finish())
    assert on.sent() == 5
    assert len(on.telegram.started) < 1200 / 10
