"""kill -9 while readers come and go: what the bot has acknowledged must stand in the database.

Acknowledged is what was answered, or what Telegram was told to keep no longer. Each reader asks for one thing at a
time, to be subscribed or to be erased, and for the other when that was acknowledged; whatever was in hand at a kill
comes again.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.bench.processes import Broken, Child, StandIn, stand_in
from bot.bench.stage import Stage
from bot.bench.telegram import FIRST_CHAT, GONE
from bot.views.callback import Action, pack
from tests.bench.delivery.yard import Yard
from tests.bench.faults.rows import Row, Seen

KILLS = 200
CHATS = 300
AT_ONCE = 24
"""Readers who wait for an answer; beyond forty updates in hand people are asked to be patient."""
SPAN = 0.6
"""Seconds after the first answer of a life within which it ends."""
PATIENCE = 180.0
Json = dict[str, Any]


@dataclass
class Readers:
    """What each asked for last, and whether that was acknowledged."""

    chance: random.Random
    wants: dict[int, bool] = field(default_factory=dict)
    open: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Chat -> number of the update, and how many answers the chat had before it."""
    missed: set[int] = field(default_factory=set)
    """Chats whose last wish was found to be lost, so that it counts once."""
    acknowledged: int = 0
    in_hand: int = 0
    """Updates not acknowledged at a kill, over all kills."""

    async def ask(self, telegram: StandIn) -> None:
        """As many as may wait ask for the other of what they have."""
        idle = [chat for chat in range(FIRST_CHAT, FIRST_CHAT + CHATS) if chat not in self.open]
        chosen = self.chance.sample(idle, AT_ONCE - len(self.open))
        if not chosen:
            return
        counts = (await telegram.order("tally"))["counts"]
        asked = [update(chat, enrol=not self.wants.get(chat, False)) for chat in chosen]
        for chat, number in zip(chosen, (await telegram.order("put", updates=asked))["numbers"], strict=True):
            self.wants[chat] = not self.wants.get(chat, False)
            self.missed.discard(chat)
            self.open[chat] = (number, int(counts.get(str(chat), 0)))

    async def look(self, telegram: StandIn) -> None:
        """What was acknowledged since."""
        kept = set((await telegram.order("kept"))["numbers"])
        counts = (await telegram.order("tally"))["counts"]
        for chat, (number, before) in list(self.open.items()):
            if number not in kept or counts.get(str(chat), 0) > before:
                del self.open[chat]
                self.acknowledged += 1

    async def lost(self, stage: Stage) -> list[str]:
        """Acknowledged, and not so in the database; each once."""
        async with stage.storage() as storage:
            found = {
                chat: "subscription" if wanted else "stop"
                for chat, wanted in self.wants.items()
                if chat not in self.open | dict.fromkeys(self.missed)
                and (await storage.subscribers.get(chat) is not None) != wanted
            }
        self.missed |= set(found)
        return list(found.values())


def update(chat: int, *, enrol: bool) -> Json:
    """*Subscribe to all* under a message that is gone, so that the answer is a new one; or /stop."""
    person = {"id": chat, "is_bot": False, "first_name": "R", "language_code": "en"}
    place = {"id": chat, "type": "private", "first_name": "R"}
    if enrol:
        gone = {"chat": place, "message_id": GONE, "date": 0}
        data = pack("en", Action.SUBSCRIBE_ALL)
        return {"callback_query": {"id": "1", "from": person, "chat_instance": "1", "message": gone, "data": data}}
    command = {"type": "bot_command", "offset": 0, "length": 5}
    said = {"message_id": 1, "date": int(time.time()), "chat": place, "from": person, "text": "/stop"}
    return {"message": {**said, "entities": [command]}}


async def acknowledged(yard: Yard) -> Seen:
    kills, chance = yard.many(KILLS, 10), yard.chance()
    readers, lost = Readers(chance), list[str]()
    with tempfile.TemporaryDirectory(prefix="dauys-kills-") as folder:
        stage = Stage(Path(folder), 0)
        async with stand_in() as telegram:
            for kill in range(kills):
                yard.say(f"kill {kill + 1} of {kills}: {readers.acknowledged} acknowledged, {len(lost)} lost")
                async with stage.bot(telegram.url, 1000.0) as child:
                    await life(child, readers, telegram, chance.uniform(0, SPAN))
                    os.kill(child.process.pid, signal.SIGKILL)
                    await child.process.wait()
                await asyncio.sleep(0.05)
                await readers.look(telegram)
                readers.in_hand += len(readers.open)
                lost += await readers.lost(stage)
            async with stage.bot(telegram.url, 1000.0) as child:
                await drained(child, readers, telegram)
                await child.end()
            lost += await readers.lost(stage)
    told = (
        f"{kills} kills, {readers.acknowledged:,} acknowledged in all, {readers.in_hand} in hand when a kill fell: "
        f"{lost.count('stop')} /stop and {lost.count('subscription')} subscriptions lost; all in hand done afterwards"
    )
    return Seen(told, not lost and readers.acknowledged >= kills and readers.in_hand > 0)


async def life(child: Child, readers: Readers, telegram: StandIn, span: float) -> None:
    """Readers come and go until a moment after the first of them was answered."""
    before, ends = readers.acknowledged, time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if not child.running:
            raise Broken(f"the bot ended by itself: {(child.words() or ['without a word'])[-1]}")
        await readers.ask(telegram)
        await readers.look(telegram)
        if readers.acknowledged > before and ends > time.monotonic() + SPAN:
            ends = time.monotonic() + span
        await asyncio.sleep(0.005)
    if readers.acknowledged == before:
        raise Broken("nothing was acknowledged after a restart")


async def drained(child: Child, readers: Readers, telegram: StandIn) -> None:
    ends = time.monotonic() + PATIENCE
    while readers.open:
        if time.monotonic() > ends or not child.running:
            raise Broken(f"{len(readers.open)} updates are never acknowledged")
        await asyncio.sleep(0.05)
        await readers.look(telegram)


ROWS = {
    "kill-subscribers": Row(
        f"kill -9 at {KILLS} random moments while readers subscribe and /stop",
        acknowledged,
        "acknowledged /stop or subscription lost: 0",
    ),
}
