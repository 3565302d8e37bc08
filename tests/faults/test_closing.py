"""After a 429 the bot is stopped or killed: the one that starts next keeps to the moment that Telegram named."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.bench.processes import Child, stand_in
from bot.bench.stage import Stage
from bot.control import ControlError, ask
from storage.records import DeliveryState

READERS = 40
BREACH = 50.0
PATIENCE = 60.0


async def until(done: Callable[[], object], child: Child) -> None:
    ends = time.monotonic() + PATIENCE
    while not done():
        assert child.running, child.words()[-1:]
        assert time.monotonic() < ends, "it did not come to pass"
        await asyncio.sleep(0.02)


async def closed_for(stage: Stage, child: Child) -> float:
    """What the running bot says of its gate."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert child.running, child.words()[-1:]
        try:
            return float((await ask(stage.data, "status"))["gate"]["closed_for"])
        except ControlError:  # it is starting
            await asyncio.sleep(0.05)
    raise AssertionError("the bot does not answer")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_closing_outlives_a_stop_and_a_kill(tmp_path: Path, number: signal.Signals) -> None:
    stage = Stage(tmp_path, READERS)
    await stage.fill()
    async with stand_in() as telegram:
        await telegram.order("limit", rate=20.0, burst=0.5, breach=BREACH, latency=0.02)
        await stage.approve()
        async with stage.bot(telegram.url, 200.0) as child:
            while not (before := await closed_for(stage, child)):
                await asyncio.sleep(0.05)
            began = time.monotonic()
            await asyncio.sleep(0.5)  # the answers that were on their way, and the commit
            await child.end(number)
            earlier = len(child.words())
        floods = (await telegram.order("summary"))["floods"]
        async with stage.bot(telegram.url, 200.0) as child:
            await until(lambda: any("the bot listens" in line for line in child.words()[earlier:]), child)
            left = await closed_for(stage, child)
            passed = time.monotonic() - began
            await asyncio.sleep(1.5)  # several ticks
            assert (await telegram.order("summary"))["floods"] == floods > 0
            await child.end()
        assert any("Telegram has closed the gate" in line for line in child.words())
    assert before - passed - 2 <= left <= before <= BREACH
    assert (await stage.record()).counts[DeliveryState.QUEUED] >= READERS / 2
