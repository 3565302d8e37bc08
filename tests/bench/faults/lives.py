"""Lives of the real bot in a folder: each a process of its own with a log of its own, which is then read."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from bot.bench.processes import Broken, Child, StandIn, stand_in, started
from bot.bench.stage import TOKEN, Stage
from bot.bench.telegram import OWNER
from bot.control import ControlError, ask
from storage.records import BroadcastState

RATE = 60.0
"""Messages a second of these broadcasts."""
LISTENS = "the bot listens"
PATIENCE = 60.0
"""Seconds within which a bot does what is waited for, however busy the machine is."""
LINE = re.compile(r"timestamp=\S+ level=\w+ event=")


class Bot(Stage):
    """`Stage` with lives as `dauys run`."""

    lives = 0

    @contextlib.asynccontextmanager
    async def life(self, url: str, *options: str) -> AsyncIterator[Child]:
        """`options` are those of `subject`."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DAUYS_")}
        environment |= {
            "DAUYS_TOKEN": TOKEN,
            "DAUYS_OWNERS": str(OWNER),
            "DAUYS_DATA": str(self.data),
            "DAUYS_API_URL": url,
            "DAUYS_LISTEN": "127.0.0.1:0",
            "DAUYS_APPROVALS": "1",
            "DAUYS_UNDO": "0",
            "DAUYS_RATE": f"{RATE:g}",
            **self.settings,
        }
        self.lives += 1
        command = [sys.executable, "-m", "tests.bench.subject", *options]
        async with started(command, self.folder / f"life{self.lives}.log", environment) as child:
            yield child

    async def until_ended(self, patience: float) -> None:
        """Until the running bot says that the broadcast has ended; a draft of it may still become one."""
        ends, told = time.monotonic() + patience, "nothing"
        while time.monotonic() < ends:
            with contextlib.suppress(ControlError):
                found = {one["id"]: one for one in (await ask(self.data, "status"))["broadcasts"]}
                told = found[self.broadcast]["state"] if self.broadcast in found else "no broadcast"
                if told in (BroadcastState.DONE, BroadcastState.CANCELLED):
                    return
            await asyncio.sleep(0.05)
        raise Broken(f"the broadcast does not end: {told} after {patience:g} s")

    async def whole_life(self, url: str) -> list[str]:
        """One without a fault, until the broadcast has ended and the bot in order; its lines."""
        async with self.life(url) as child:
            await self.until_ended(PATIENCE)
            await child.end()
            if child.process.returncode != 0:
                raise Broken(f"exit {child.process.returncode} at an orderly end: {last(child)}")
            return child.words()


@contextlib.asynccontextmanager
async def set_up(readers: int) -> AsyncIterator[tuple[Bot, StandIn]]:
    """Readers enrolled, no broadcast yet, and a Telegram that lets RATE a second through."""
    with tempfile.TemporaryDirectory(prefix="dauys-faults-") as folder:
        bot = Bot(Path(folder), readers)
        await bot.fill()
        async with stand_in() as telegram:
            await telegram.order("limit", rate=RATE, latency=0.06)
            yield bot, telegram


async def until(true: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Broken with `what` when it does not become true."""
    ends = time.monotonic() + patience
    while not true():
        if time.monotonic() > ends:
            raise Broken(f"{what}: not within {patience:g} s")
        await asyncio.sleep(0.02)


async def listens(child: Child) -> None:
    await until(lambda: heard(child.words(), LISTENS) or not child.running, "the bot listens")
    if not child.running:
        raise Broken(f"the bot ended by itself: {last(child)}")


async def readers_kept(bot: Bot) -> int:
    """Readers, as the running bot counts them."""
    with contextlib.suppress(ControlError):
        return sum((await ask(bot.data, "status"))["readers"].values())
    return -1


def last(child: Child) -> str:
    return (child.words() or ["without a word"])[-1]


def heard(lines: Sequence[str], words: str) -> int:
    """How many lines hold these words."""
    return sum(words in line for line in lines)


def unclear(lines: Sequence[str]) -> list[str]:
    """Lines that no operator can read: tracebacks and what belongs to them. Each other is one event or one sentence."""
    return [line for line in lines if "Traceback" in line or line.startswith((" ", "\t"))]
