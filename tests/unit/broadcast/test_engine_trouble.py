"""The engine when Telegram, the network, the ledger or the clock misbehaves, and after a crash."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from bot.broadcast.faults import MOST_EARLY, MOST_FAULTS, MOST_OTHERS
from storage.records import BroadcastState, Cause, Delivery, DeliveryState, Outcome, Verb
from tests.fakes.warp import NOON, warped
from tests.unit.broadcast.stage import Stage, stage

PAUSED, DONE, RUNNING = BroadcastState.PAUSED, BroadcastState.DONE, BroadcastState.RUNNING
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


# the ledger fails


@pytest.mark.parametrize("seconds", [0.3, 30.0])
def test_a_ledger_that_fails_for_a_while_loses_and_doubles_nothing(seconds: float) -> None:
    on = stage(300)

    async def fail() -> None:
        async with on.running():
            await on.until(lambda: on.sent() >= 100)
            on.ledger.failing = True
            await asyncio.sleep(seconds)
            on.ledger.failing = False
            await on.until_state(DONE)

    warped(fail())
    assert set(on.telegram.got.values()) == {1}
    assert on.sent() == 300
    assert len(on.watcher.troubles) == 1


def test_a_ledger_that_fails_from_the_start_is_waited_for() -> None:
    on = stage(10)
    on.ledger.failing = True

    async def start() -> None:
        async with on.running():
            await asyncio.sleep(30)
            on.ledger.failing = False
            await on.until_state(DONE, seconds=10)

    warped(start())
    assert on.sent() == 10


def test_a_pause_counts_although_it_cannot_be_written_down() -> None:
    on = stage(300)

    async def pause() -> None:
        async with on.running():
            await on.until(lambda: on.sent() >= 50)
            on.ledger.failing = True
            assert await on.engine.pause(1)
            held = len(on.telegram.started)
            await asyncio.sleep(20)
            assert len(on.telegram.started) == held
            on.ledger.failing = False
            await on.until_state(PAUSED, seconds=5)
            await asyncio.sleep(1)
            assert on.sent() == held

    warped(pause())


@pytest.mark.parametrize("number", range(1, 30))
def test_a_commit_of_which_nobody_heard_loses_nothing(number: int) -> None:
    """The transaction took effect, and then the connection broke: whatever it was, the next one mends it."""
    on = stage(12)

    async def lose() -> None:
        made = 0
        real = on.ledger._committed

        def committed() -> None:
            nonlocal made
            made += 1
            if made == number:
                on.ledger.lose_commits = 1
            real()

        on.ledger._committed = committed  # type: ignore[method-assign]
        await on.finish()

    warped(lose())
    assert on.sums_hold()
    assert on.sent() == 12
    assert on.duplicates() <= on.ledger.broadcasts[1].possible_duplicates


def test_a_disk_that_takes_two_seconds_slows_nothing_but_itself() -> None:
    on = stage(100)
    on.ledger.latency = 2.0
    warped(on.finish())
    assert set(on.telegram.got.values()) == {1}


def test_a_stop_while_the_ledger_fails_ends_in_time() -> None:
    on = stage(300)

    async def stop() -> float:
        loop = asyncio.get_running_loop()
        async with on.running():
            await on.until(lambda: on.sent() >= 50)
            on.ledger.failing = True
            await asyncio.sleep(1)
            began = loop.time()
        return loop.time() - began

    assert warped(stop()) <= 10
    on.ledger.failing = False
    on.make()
    warped(on.finish())
    assert on.sent() == 300
    assert on.duplicates() <= on.ledger.broadcasts[1].possible_duplicates


# the clock


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0])
@pytest.mark.parametrize("restart", [False, True])
def test_a_clock_moved_by_a_day_delays_nobody(jump: float, *, restart: bool) -> None:
    on = stage(200)
    on.telegram.answer = lambda d, n: MISSING if d.subscriber % 50 == 0 and n == 1 else None

    async def move() -> None:
        async with on.running():
            await on.until(lambda: on.telegram.tries[150] > 0)
            await asyncio.sleep(0.2)
            on.clock.jump = jump
            if not restart:
                await on.until_state(DONE, seconds=120)
        if restart:
            on.make()
            async with on.running():
                await on.until_state(DONE, seconds=180)

    warped(move())
    assert on.sent() == 200


def test_a_schedule_follows_the_wall_clock() -> None:
    on = stage(5, start_at=NOON + 1000 + 7200)

    async def move() -> None:
        async with on.running():
            await asyncio.sleep(10)
            on.clock.jump = 7200.0
            await on.until_state(DONE, seconds=5)

    warped(move())


# crashes


async def _killed_after(on: Stage, seconds: float) -> None:
    """The process dies: no result is stored, no task ends in order."""
    task = asyncio.create_task(on.engine.run())
    await asyncio.sleep(seconds)
    others = [other for other in asyncio.all_tasks() if other is not asyncio.current_task()]
    assert task in others
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize("seed", range(12))
def test_kills_at_any_moment_lose_nobody_and_double_only_what_was_uncertain(seed: int) -> None:
    chance = random.Random(seed)
    rate = chance.choice([30.0, 1000.0])
    on = stage(chance.choice([40, 3000]) if rate > 30 else 120, rate=rate)
    on.ledger.latency = chance.choice([0.0, 0.002, 0.05])
    on.telegram.latency = chance.uniform(0.05, 0.35)

    async def rounds() -> None:
        for _ in range(15):
            if on.ledger.broadcasts[1].state is DONE:
                return
            bound = on.ledger.broadcasts[1].possible_duplicates
            await _killed_after(on, chance.uniform(0.0, 0.8))
            sending = on.ledger.states()[DeliveryState.SENDING]
            assert len(on.telegram.open) <= sending
            assert on.duplicates() <= on.ledger.broadcasts[1].possible_duplicates
            assert on.ledger.broadcasts[1].possible_duplicates >= bound
            on.make()
        await on.finish()

    warped(rounds())
    assert on.sums_hold()
    assert on.sent() == len(on.ledger.readers)
    assert len(on.telegram.got) == len(on.ledger.readers)
    assert on.duplicates() <= on.ledger.broadcasts[1].possible_duplicates


def test_after_a_restart_the_first_message_goes_out_at_once() -> None:
    on = stage(600)

    async def restart() -> float:
        await _killed_after(on, 2.0)
        on.make()
        began = asyncio.get_running_loop().time()
        before = len(on.telegram.started)
        async with on.running():
            return await on.until(lambda: len(on.telegram.started) > before) + began - began

    assert warped(restart()) <= 0.5
