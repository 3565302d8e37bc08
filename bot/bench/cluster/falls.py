"""The leader is killed, or stopped and woken again, while it sends to many."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.scene import Scene, scene
from bot.bench.kills import ARRIVED

RATE = 100.0
LONGEST = 15.0
"""Seconds within which the next leader sends."""
ROOM = 6.0
"""Seconds of sending that a round may need; a broadcast with less left is sent to its end."""
AWAKE = 2.0
"""Seconds for which the woken one is watched before it may lead again."""
SEED = 2019


@dataclass
class Found:
    """What came of one or more broadcasts."""

    readers: int = 0
    missing: int = 0
    twice: int = 0
    unforeseen: int = 0
    """Duplicates of messages that the ledger did not hold as on their way when the leader fell."""
    in_flight: int = 0
    known: int = 0
    """Duplicates that the reports hold possible."""
    floods: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds from each fall until another sent."""
    late: int = 0

    async def end(self, here: Scene, uncertain: Counter[int]) -> None:
        """Of a broadcast that is sent to its end."""
        missing, twice = await here.everybody(here.stage.readers / RATE + 90.0)
        self.readers += here.stage.readers
        self.missing += len(missing)
        self.twice += twice.total()
        self.unforeseen += (twice - uncertain).total()
        self.in_flight += uncertain.total()
        self.known += (await here.record()).possible_duplicates
        self.floods += await here.floods()

    @property
    def good(self) -> bool:
        return not (self.missing or self.unforeseen or self.floods or self.late) and self.twice <= self.known

    def __str__(self) -> str:
        middle = sorted(self.waits)[len(self.waits) // 2]
        return (
            f"{self.missing} lost of {self.readers:,}; {self.twice} duplicates of {self.in_flight} in flight, "
            f"{self.unforeseen} of them unforeseen; next message after {middle:.1f} s, "
            f"at most {max(self.waits):.1f} s; {self.floods} floods"
        )


Fall = Callable[[Scene, random.Random, Found], Awaitable[set[int]]]
"""One round: it notes what it saw, and gives whose message was on its way."""


async def _rounds(say: Say, here: Scene, rounds: int, fall: Fall, what: str) -> Found:
    """So many, in as many broadcasts as that takes."""
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    found, done = Found(), 0
    while done < rounds:
        uncertain: Counter[int] = Counter()
        await here.telegram.order("reset")
        await here.begin()
        while done < rounds and await here.delivered() < here.stage.readers - ROOM * RATE:
            done += 1
            say(f"round {done} of {rounds}: the leader {what} …")
            uncertain.update(await fall(here, chance, found))
        say(f"after {done} rounds: the rest is sent …")
        await found.end(here, uncertain)
    return found


async def kills(say: Say, *, rounds: int = 30, readers: int = 3_000) -> list[Figure]:
    """kill -9, and the killed one started again at once."""
    async with scene(readers, RATE) as here:
        found = await _rounds(say, here, rounds, _killed, "is killed")
    return [
        Figure(
            f"kill -9 of the leader mid-broadcast, {rounds} rounds, three replicas",
            "0 lost, duplicates ≤ in flight, next message ≤ 15 s",
            str(found),
            found.good and max(found.waits) <= LONGEST,
        )
    ]


async def _killed(here: Scene, chance: random.Random, found: Found) -> set[int]:
    leader = await here.fleet.leader()
    await here.beyond(await here.delivered() + chance.randint(0, int(RATE)))
    await here.fleet.kill(leader)
    began = time.monotonic()
    await asyncio.sleep(ARRIVED)
    before = await here.delivered()
    open_ = await here.sending()
    await here.fleet.start(leader)
    await here.beyond(before)
    found.waits.append(time.monotonic() - began)
    await here.fleet.ready(leader)
    return open_


async def sleeps(say: Say, *, rounds: int = 5, seconds: float = 30.0, readers: int = 5_000) -> list[Figure]:
    """SIGSTOP and SIGCONT; whose call is whose is seen on the wires."""

    async def slept(here: Scene, chance: random.Random, found: Found) -> set[int]:
        return await _slept(here, chance, found, seconds)

    async with scene(readers, RATE, wired=True) as here:
        found = await _rounds(say, here, rounds, slept, f"sleeps for {seconds:g} s")
    return [
        Figure(
            f"SIGSTOP of the leader for {seconds:g} s, then SIGCONT, {rounds} rounds",
            "no send by the deposed one after the takeover; 0 lost",
            f"{found.late} sends by the deposed; {found}",
            found.good,
        )
    ]


async def _slept(here: Scene, chance: random.Random, found: Found, seconds: float) -> set[int]:
    leader = await here.fleet.leader()
    await here.beyond(await here.delivered() + chance.randint(0, int(RATE)))
    sleeper, wire = here.fleet.replicas[leader].process, here.calls[leader]
    sleeper.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    await asyncio.sleep(ARRIVED)
    asleep, before = len(wire.marks), await here.delivered()
    open_ = await here.sending()
    found.waits.append(await here.beyond(before) + ARRIVED)
    await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
    sleeper.send_signal(signal.SIGCONT)
    await here.fleet.status(leader)
    await asyncio.sleep(AWAKE)
    found.late += len(wire.marks) - asleep
    return open_
