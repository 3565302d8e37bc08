"""A paid broadcast on PostgreSQL, and the same on SQLite beside it, in turn."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.bench.broadcast import Figures, Plan, measure
from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.meter import processor_time
from bot.bench.cluster.server import Server, running
from bot.bench.processes import StandIn, stand_in
from bot.bench.stage import Stage

RATE = 1000.0
SEED = 2019


async def paid(say: Say, *, readers: int = 20_000, rounds: int = 3) -> list[Figure]:
    """Share of 1000/s, and processor time a message, of the bot and of the server."""
    plan = Plan(readers, RATE, limit=RATE, patience=200)
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    files: list[Figures] = []
    served: list[Figures] = []
    dear: list[float] = []
    with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder:
        async with running() as server, stand_in() as telegram:
            here, there = await _stages(Path(folder), readers, server)
            for number in range(rounds):
                say(f"round {number + 1} of {rounds}: SQLite …")
                files.append(await _run(plan, telegram, here, chance))
                say(f"round {number + 1} of {rounds}: PostgreSQL …")
                before = processor_time(server.process)
                served.append(await _run(plan, telegram, there, chance))
                dear.append(1000 * (processor_time(server.process) - before) / readers)
    floods = sum(run.floods for run in served)
    share = statistics.median(run.share or 0.0 for run in served)
    return [
        Figure(
            f"paid rate 1000/s, {readers:,} readers, on PostgreSQL",
            "≥ 95 %, 0 floods",
            f"{share:.1%}, {floods} floods, medians of {rounds}; bot {_cost(served)} ms of CPU a message, database "
            f"{statistics.median(dear):.2f} (its fan-out included); on SQLite {_cost(files)} in all",
            share >= 0.95 and not floods,
        )
    ]


async def _stages(folder: Path, readers: int, server: Server) -> tuple[Stage, Stage]:
    made = []
    for name in ("sqlite", "postgresql"):
        (folder / name).mkdir()
        stage = Stage(folder / name, readers)
        if name == "postgresql":
            stage.settings["DAUYS_DATABASE"] = server.address(await server.database())
        await stage.fill()
        made.append(stage)
    return made[0], made[1]


async def _run(plan: Plan, telegram: StandIn, stage: Stage, chance: random.Random) -> Figures:
    await stage.approve()
    return await measure(plan, telegram, stage, chance)


def _cost(runs: Sequence[Figures]) -> str:
    return f"{statistics.median(run.cpu for run in runs):.2f}"
