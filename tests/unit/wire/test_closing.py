"""A closing of the gate is written down at once, and taken over at the next start."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.wire.closing import NAME, Closing
from bot.wire.gate import Gate
from bot.wire.lanes import Lane
from storage.errors import DiskFull
from tests.fakes.warp import NOON, warped


class Facts:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.failing = False

    async def get(self, name: str) -> str:
        return self.kept.get(name, "")

    async def set(self, name: str, value: str) -> None:
        if self.failing:
            raise DiskFull("the disk is full")
        self.kept[name] = value


def wall() -> float:
    return NOON + asyncio.get_running_loop().time()


@contextlib.asynccontextmanager
async def kept(facts: Facts) -> AsyncIterator[tuple[Gate, Closing]]:
    """A gate as after a start."""
    gate = Gate(30)
    closing = Closing(gate, facts, wall)
    await closing.restore()
    task = asyncio.create_task(closing.run())
    yield gate, closing
    task.cancel()


async def left_after(facts: Facts, seconds: float) -> float:
    await asyncio.sleep(seconds)
    async with kept(facts) as (gate, _):
        return gate.opens_in()


def test_the_next_start_waits_for_the_rest() -> None:
    async def work() -> None:
        facts = Facts()
        async with kept(facts) as (gate, _):
            assert gate.opens_in() == 0
            gate.flood(5.0)
            gate.flood(50.0, Lane.REPLY)
            await asyncio.sleep(1)
        assert await left_after(facts, 9) == pytest.approx(40, abs=0.1)
        assert await left_after(facts, 40) == 0

    warped(work())


def test_a_full_disk_is_tried_again_until_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        facts = Facts()
        async with kept(facts) as (gate, _):
            facts.failing = True
            gate.flood(50.0)
            await asyncio.sleep(3.5)
            assert facts.kept == {}
            facts.failing = False
            await asyncio.sleep(1)
        assert await left_after(facts, 5.5) == pytest.approx(40, abs=0.1)

    warped(work())


def test_the_log_says_that_the_gate_is_closed_once_for_many_answers(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        async with kept(Facts()) as (gate, _):
            for seconds in (3.0, 3.0, 4.0, 3600.0, 3600.0):
                gate.flood(seconds)

    warped(work())
    assert capsys.readouterr().out.count("Telegram closed the gate (429)") == 2


def test_an_orderly_stop_writes_what_is_not_written_yet() -> None:
    async def work() -> None:
        facts = Facts()
        gate = Gate(30)
        closing = Closing(gate, facts, wall)
        await closing.keep()
        assert facts.kept == {}
        gate.flood(50.0)
        facts.failing = True
        with pytest.raises(DiskFull):
            await closing.keep()
        facts.failing = False
        await closing.keep()
        assert set(facts.kept) == {NAME}
        assert await left_after(facts, 10) == pytest.approx(40, abs=0.1)

    warped(work())
