"""Kill rounds: many broadcasts, a few kill -9 in each, until every phase of the bot was hit."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.bench.broadcast import Figures, Plan, measure
from bot.bench.kills import PHASES, Kill, Killer
from bot.bench.processes import stand_in
from bot.bench.stage import Stage

IN_ONE = 6
"""Kills in one broadcast."""
MORE = 12
"""Kills beyond the planned ones while a phase had none."""
SECONDS = 1.5
"""Readers of a broadcast, in seconds of sending for each kill."""
LEAST = 60
"""Readers at least."""


@dataclass
class Kills:
    """What a campaign gave."""

    rate: float
    kills: list[Kill] = field(default_factory=list)
    lost: int = 0
    duplicated: int = 0
    unforeseen: int = 0
    first_again: list[float] = field(default_factory=list)

    @property
    def phases(self) -> Counter[str]:
        return Counter(kill.phase for kill in self.kills)

    @property
    def uncertain(self) -> int:
        return sum(len(kill.uncertain) for kill in self.kills)

    @property
    def in_flight(self) -> int:
        return sum(kill.in_flight for kill in self.kills)

    def faults(self, *, every_phase: bool = True) -> list[str]:
        """What must not be; nothing, when all holds. `every_phase`: a phase into which no kill fell is a fault."""
        said = []
        if self.lost:
            said.append(f"{self.lost} readers got nothing")
        if self.unforeseen:
            said.append(f"{self.unforeseen} duplicates had not been recorded as uncertain")
        if self.duplicated > self.in_flight:
            said.append(f"{self.duplicated} duplicates, and only {self.in_flight} were in flight")
        said += [
            f"a kill in {kill.phase}: {kill.arrived} had arrived, and only {kill.in_flight} were in flight"
            for kill in self.kills
            if kill.arrived > kill.in_flight
        ]
        missing = [phase for phase in PHASES if not self.phases[phase]]
        if missing and every_phase:
            said.append(f"no kill fell into {', '.join(missing)}")
        return said

    def add(self, figures: Figures) -> None:
        self.kills += figures.kills
        self.lost += figures.lost
        self.duplicated += figures.duplicated
        self.unforeseen += figures.unforeseen
        self.first_again += figures.first_again


async def campaign(
    rate: float, kills: int, seed: int | None, say: Callable[[str], None] = lambda _: None, latency: float = 0.06
) -> Kills:
    """At least so many kills at this rate. Broken with one line when it could not be carried out."""
    chance = random.Random(seed)  # noqa: S311 - moments of kills, no secrets
    found = Kills(rate)
    readers = max(LEAST, round(rate * SECONDS))
    with tempfile.TemporaryDirectory(prefix="dauys-kills-") as folder:
        stage = Stage(Path(folder), readers)
        await stage.fill()
        async with stand_in() as telegram:
            killer = Killer(stage, telegram, chance)
            while len(found.kills) < kills or (killer.missing and len(found.kills) < kills + MORE):
                say(f"{rate:g}/s: {len(found.kills)} of {kills} kills")
                wanted = min(IN_ONE, max(1, kills - len(found.kills)))
                await stage.approve()
                plan = Plan(readers, rate, latency, limit=rate, kills=wanted)
                found.add(await measure(plan, telegram, stage, chance, killer))
    return found
