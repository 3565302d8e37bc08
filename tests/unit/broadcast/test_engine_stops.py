"""Who stops the engine, and what then holds: pause, cancel, halt, and an orderly end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.broadcast.queueing import LATEST
from storage.records import BroadcastState, DeliveryState, Kind
from tests.fakes.warp import NOON, warped
from tests.unit.broadcast.stage import stage

PAUSED, CANCELLED, DONE = BroadcastState.PAUSED, BroadcastState.CANCELLED, BroadcastState.DONE


@pytest.mark.parametrize("way", ["pause", "cancel", "halt"])
def test_no_send_starts_after_somebody_stops_it(way: str) -> None:
    on = stage(3000, rate=1000)

    async def interfere() -> float:
        loop = asyncio.get_running_loop()
        async with on.running():
            await on.until(lambda: on.sent() >= 500)
            moment = loop.time()
            if way == "halt":
                on.engine.halt("by hand")
            else:
                assert await getattr(on.engine, way)(1)
            await asyncio.sleep(5)
        return moment

    moment = warped(interfere())
    assert max(on.telegram.started) <= moment
    states = on.ledger.states()
    assert on.ledger.broadcasts[1].state is (CANCELLED if way == "cancel" else PAUSED)
    waiting = DeliveryState.CANCELLED if way == "cancel" else DeliveryState.QUEUED
    assert states == {DeliveryState.SENT: len(on.telegram.got), waiting: 3000 - len(on.telegram.got)}
    assert on.duplicates() == 0


def test_a_pause_during_fan_out_holds_and_resuming_completes_it() -> None:
    on = stage(9000, rate=1000)
    on.ledger.latency = 0.25

    async def pause() -> None:
        async with on.running():
            await on.until(lambda: on.sent() >= 20)
            assert not on.ledger.broadcasts[1].fanned_out
            assert await on.engine.pause(1)
            held = len(on.telegram.started)
            await asyncio.sleep(10)
            assert len(on.telegram.started) == held
            assert await on.engine.resume(1)
            await on.until_state(DONE)

    warped(pause())
    assert set(on.telegram.got.values()) == {1}
    assert on.sent() == 9000


@pytest.mark.parametrize("how", ["pause", "halt"])
def test_what_this_bot_paused_goes_on_when_another_one_resumes_it(how: str) -> None:
    on = stage(60)
    on.ledger.latency = 0.05

    async def resumed() -> None:
        async with on.running():
            for _ in range(3):
                before = on.sent()
                await on.until(lambda held=before: on.sent() > held + 5)  # type: ignore[misc] # bound at once
                if how == "pause":
                    assert await on.engine.pause(1)
                else:
                    on.engine.halt("by hand")
                    await on.until_state(PAUSED)
                await asyncio.sleep(10)
                held = on.sent()
                await on.ledger.halt(None)
                on.engine.heed()
                await asyncio.sleep(5)
                assert on.sent() == held
                assert await on.ledger.set_state(1, BroadcastState.RUNNING, on.clock.time(), "")
                on.engine.wake()
            await on.until_state(DONE, seconds=60)

    warped(resumed())
    assert set(on.telegram.got.values()) == {1}


def test_what_was_cancelled_cannot_be_resumed_nor_paused() -> None:
    on = stage(3000)

    async def cancel() -> None:
        async with on.running():
            await on.until(lambda: on.sent() >= 5)
            assert await on.engine.cancel(1)
            assert not await on.engine.resume(1)
            assert not await on.engine.pause(1)
            await asyncio.sleep(5)

    warped(cancel())
    assert on.ledger.broadcasts[1].state is CANCELLED


def test_a_halt_outlives_a_restart_until_it_is_lifted() -> None:
    on = stage(30)

    async def halt() -> None:
        async with on.running():
            await on.until(lambda: on.sent() > 5)
            on.engine.halt("by hand")
        assert on.ledger.halt_note == "by hand"
        on.make()
        on.ledger.approve(2)
        async with on.running():
            await asyncio.sleep(5)
            assert on.engine.halted
            assert on.sent(2) == 0
            on.engine.lift()
            await on.engine.resume(1)
            await on.engine.resume(2)
            await on.until_state(BroadcastState.DONE, 1)
            await on.until_state(BroadcastState.DONE, 2)
        assert on.ledger.halt_note is None

    warped(halt())
    assert on.watcher.halts == ["by hand", "by hand"]
    assert on.sums_hold()


def test_a_halt_that_comes_while_the_bot_stops_is_kept() -> None:
    on = stage(0)
    on.ledger.broadcasts.clear()

    async def halt() -> None:
        async with on.running():
            await asyncio.sleep(5)
            stopping = asyncio.create_task(on.engine.stop())
            on.engine.halt("by hand")
            await stopping
        assert on.ledger.halt_note == "by hand"

    warped(halt())


def test_a_halt_holds_what_is_approved_later_until_it_is_resumed() -> None:
    on = stage(10)
    on.ledger.approve(2, start_at=NOON + 1000 + 20)

    async def halt() -> None:
        async with on.running():
            await asyncio.sleep(0.1)
            on.engine.halt("by hand")
            on.ledger.approve(3)
            on.engine.wake()
            await asyncio.sleep(60)
            assert on.engine.halted
            assert [on.ledger.broadcasts[id_].state for id_ in (1, 2, 3)] == [PAUSED] * 3
            assert not on.ledger.rows[3]
            assert await on.engine.resume(3)
            await on.until_state(DONE, 3)
            assert on.ledger.broadcasts[2].state is PAUSED

    warped(halt())
    assert on.watcher.halts == ["by hand"]


def test_an_orderly_stop_awaits_answers_and_loses_and_doubles_nothing() -> None:
    on = stage(2000, rate=1000)
    on.telegram.latency = 3.0
    loop_times: list[float] = []

    async def stop_and_go_on() -> None:
        loop = asyncio.get_running_loop()
        async with on.running():
            await on.until(lambda: len(on.telegram.started) >= 200)
            began = loop.time()
        loop_times.append(loop.time() - began)
        assert not on.ledger.states()[DeliveryState.SENDING]
        assert not on.ledger.states()[DeliveryState.UNKNOWN]
        on.make()
        await on.finish()

    warped(stop_and_go_on())
    assert loop_times[0] <= 4
    assert set(on.telegram.got.values()) == {1}
    assert on.sent() == 2000
    assert on.ledger.broadcasts[1].possible_duplicates == 0


def test_a_stop_waits_no_longer_than_it_may_and_writes_down_what_is_unanswered() -> None:
    on = stage(40)
    on.telegram.latency = 60.0

    async def stop() -> float:
        loop = asyncio.get_running_loop()
        async with on.running():
            await on.until(lambda: len(on.telegram.started) >= 10)
            began = loop.time()
        return loop.time() - began

    assert warped(stop()) <= 10
    unknown = on.ledger.states()[DeliveryState.UNKNOWN]
    assert unknown == len(on.telegram.started)
    assert on.ledger.broadcasts[1].possible_duplicates == unknown


@pytest.mark.parametrize(
    ("late", "kind", "goes_out"),
    [
        (LATEST - 60, Kind.SEND, True),
        (LATEST + 60, Kind.SEND, False),
        (3 * 86400, Kind.SEND, False),
        (3 * 86400, Kind.CORRECT, True),
        (3 * 86400, Kind.RECALL, True),
    ],
)
def test_a_message_whose_moment_is_long_past_waits_to_be_resumed(late: float, kind: Kind, goes_out: bool) -> None:
    on = stage(30)

    async def found() -> None:
        on.ledger.broadcasts[1] = replace(on.ledger.broadcasts[1], kind=kind, start_at=on.clock.time() - late)
        async with on.running() as engine:
            if not goes_out:
                await on.until_state(PAUSED, seconds=5)
                await asyncio.sleep(60)
                assert (on.sent(), len(on.telegram.started)) == (0, 0)
                assert await engine.resume(1)
            await on.until_state(DONE, seconds=10)

    warped(found())
    assert on.sent() == 30
    told = [note for _, state, note in on.watcher.moves if state is PAUSED]
    assert told == ([] if goes_out else [f"It was to go out {late / 3600:.0f} hours ago, and the bot could not."])


def test_what_had_begun_goes_on_however_long_the_bot_was_down() -> None:
    on = stage(300, start_at=NOON)

    async def begun() -> None:
        async with on.running():
            await on.until(lambda: on.sent() >= 100)

    async def days_later() -> None:
        await asyncio.sleep(3 * 86400)
        on.make()
        await on.finish()

    async def both() -> None:
        await begun()
        await days_later()

    warped(both())
    assert on.sent() == 300
    assert on.duplicates() == 0
