"""The database falls while many are written to: killed and started again, or its connections cut after a COMMIT."""

from __future__ import annotations

import asyncio
import random
import time

from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.rounds import Found, fallen
from bot.bench.cluster.scene import Scene, scene

RATE = 100.0
LONGEST = 15.0
"""Seconds within which messages go out again once the server is there."""
DOWN = 4.0
"""Seconds at most for which it is away."""
CUT = 10.0
"""Seconds within which each connection that is to be cut has sent a COMMIT."""


async def outages(say: Say, *, rounds: int = 8, cuts: int = 40, readers: int = 5_000) -> list[Figure]:
    """Both, three replicas; none of them may end."""
    async with scene(readers, RATE) as here:
        before = [child.process.pid for child in here.fleet.replicas.values()]
        killed = await fallen(say, here, rounds, _killed, "PostgreSQL is killed")
        here.all_live()
    async with scene(readers, RATE, wired=True) as here:
        severed = await fallen(say, here, cuts, _severed, "connections are cut after COMMIT")
        here.all_live()
        cut = sum(wire.cut for wire in here.sql.values())
    return [
        Figure(
            f"PostgreSQL killed -9 and restarted mid-broadcast, {rounds} times, three replicas",
            "0 lost, no crash loop, goes on by itself",
            f"{killed} (from the moment at which the server is there again); all {len(before)} replicas ran on",
            killed.good and max(killed.waits) <= LONGEST,
        ),
        Figure(
            f"connections of all three replicas cut after COMMIT was sent, {cuts} times",
            "0 lost, no crash loop, goes on by itself",
            f"{cut} cut; {severed}; all replicas ran on",
            severed.good and max(severed.waits) <= LONGEST and cut >= cuts,
        ),
    ]


async def _killed(here: Scene, chance: random.Random, found: Found) -> None:
    await here.beyond(await here.delivered() + chance.randint(0, int(RATE)))
    await here.server.kill()
    await asyncio.sleep(chance.uniform(0.0, DOWN))
    await here.server.start()
    began, before = time.monotonic(), await here.delivered()
    await here.beyond(before)
    found.waits.append(time.monotonic() - began)


async def _severed(here: Scene, chance: random.Random, found: Found) -> None:
    await here.beyond(await here.delivered() + chance.randint(0, int(RATE / 2)))
    for wire in here.sql.values():
        wire.severed.clear()
        wire.cuts = 1
    cut = [asyncio.ensure_future(wire.severed.wait()) for wire in here.sql.values()]
    await asyncio.wait(cut, timeout=CUT, return_when=asyncio.FIRST_COMPLETED)
    for waiting in cut:
        waiting.cancel()
    began = time.monotonic()
    await here.beyond(await here.delivered())
    found.waits.append(time.monotonic() - began)
