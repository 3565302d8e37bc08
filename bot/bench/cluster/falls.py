"""The leader is killed, or stopped and woken again, while it sends to many."""

from __future__ import annotations

import asyncio
import random
import signal
import time

from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.rounds import Found, fallen
from bot.bench.cluster.scene import Scene, scene
from bot.bench.kills import ARRIVED

RATE = 100.0
LONGEST = 15.0
"""Seconds within which the next leader sends."""
AWAKE = 2.0
"""Seconds for which the woken one is watched before it may lead again."""


async def kills(say: Say, *, rounds: int = 30, readers: int = 3_000) -> list[Figure]:
    """kill -9, and the killed one started again at once."""
    async with scene(readers, RATE) as here:
        found = await fallen(say, here, rounds, _killed, "the leader is killed")
    return [
        Figure(
            f"kill -9 of the leader mid-broadcast, {rounds} rounds, three replicas",
            "0 lost, duplicates ≤ in flight, next message ≤ 15 s",
            f"{found.in_flight} in flight; {found}",
            found.good and found.twice <= found.in_flight and max(found.waits) <= LONGEST,
        )
    ]


async def _killed(here: Scene, chance: random.Random, found: Found) -> None:
    leader = await here.fleet.leader()
    await here.beyond(await here.delivered() + chance.randint(0, int(RATE)))
    await here.fleet.kill(leader)
    began = time.monotonic()
    await asyncio.sleep(ARRIVED)
    before = await here.delivered()
    found.in_flight += len(await here.sending())
    await here.fleet.start(leader)
    await here.beyond(before)
    found.waits.append(time.monotonic() - began)
    await here.fleet.ready(leader)


async def sleeps(say: Say, *, rounds: int = 5, seconds: float = 30.0, readers: int = 5_000) -> list[Figure]:
    """SIGSTOP and SIGCONT; whose call is whose is seen on the wires."""

    async def slept(here: Scene, chance: random.Random, found: Found) -> None:
        await _slept(here, chance, found, seconds)

    async with scene(readers, RATE, wired=True) as here:
        found = await fallen(say, here, rounds, slept, f"the leader sleeps for {seconds:g} s")
    return [
        Figure(
            f"SIGSTOP of the leader for {seconds:g} s, then SIGCONT, {rounds} rounds",
            "no send by the deposed one after the takeover; 0 lost",
            f"{found.late} sends by the deposed; {found}",
            found.good,
        )
    ]


async def _slept(here: Scene, chance: random.Random, found: Found, seconds: float) -> None:
    leader = await here.fleet.leader()
    await here.beyond(await here.delivered() + chance.randint(0, int(RATE)))
    sleeper, wire = here.fleet.replicas[leader].process, here.calls[leader]
    here.sql[leader].passed.clear()
    await asyncio.wait_for(here.sql[leader].passed.wait(), LONGEST)  # what is committed now is about to be sent
    sleeper.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    await asyncio.sleep(ARRIVED)
    asleep, before = len(wire.marks), await here.delivered()
    found.in_flight += len(await here.sending())
    found.waits.append(await here.beyond(before) + ARRIVED)
    await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
    sleeper.send_signal(signal.SIGCONT)
    await here.fleet.status(leader)
    await asyncio.sleep(AWAKE)
    found.late += len(wire.marks) - asleep
