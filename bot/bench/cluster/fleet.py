"""Several replicas of the real bot on one database: each a process with a folder of its own, and one key."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.bench.processes import Broken, Child
from bot.bench.stage import Stage
from bot.control import ControlError, ask

STARTS = 90.0
"""Seconds that a replica may take until it answers, on a machine that does much else."""


@dataclass
class Fleet:
    """`stage`: readers and broadcasts in the database; its settings are every replica's."""

    stage: Stage
    url: str
    rate: float
    stack: contextlib.AsyncExitStack
    replicas: dict[int, Child] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)
    """How often each had said where it listens, before its last start."""
    own: Callable[[int], dict[str, str]] = field(default=lambda number: {})
    """Settings of each replica alone."""

    async def start(self, number: int) -> Child:
        """Replica `number`, which is killed at the end at the latest."""
        folder = self.stage.folder / f"replica-{number}"
        folder.mkdir(exist_ok=True)
        stage = Stage(folder, self.stage.readers)
        key = str(self.stage.data / "master.key")
        stage.settings = self.stage.settings | {"DAUYS_KEY_FILE": key} | self.own(number)
        self.before[number] = len(self._told(number)) if number in self.replicas else 0
        child = await self.stack.enter_async_context(stage.bot(self.url, self.rate))
        self.replicas[number] = child
        return child

    def data(self, number: int) -> Any:
        return self.stage.folder / f"replica-{number}" / "data"

    async def status(self, number: int) -> dict[str, Any]:
        return await ask(self.data(number), "status")

    async def ready(self, number: int) -> None:
        """Until it answers the shell. Broken when it ends instead."""
        until = time.monotonic() + STARTS
        while time.monotonic() < until:
            child = self.replicas[number]
            if not child.running:
                raise Broken(f"replica {number} ended by itself: {(child.words() or ['without a word'])[-1][:300]}")
            with contextlib.suppress(ControlError):
                await self.status(number)
                if len(self._told(number)) > self.before[number]:
                    return
            await asyncio.sleep(0.05)
        raise Broken(f"replica {number} does not answer")

    async def leader(self, patience: float = 30.0) -> int:
        """The number of the replica that leads."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            for number, child in self.replicas.items():
                if not child.running:
                    continue
                with contextlib.suppress(ControlError):
                    status = await asyncio.wait_for(self.status(number), 5.0)
                    if any(one["here"] and one["leads"] for one in status["replicas"]):
                        return number
            await asyncio.sleep(0.05)
        raise Broken("nobody leads")

    async def again(self, number: int) -> None:
        """A replica that was ended, anew, until it answers."""
        await self.start(number)
        await self.ready(number)

    def _told(self, number: int) -> list[str]:
        """Its lines that say where it listens, one a start."""
        return [line for line in self.replicas[number].words() if "health=http://" in line]

    def port(self, number: int) -> int:
        """Where it listens, as its log says."""
        return int(self._told(number)[-1].partition("health=http://")[2].partition("/")[0].rpartition(":")[2])

    async def kill(self, number: int) -> None:
        child = self.replicas[number]
        os.kill(child.process.pid, signal.SIGKILL)
        await child.process.wait()

    async def end(self) -> None:
        """All of them, in order."""
        await asyncio.gather(*[child.end() for child in self.replicas.values()])


@contextlib.asynccontextmanager
async def fleet(
    stage: Stage, url: str, rate: float, replicas: int, own: Callable[[int], dict[str, str]] | None = None
) -> AsyncIterator[Fleet]:
    """With so many replicas that answer. Nothing of it outlives the context."""
    async with contextlib.AsyncExitStack() as stack:
        made = Fleet(stage, url, rate, stack)
        if own is not None:
            made.own = own
        for number in range(replicas):
            await made.start(number)
        for number in range(replicas):
            await made.ready(number)
        await made.leader()
        yield made
