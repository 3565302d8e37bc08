"""Millions of readers on PostgreSQL: how long the audience takes to be fixed, and how much memory."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.server import running
from bot.bench.processes import Broken, Child, stand_in
from bot.bench.stage import Stage
from storage.open import Storage

RATE = 30.0
"""Messages a second that go out meanwhile."""
LONGEST = 60.0
FEW = 10_000
MORE = 40.0
"""Megabytes beyond those of few."""
PATIENCE = 240.0
LOOK = 0.1


async def crowd(say: Say, *, readers: int = 5_000_000) -> list[Figure]:
    peak_few, _ = await _run(say, FEW)
    peak, seconds = await _run(say, readers)
    more = (peak - peak_few) * 1.048576
    return [
        Figure(
            f"fan-out of {readers:,} readers on PostgreSQL",
            "≤ 60 s, memory bounded",
            f"{seconds:.1f} s; peak memory of the bot {peak:.0f} MiB, {peak - peak_few:.0f} more than with {FEW:,}",
            seconds <= LONGEST and more <= MORE,
        )
    ]


async def _run(say: Say, readers: int) -> tuple[float, float]:
    """Peak memory in MiB, seconds of fan-out."""
    say(f"{readers:,} readers are enrolled …")
    with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder:
        stage = Stage(Path(folder), readers)
        async with running() as server, stand_in(rate=RATE, latency=0.06) as telegram:
            stage.settings["DAUYS_DATABASE"] = server.address(await server.database())
            await stage.fill()
            async with stage.storage() as storage, stage.bot(telegram.url, RATE) as child:
                await stage.approve_in(storage)
                say(f"fan-out of {readers:,} …")
                seconds = await _fanned_out(storage, stage, child)
                peak = child.peak()
                await child.end()
    return peak, seconds


async def _fanned_out(storage: Storage, stage: Stage, child: Child) -> float:
    """From the moment at which the broadcast runs."""
    ends, begun = time.monotonic() + PATIENCE, None
    while True:
        seen = await storage.broadcasts.get(stage.broadcast)
        assert seen is not None  # noqa: S101 - made before
        begun = begun or (time.monotonic() - LOOK if seen.total or seen.fanned_out else None)
        if seen.fanned_out and begun is not None:
            return time.monotonic() - begun
        if time.monotonic() > ends or not child.running:
            raise Broken(f"fan-out stands at {seen.total:,} of {stage.readers:,}")
        await asyncio.sleep(LOOK)
