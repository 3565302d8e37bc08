"""kill -9, SIGTERM and SIGSTOP at every transition of a bot that sends a broadcast."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine

from bot.bench.processes import Broken, Child, StandIn
from bot.bench.telegram import FIRST_CHAT, OWNER
from storage import schema
from tests.bench.delivery.yard import Yard
from tests.bench.faults.lives import PATIENCE, Bot, heard, last, listens, set_up, unclear, until
from tests.bench.faults.rows import Row, Seen
from tests.bench.subject.strike import TRANSITIONS

READERS = 50
KILLS = 3
"""Rounds at each moment; a process that stands still for a minute does so once at each."""
UNDER_WAY = "messages were under way when the bot ended"
SIGNALS = {"kill": "KILL", "term": "TERM", "stop": "STOP"}
NAMED = {"kill": "kill -9", "term": "SIGTERM", "stop": "SIGSTOP for 60 s"}
WHERE = {
    "start": "at the start, while Telegram is told where to send updates",
    "migrating": "while the database is brought to this version's schema",
    "fan-out": "while the audience is fixed",
    "tick": "while a tick stores results and takes the next batch",
    "wire": "while messages are on the wire",
    "retry": "while messages are sent again",
    "approval": "while an owner's tap on Send is carried out",
    "stop": "in the middle of an orderly stop",
}
BARS = {
    "kill": "0 lost; duplicates only of messages recorded as under way; the next start goes on and says so in one line",
    "term": "0 lost, 0 duplicated; ended in order, or by the signal before anything was begun",
    "stop": "0 lost; duplicates only as recorded; it goes on by itself",
}


@dataclass
class Told:
    """Of all rounds of one row."""

    rounds: int = 0
    lost: int = 0
    duplicated: int = 0
    foreseen: int = 0
    faults: list[str] = field(default_factory=list)

    def seen(self) -> Seen:
        said = f"{self.rounds} rounds: {self.lost} lost, {self.duplicated} duplicated, {self.foreseen} foreseen"
        return Seen("; ".join([said, *self.faults[:3]]), not self.faults and not self.lost)


async def struck(yard: Yard, *, how: str, where: str) -> Seen:
    moments = TRANSITIONS[where][2]
    told = Told()
    each = 1 if how == "stop" else KILLS
    for number in range(yard.many(each * len(moments), 1)):
        moment = moments[number % len(moments)] if not yard.quick else moments[-1]
        yard.say(f"{NAMED[how]} {where} {moment}, round {number + 1}")
        async with set_up(READERS) as (bot, telegram):
            await _round(Round(bot, telegram, how, where, moment, yard.many(60, 2)), told)
    return told.seen()


@dataclass
class Round:
    bot: Bot
    telegram: StandIn
    how: str
    where: str
    moment: str
    stopped: float
    """Seconds for which a stopped process stands still."""

    @property
    def nth(self) -> int:
        """Not the very first tick or message, so that some are under way and some done."""
        return {"tick": 8, "wire": 20, "retry": 2}.get(self.where, 1)


async def _round(given: Round, told: Told) -> None:
    bot, telegram = given.bot, given.telegram
    await telegram.order("faults", chats={FIRST_CHAT + number: ["other"] for number in range(4)})
    if given.where != "approval":
        await bot.approve()
    if given.where == "migrating":
        older(bot.data)
    options = ("--at", given.where, "--moment", given.moment, "--signal", SIGNALS[given.how], "--nth", str(given.nth))
    async with bot.life(telegram.url, *options) as child:
        await _lead_to_it(given, child)
        await _fell(given, child)
        code, lines = child.process.returncode, child.words()
    under_way = await bot.sending()
    again = await bot.whole_life(telegram.url)
    await _judge(given, told, under_way, [*_ended_wrong(given, code), *_unclear(given, lines, again, under_way)])


async def _lead_to_it(given: Round, child: Child) -> None:
    """What a person does before the moment comes."""
    if given.where == "approval":
        await listens(child)
        await given.telegram.order("say", chat=OWNER, text="/alert The court sits on Monday.")
        for label in ("Send now", "Send to "):
            await pressed(given.telegram, label)
        given.bot.broadcast = 1
    if given.where == "stop":
        while (await given.telegram.order("summary"))["delivered"] < 10:
            await running(child)
        child.process.send_signal(signal.SIGTERM)


async def pressed(telegram: StandIn, label: str) -> None:
    """The owner taps the newest button of this label, as soon as there is one."""
    async with asyncio.timeout(PATIENCE):
        while not (await telegram.order("press", label=label))["pressed"]:
            await asyncio.sleep(0.05)


async def running(child: Child) -> None:
    if not child.running:
        raise Broken(f"the bot ended by itself: {last(child)}")
    await asyncio.sleep(0.02)


async def _fell(given: Round, child: Child) -> None:
    """Until the signal has fallen, and what it does has happened."""
    if given.how == "stop":
        await until(lambda: state(child) == "T" or not child.running, f"the process stands still ({state(child)})")
        if not child.running:
            raise Broken(f"{given.moment}: the bot ended by itself: {last(child)}")
        await asyncio.sleep(given.stopped)
        child.process.send_signal(signal.SIGCONT)
        if given.where != "stop":
            await given.bot.until_ended(PATIENCE)
            await child.end(patience=PATIENCE)
    await asyncio.wait_for(child.process.wait(), PATIENCE)


def state(child: Child) -> str:
    """Of its main thread, in the kernel's letter: T stands still."""
    if not child.running:
        return "ended"
    return Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()[0]


def _ended_wrong(given: Round, code: int | None) -> list[str]:
    expected = {"kill": (-signal.SIGKILL,), "term": (0, -signal.SIGTERM), "stop": (0,)}[given.how]
    if given.how == "term" and given.where != "migrating":
        expected = (0,)
    return [] if code in expected else [f"{given.moment}: exit {code}"]


def _unclear(given: Round, lines: Sequence[str], again: Sequence[str], under_way: Set[int]) -> list[str]:
    """What the log should not say, or should and does not."""
    said = [f"{given.moment}: {line[:80]}" for line in unclear([*lines, *again])]
    if heard(again, UNDER_WAY) != bool(under_way):
        said.append(f"{given.moment}: {heard(again, UNDER_WAY)} lines about {len(under_way)} messages under way")
    return said


async def _judge(given: Round, told: Told, under_way: Set[int], faults: Sequence[str]) -> None:
    counts = await given.telegram.order("counts", audience=READERS)
    twice = {int(chat): more for chat, more in counts["twice"].items()}
    record = await given.bot.record()
    told.rounds += 1
    told.lost += len(counts["missing"])
    told.duplicated += sum(twice.values())
    told.foreseen += record.possible_duplicates
    told.faults += faults
    if given.how == "kill":
        unforeseen = sum(more - (chat in under_way) for chat, more in twice.items())
    else:
        unforeseen = max(0, sum(twice.values()) - (record.possible_duplicates if given.how == "stop" else 0))
    if unforeseen:
        told.faults.append(f"{given.moment}: {unforeseen} duplicates that were not to be")


def older(data: Path, revision: str = "0003") -> None:
    """The database as an earlier version left it."""
    engine = create_engine(f"sqlite:///{data / 'dauys.sqlite3'}")
    with engine.begin() as connection:
        schema.downgrade(connection, revision)
    engine.dispose()


ROWS = {
    f"{how}-{where}": Row(f"{NAMED[how]} {told}", partial(struck, how=how, where=where), BARS[how])
    for how in SIGNALS
    for where, told in WHERE.items()
}
