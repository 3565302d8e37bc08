"""A million readers: memory, fan-out, and who asks meanwhile."""

from __future__ import annotations

import asyncio
import time

from bot.bench.broadcast import QUESTION, Figures
from bot.bench.processes import Broken, Child, StandIn
from bot.bench.stage import Stage
from storage.bench import peek
from tests.bench.delivery.yard import Yard
from tests.bench.figures import Figure

RATE = 1000.0
AFTER = 5_000
"""Messages that go out after fan-out, so that a peak of sending is seen too."""
PATIENCE = 240.0


async def measure(yard: Yard) -> list[Figure]:
    many, few = yard.many(1_000_000, 50_000), 10_000
    peak_few, _, _ = await _run(yard, few)
    peak_many, seconds, asked = await _run(yard, many)
    usual, worst = asked.answer(0.95), asked.answer(0.99)
    told = "no question was answered" if usual is None else f"{usual:.0f} ms / {worst or 0:.0f} ms"
    unhurt = usual is not None and usual <= 150 and (worst or 0) <= 400
    return [
        Figure(
            f"peak memory, {many:,} subscribers against {few:,}",
            "≤ 40 MB more",
            f"{peak_many:.0f} MiB against {peak_few:.0f} MiB: {peak_many - peak_few:.0f} more",
            (peak_many - peak_few) * 1.048576 <= 40,
        ),
        Figure(
            f"fan-out of {many:,} subscribers",
            "≤ 10 s, replies meanwhile unhurt (150 ms / 400 ms)",
            f"{seconds:.1f} s; answers meanwhile p95 / p99 {told}, {len(asked.answers)} questions",
            seconds <= 10 and unhurt,
        ),
    ]


async def _run(yard: Yard, readers: int) -> tuple[float, float, Figures]:
    """Peak memory in MiB, seconds of fan-out, and the answers given during it."""
    yard.say(f"{readers:,} readers are enrolled …")
    async with yard.set(readers) as (stage, telegram):
        await telegram.order("limit", rate=RATE, latency=0.06)
        async with stage.storage() as storage, stage.bot(telegram.url, RATE) as child:
            await telegram.order("ask", every=0.1, text=QUESTION)
            before = await _answers(telegram, child)
            await stage.approve_in(storage)
            yard.say(f"fan-out of {readers:,} …")
            seconds = await _fan_out(stage, child)
            await telegram.order("ask", every=0)
            waits = (await telegram.order("moments"))["waits"][before:]
            await _sends(telegram, child)
            peak = child.peak()
            await child.end()
    return peak, seconds, Figures("Dauys", answers=waits)


async def _answers(telegram: StandIn, child: Child) -> int:
    """Once the bot answers what was asked while it started; how many answers that were."""
    ends = time.monotonic() + PATIENCE
    while True:
        given, open_ = len((await telegram.order("moments"))["waits"]), (await telegram.order("summary"))["unanswered"]
        if given and not open_:
            return given
        if time.monotonic() > ends or not child.running:
            raise Broken(f"{open_} questions are not answered")
        await asyncio.sleep(0.02)


async def _fan_out(stage: Stage, child: Child) -> float:
    ends = time.monotonic() + PATIENCE
    begun = None
    while True:
        queued, complete = await asyncio.to_thread(peek, stage.data, stage.broadcast)
        begun = begun or (time.monotonic() if queued else None)
        if complete and begun is not None:
            return time.monotonic() - begun
        if time.monotonic() > ends or not child.running:
            raise Broken(f"fan-out stands at {queued:,} of {stage.readers:,}")
        await asyncio.sleep(0.02)


async def _sends(telegram: StandIn, child: Child) -> None:
    first = (await telegram.order("summary"))["delivered"]
    ends = time.monotonic() + PATIENCE
    while (await telegram.order("summary"))["delivered"] < first + AFTER:
        if time.monotonic() > ends or not child.running:
            raise Broken("no messages after fan-out")
        await asyncio.sleep(0.1)
