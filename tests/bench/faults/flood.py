"""A flood: a backlog of 10,000 updates from 1,000 people, then 300 a second, half of them meant to cost much; and a
surge, in which nobody asks twice and the bot's own work is what limits.

Meanwhile one owner after the other writes. What counts is how long after a poll was answered with an owner's message
its answer came, how much memory it took, and how many people were told to wait. In quick runs, which share their
machine, the answer's place among those to others counts instead of its moment.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bot.bench.processes import Broken, Child, StandIn, stand_in
from bot.bench.stage import Stage
from bot.bench.telegram import FIRST_ASKER, OWNERS
from tests.bench.delivery.yard import Yard
from tests.bench.faults.rows import Row, Seen
from tests.bench.hostile import questions

PEOPLE = 1000
STRANGERS = 20_000
"""So many that nobody asks twice: nobody is made to wait for having had an answer."""
BACKLOG = 10_000
A_SECOND = 300
EVERY = 1.5
"""Seconds between two messages of owners'. Each is another one's: behind the backlog they come all at once, and a chat
may get but one answer a second."""
LATEST = 1.0
"""Seconds from an owner's message to its answer."""
AHEAD = 44
"""Answers to others that may come before it: 32 are handled at once, of which some are answered and followed by others
while it is on its way. Were owners' updates not begun first, it would come behind 81 and more."""
MEMORY = 96.0
"""MiB that a flood may add."""
TOLD = "Too many messages at once"
NAMES = ("Oksana Shevchuk", "Zhanbota Alzhanova", "Aset Abishev")
Json = dict[str, Any]


def said(person: int, text: str) -> Json:
    user = {"id": person, "is_bot": False, "first_name": "R", "language_code": "en"}
    place = {"id": person, "type": "private", "first_name": "R"}
    message: Json = {"message_id": 1, "date": int(time.time()), "chat": place, "from": user, "text": text}
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"message": message}


@dataclass(frozen=True, slots=True)
class Kind:
    """`people` who write, `backlog` updates that wait at the beginning, `rate` of the bot."""

    people: int
    backlog: int
    rate: float


class Crowd:
    """One after the other asks, every second question is meant to cost much."""

    def __init__(self, people: int) -> None:
        self._people = cycle(range(FIRST_ASKER + 1, FIRST_ASKER + 1 + people))
        costly, cheap = cycle(list(questions(2019, 170, NAMES))), cycle(NAMES)
        self._texts = cycle((costly, cheap))

    async def ask(self, telegram: StandIn, count: int) -> None:
        asked = [said(person, next(next(self._texts))) for person in islice(self._people, count)]
        await telegram.order("put", updates=asked)


async def backlog(yard: Yard) -> Seen:
    return await flooded(yard, Kind(PEOPLE, yard.many(BACKLOG, 400), yard.many(30, 300)))


async def surge(yard: Yard) -> Seen:
    return await flooded(yard, Kind(STRANGERS, 0, 1000))


async def flooded(yard: Yard, kind: Kind) -> Seen:
    seconds = yard.many(30, 3)
    with tempfile.TemporaryDirectory(prefix="dauys-flood-") as folder:
        stage, crowd = Stage(Path(folder), 0, settings={"DAUYS_OWNERS": ",".join(map(str, OWNERS))}), Crowd(kind.people)
        async with stand_in() as telegram:
            await telegram.order("watch", words=TOLD)
            async with stage.bot(telegram.url, kind.rate) as child:
                await owner_answered(child, telegram, 1)
                before, begun = child.peak(), time.monotonic()
                yard.say(f"{kind.backlog:,} waiting updates, then {A_SECOND} a second")
                for _ in range(kind.backlog // 100):
                    await crowd.ask(telegram, 100)
                asked = await rain(yard, telegram, crowd, seconds)
                await owner_answered(child, telegram, asked + 1)
                lasted, grown = time.monotonic() - begun, child.peak() - before
                seen = await telegram.order("urgent")
                await child.end()
    waits, ahead = seen["waits"][1:], max(seen["ahead"][1:])
    told = f"{kind.backlog:,} waiting, then {A_SECOND}/s for {seconds} s, {lasted:.0f} s in all: "
    told += f"{len(waits)} messages of owners answered after {statistics.median(waits) * 1000:.0f} ms at the median, "
    told += f"{max(waits) * 1000:.0f} ms at most, "
    told += f"behind {ahead} answers to others at most, memory +{grown:.0f} MiB, "
    told += f"{len(seen['watched'])} people told to wait"
    soon = ahead <= AHEAD if yard.quick else max(waits) <= LATEST
    held = soon and grown <= MEMORY and len(seen["watched"]) <= lasted + 1
    return Seen(told, held and len(waits) == asked)


async def rain(yard: Yard, telegram: StandIn, crowd: Crowd, seconds: int) -> int:
    """The rest of the flood; how often owners wrote."""
    begun, sent, asked = time.monotonic(), 0, 0
    while (now := time.monotonic() - begun) < seconds:
        due = int(now * A_SECOND) - sent
        if due >= 10:
            await crowd.ask(telegram, due)
            sent += due
        if now >= asked * EVERY:
            await telegram.order("put", updates=[said(OWNERS[asked % len(OWNERS)], "/whoami")])
            asked += 1
        await asyncio.sleep(0.01)
    return asked


async def owner_answered(child: Child, telegram: StandIn, times: int) -> None:
    """Until owners have had so many answers; the first is to a message of its own."""
    if times == 1:
        await telegram.order("put", updates=[said(OWNERS[0], "/whoami")])
    ends = time.monotonic() + 240
    while len((await telegram.order("urgent"))["waits"]) < times:
        if time.monotonic() > ends or not child.running:
            raise Broken("an owner is not answered")
        await asyncio.sleep(0.05)


ROWS = {
    "flood": Row(
        f"{BACKLOG:,} updates waiting from {PEOPLE:,} people, then {A_SECOND} a second, half of them costly",
        backlog,
        f"an owner's update handled within {LATEST:g} s after it reached the bot; memory +{MEMORY:g} MiB at most; "
        "one warning a second in all",
    ),
    "surge": Row(
        f"{A_SECOND} people a second ask for the first time, half of them what costs much, and the bot may send 1000/s",
        surge,
        f"an owner's update handled within {LATEST:g} s after it reached the bot; memory +{MEMORY:g} MiB at most",
    ),
}
