"""Lives of the real bot in a folder: each a process of its own with a log of its own, which is then read."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from bot.bench.processes import Broken, Child, StandIn, stand_in, started
from bot.bench.stage import TOKEN, Stage
from bot.bench.telegram import OWNER
from bot.control import ControlError, ask
from storage.records import BroadcastState
from tests.bench.faults.rows import Seen

RATE = 60.0
"""Messages a second of these broadcasts."""
LISTENS = "the bot listens"
PATIENCE = 180.0
"""Seconds within which a bot does what is waited for, however busy the machine is."""
TROUBLE = re.compile(r'level=(?:warning|error|critical) event=(?:\'([^\']*)\'|"([^"]*)"|(\S+))')
MOST = 15
"""Lines of one kind that a fault of a minute may leave; more is noise."""


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
            await child.end(patience=PATIENCE)
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


async def lasting(child: Child, seconds: float, words: str) -> None:
    """So long, and until the log says these words, however busy the machine is."""
    await asyncio.sleep(seconds)
    await until(lambda: heard(child.words(), words), f"the log says: {words}")


async def listens(child: Child) -> None:
    await until(lambda: heard(child.words(), LISTENS) or not child.running, "the bot listens")
    if not child.running:
        raise Broken(f"the bot ended by itself: {last(child)}")


async def delivered(child: Child, telegram: StandIn, number: int) -> None:
    """Until so many messages have arrived. Broken: the bot ended before."""
    ends = time.monotonic() + PATIENCE
    while (await telegram.order("summary"))["delivered"] < number:
        if not child.running:
            raise Broken(f"the bot ended by itself: {last(child)}")
        if time.monotonic() > ends:
            raise Broken(f"fewer than {number} messages after {PATIENCE:g} s")
        await asyncio.sleep(0.02)


async def answered(child: Child, telegram: StandIn, text: str, expected: str, patience: float = PATIENCE) -> None:
    """The owner writes; until a new message to them holds these words."""
    before = len((await telegram.order("owner"))["messages"])
    await telegram.order("say", chat=OWNER, text=text)
    ends = time.monotonic() + patience
    while not any(expected in one["text"] for one in (await telegram.order("owner"))["messages"][before:]):
        if not child.running:
            raise Broken(f"the bot ended by itself: {last(child)}")
        if time.monotonic() > ends:
            raise Broken(f"{text!r} is not answered with {expected!r} within {patience:g} s")
        await asyncio.sleep(0.05)


async def refused_start(bot: Bot, url: str, words: str, *options: str, most: int = 1) -> str:
    """The bot is started and must end by itself, exit 1, with `most` lines of which the first holds these words."""
    async with bot.life(url, *options) as child:
        await asyncio.wait_for(child.process.wait(), PATIENCE)
        code, lines = child.process.returncode, child.words()
    told = [line for line in lines if not line.startswith("timestamp=")]
    if code != 1 or not 1 <= len(told) <= most or words not in told[0] or unclear(lines):
        raise Broken(f"exit {code}, {len(told)} lines: {' '.join(told)[:150]}")
    return " / ".join(told).replace(f"{bot.folder}/", "")


Meets = Callable[[Bot, StandIn, Child], Awaitable[object]]


async def broadcast_meets(trouble: Meets, words: str, *options: str, readers: int = 100) -> Seen:
    """A broadcast goes out, `trouble` happens, and all must go on by itself. `words`: what the log must then say."""
    async with set_up(readers) as (bot, telegram):
        await bot.approve()
        async with bot.life(telegram.url, *(one.format(folder=bot.folder) for one in options)) as child:
            await delivered(child, telegram, 10)
            before = len(child.words())
            await trouble(bot, telegram, child)
            await bot.until_ended(PATIENCE)
            await answered(child, telegram, "/whoami", str(OWNER))
            lines = child.words()[before:]
            await child.end(patience=PATIENCE)
            code = child.process.returncode
        return await outcome(bot, telegram, lines, words, [] if code == 0 else [f"exit {code}"])


async def outcome(
    bot: Bot, telegram: StandIn, lines: Sequence[str], words: str, faults: Sequence[str] = (), extra: str = ""
) -> Seen:
    """Of a broadcast that has ended: what arrived, and what the log said meanwhile."""
    counts, record = await telegram.order("counts", audience=bot.readers), await bot.record()
    lost, twice = len(counts["missing"]), sum(counts["twice"].values())
    kinds = troubles(lines)
    wrong = [
        *faults,
        *unclear(lines)[:1],
        *(f"{number} lines: {kind}" for kind, number in kinds.items() if number > MOST),
    ]
    if words and not heard(lines, words):
        wrong.append(f"the log does not say: {words}")
    said = "; ".join(f"“{kind}” ×{number}" for kind, number in kinds.most_common(3))
    told = f"{lost} lost, {twice} duplicated ({record.possible_duplicates} foreseen)"
    told = "; ".join(part for part in (told, extra, f"log: {said}" if said else "", *wrong) if part)
    return Seen(told, not wrong and not lost and twice <= record.possible_duplicates)


def troubles(lines: Sequence[str]) -> Counter[str]:
    """Warnings and errors of the log by their words; what is told beside them is left out."""
    found = (TROUBLE.search(line) for line in lines)
    return Counter(next(part for part in one.groups() if part) for one in found if one is not None)


def last(child: Child) -> str:
    return (child.words() or ["without a word"])[-1]


def heard(lines: Sequence[str], words: str) -> int:
    """How many lines hold these words."""
    return sum(words in line for line in lines)


def unclear(lines: Sequence[str]) -> list[str]:
    """Lines that no operator can read: tracebacks and what belongs to them. Each other is one event or one sentence."""
    return [line for line in lines if "Traceback" in line or line.startswith((" ", "\t"))]
