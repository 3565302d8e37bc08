"""`dauys move` there and back, with the real command: how long, how much memory, and that all is the same."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.server import running
from bot.bench.processes import Broken, started
from bot.bench.stage import TOKEN, Stage

LONGEST = 180.0
FEW = 20_000
MORE = 64.0
"""MiB that a move of many may take beyond one of few."""
LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Trip:
    seconds: float
    peak: float
    """MiB of the command's process."""
    told: tuple[str, ...]
    """Its lines with a table, the number of its rows and their digest."""


async def travel(say: Say, *, readers: int = 1_000_000) -> list[Figure]:
    """SQLite to PostgreSQL and back. Broken when the command refuses."""
    few = await _journey(say, FEW)
    many = await _journey(say, readers)
    equal = all(there.told == back.told for there, back in (few, many))
    slowest, peak = max(trip.seconds for trip in many), max(trip.peak for trip in many)
    more = peak - max(trip.peak for trip in few)
    same = "equal" if equal else "NOT EQUAL"
    return [
        Figure(
            f"move of {readers:,} readers SQLite → PostgreSQL → SQLite",
            "equal, ≤ 3 min each way, memory bounded",
            f"{same}: {many[0].seconds:.0f} s there, {many[1].seconds:.0f} s back, every row compared; {peak:.0f} MiB, "
            f"{more:.0f} more than for {FEW:,}",
            equal and slowest <= LONGEST and more <= MORE,
        )
    ]


async def _journey(say: Say, readers: int) -> tuple[Trip, Trip]:
    with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder:
        stage = Stage(Path(folder), readers)
        say(f"{readers:,} readers are enrolled …")
        await stage.fill()
        async with running() as server:
            address = server.address(await server.database())
            say(f"{readers:,} readers move to PostgreSQL …")
            there = await _trip(stage, "", address)
            aside = Path(folder) / "aside"
            aside.mkdir()
            for path in stage.data.glob("dauys.sqlite3*"):
                path.rename(aside / path.name)
            say(f"{readers:,} readers move back …")
            return there, await _trip(stage, address, "sqlite")


async def _trip(stage: Stage, at: str, to: str) -> Trip:
    log = stage.folder / f"move-{'back' if at else 'there'}.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAUYS_")}
    environment |= {"DAUYS_TOKEN": TOKEN, "DAUYS_DATA": str(stage.data), "DAUYS_DATABASE": at}
    begun, peak = time.monotonic(), 0.0
    async with started([sys.executable, "-m", "bot", "move", "--to", to], log, environment) as child:
        while child.running:
            if time.monotonic() - begun > 2 * LONGEST:
                await child.end(signal.SIGKILL)
                raise Broken("the move takes too long")
            try:
                peak = max(peak, child.peak())
            except (OSError, StopIteration):  # it ends just now
                break
            await asyncio.sleep(LOOK)
        await child.process.wait()
        seconds, words = time.monotonic() - begun, child.words()
        if child.process.returncode:
            raise Broken(f"the move was refused: {words[-1] if words else 'without a word'}")
    return Trip(seconds, peak, tuple(line for line in words if len(line.split()) == 3 and len(line.split()[2]) == 32))
