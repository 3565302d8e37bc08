"""The engine when the ledger or the clock misbehaves, and after a crash."""

from __future__ import annotations

import asyncio
import random

import pytest

from storage.records import BroadcastState, Cause, DeliveryState, Outcome, Verb
from tests.fakes.warp import NOON, warped
from tests.unit.broadcast.stage import Stage, stage

PAUSED, DONE = BroadcastState.PAUSED, BroadcastState.DONE
MISSING = Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN, detail="no answer")


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
    on = stage(200, start_at=NOON + 1000)  # now: the moment of its approval
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
