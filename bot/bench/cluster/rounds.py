"""Falls, round after round while broadcasts are sent, and what came of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.bench.cluster.figure import Say
from bot.bench.cluster.scene import Scene
from storage.bench import repeated

ROOM = 6.0
"""Seconds of sending that a round may need; a broadcast with less left is sent to its end."""
SEED = 2019


@dataclass
class Found:
    """What came of one or more broadcasts."""

    readers: int = 0
    missing: int = 0
    twice: int = 0
    unforeseen: int = 0
    """Duplicates that the ledger does not hold possible."""
    in_flight: int = 0
    """Messages that the ledger held as on their way when somebody fell."""
    known: int = 0
    """Duplicates that the reports hold possible."""
    floods: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds from each fall until the next message."""
    late: int = 0
    """Sends of whom others had taken for dead."""

    async def end(self, here: Scene) -> None:
        """Of a broadcast that is sent to its end."""
        missing, twice = await here.everybody(here.stage.readers / here.fleet.rate + 90.0)
        foreseen = Counter(await repeated(here.storage, here.stage.broadcast))
        self.readers += here.stage.readers
        self.missing += len(missing)
        self.twice += twice.total()
        self.unforeseen += (twice - foreseen).total()
        self.known += (await here.record()).possible_duplicates
        self.floods += await here.floods()

    @property
    def good(self) -> bool:
        return not (self.missing or self.unforeseen or self.floods or self.late) and self.twice <= self.known

    def __str__(self) -> str:
        middle = sorted(self.waits)[len(self.waits) // 2]
        return (
            f"{self.missing} lost of {self.readers:,}; {self.twice} duplicates of {self.known} held possible, "
            f"{self.unforeseen} of them unforeseen; next message after {middle:.1f} s, "
            f"at most {max(self.waits):.1f} s; {self.floods} floods"
        )


Fall = Callable[[Scene, random.Random, Found], Awaitable[None]]
"""One round: it notes what it saw."""


async def fallen(say: Say, here: Scene, rounds: int, fall: Fall, what: str) -> Found:
    """So many, in as many broadcasts as that takes."""
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    found, done = Found(), 0
    while done < rounds:
        await here.telegram.order("reset")
        await here.begin()
        while done < rounds and await here.delivered() < here.stage.readers - ROOM * here.fleet.rate:
            done += 1
            say(f"round {done} of {rounds}: {what} …")
            await fall(here, chance, found)
        say(f"after {done} rounds: the rest is sent …")
        await found.end(here)
    return found
