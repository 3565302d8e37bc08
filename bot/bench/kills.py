"""kill -9 at random moments: in which phase it fell, what was under way, and what the ledger then knew."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bot.bench.marks import SHUTDOWN, Marks, Seen, mapped
from bot.bench.processes import Broken, Child, StandIn
from bot.bench.stage import Stage

PHASES = ("fan-out", "tick", "wire", "retry", "shutdown")
AIM = 4.0
"""Seconds for which an aimed kill waits for its phase; then it falls wherever it is."""
ARRIVED = 0.1
"""Seconds after which what a dead bot had written has arrived."""
PEEK = 0.00005
"""Seconds between two looks at the marks."""
UNEVEN = 8
"""Chats of a broadcast whose first message is refused for no known reason, so that there are retries; more of them
would pause it."""


@dataclass(frozen=True, slots=True)
class Kill:
    phase: str
    """One of PHASES, or "idle": nothing was under way."""
    in_flight: int
    """Messages written whose result was not committed."""
    uncertain: frozenset[int]
    """Chats that the ledger holds as uncertain, read before the next start."""
    arrived: int
    """Those of them who had got it in the life that this kill ended: each becomes a duplicate."""
    first_again: float = 0.0
    """Seconds from the start of that life to its first message."""


class Killer:
    """Every second kill is aimed at the phase that had fewest so far; the others fall at random moments."""

    def __init__(self, stage: Stage, telegram: StandIn, chance: random.Random) -> None:
        self._stage, self._telegram, self._chance = stage, telegram, chance
        self._marks_file = stage.folder / "marks"
        self.fallen: Counter[str] = Counter()

    @property
    def missing(self) -> list[str]:
        """Phases into which no kill fell."""
        return [phase for phase in PHASES if not self.fallen[phase]]

    async def kill(self, rate: float, patience: float, span: float, *, first: bool) -> Kill:
        """One life of the bot, ended within `span` seconds of its first message, or earlier when it is aimed.
        `first`: the broadcast has not begun yet."""
        before = await self._telegram.order("tally")
        delivered = sum(before["counts"].values())
        begun = time.monotonic()
        aim = self._aim(first=first)
        with mapped(self._marks_file) as marks:
            marks.clear()
            async with self._stage.bot(self._telegram.url, rate, "--marks", str(self._marks_file)) as child:
                again = 0.0
                if aim != "fan-out":
                    await self._first_message(child, delivered, begun + patience)
                    again = time.monotonic() - begun
                    await asyncio.sleep(self._chance.uniform(0.0, span))
                await asyncio.to_thread(self._strike, child, marks, aim)
                await child.process.wait()
            seen = marks.seen()
        return await self._read(seen, before["counts"], again)

    async def _read(self, seen: Seen, before: dict[str, int], again: float) -> Kill:
        await asyncio.sleep(ARRIVED)
        uncertain = await self._stage.sending()
        now = (await self._telegram.order("tally"))["counts"]
        arrived = sum(now.get(str(chat), 0) > before.get(str(chat), 0) for chat in uncertain)
        self.fallen[seen.kind] += 1
        return Kill(seen.kind, seen.open, frozenset(uncertain), arrived, again)

    def _aim(self, *, first: bool) -> str:
        """A phase, or nothing: wherever it falls."""
        if first and not self.fallen["fan-out"]:
            return "fan-out"
        if sum(self.fallen.values()) % 2 and not self.missing:
            return ""
        possible = [phase for phase in PHASES if first or phase != "fan-out"]
        return min(possible, key=lambda phase: self.fallen[phase])

    async def _first_message(self, child: Child, delivered: int, until: float) -> None:
        while (await self._telegram.order("summary"))["delivered"] <= delivered:
            if not child.running:
                raise Broken(f"the bot ended by itself: {(child.words() or ['without a word'])[-1]}")
            if time.monotonic() > until:
                raise Broken("no message after a restart")
            await asyncio.sleep(0.01)

    def _strike(self, child: Child, marks: Marks, aim: str) -> None:
        """In a thread of its own: between seeing the phase and the signal nothing else may come."""
        if aim == "shutdown":
            os.kill(child.process.pid, signal.SIGTERM)
        reached: Callable[[Seen], bool] = lambda seen: not aim or seen.kind == aim  # noqa: E731 - one line, used twice
        until = time.monotonic() + (AIM if aim != "fan-out" else 4 * AIM)
        while not reached(marks.seen()) and time.monotonic() < until:
            time.sleep(PEEK)
        if aim == "shutdown" and marks.seen().phase == SHUTDOWN:
            time.sleep(self._chance.uniform(0.0, 0.03))
        if child.running:
            os.kill(child.process.pid, signal.SIGKILL)
