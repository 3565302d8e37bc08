"""Updates as Telegram may send them: twice, out of order, days late."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.bench.processes import Broken, Child, StandIn
from bot.bench.telegram import FIRST_CHAT, OWNER
from storage.records import Topic
from tests.bench.delivery.yard import Yard
from tests.bench.faults.flood import said
from tests.bench.faults.kills import update as wish
from tests.bench.faults.lives import Bot, answered, listens, set_up, unclear
from tests.bench.faults.rows import Row, Seen

FIRST = 900_000_000
DAYS = 3 * 86_400
Json = dict[str, Any]


async def put(telegram: StandIn, *updates: tuple[int, Json]) -> None:
    await telegram.order("put", updates=[{"update_id": number, **content} for number, content in updates])


async def told(telegram: StandIn) -> int:
    """Messages that the owner has got."""
    return len((await telegram.order("owner"))["messages"])


async def settled(telegram: StandIn, child: Child, number: int) -> None:
    """Until nothing waits at Telegram; then as long again as an answer takes at most, and the owner has `number`."""
    ends = time.monotonic() + 60
    while (await telegram.order("kept"))["numbers"] or await told(telegram) < number:
        if time.monotonic() > ends or not child.running:
            raise Broken(f"{await told(telegram)} of {number} answers, and updates that are never acknowledged")
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.5)


async def twice(yard: Yard) -> Seen:
    """The same update in one batch, in the next, and after a kill."""
    async with set_up(1) as (bot, telegram):
        asked = (FIRST, said(OWNER, "/whoami"))
        async with bot.life(telegram.url) as child:
            await listens(child)
            await put(telegram, asked, asked)
            await settled(telegram, child, 1)
            await put(telegram, asked)
            await settled(telegram, child, 1)
            lines = child.words()
            child.process.kill()
            await child.process.wait()
        async with bot.life(telegram.url) as child:
            await listens(child)
            await put(telegram, asked)
            await settled(telegram, child, 1)
            lines += child.words()
            await child.end()
        count = await told(telegram)
        return Seen(f"sent 4 times, answered {count} times", count == 1 and not unclear(lines))


async def reordered(yard: Yard) -> Seen:
    """Six updates of one person, from the last to the first and with gaps, in one batch and one by one."""
    async with set_up(1) as (bot, telegram):
        async with bot.life(telegram.url) as child:
            await listens(child)
            numbers = [FIRST + 5, FIRST + 3, FIRST + 4]
            await put(telegram, *((number, said(OWNER, "/whoami")) for number in numbers))
            for number in (FIRST + 9, FIRST + 7, FIRST + 8):
                await put(telegram, (number, said(OWNER, "/whoami")))
            await settled(telegram, child, 6)
            lines = child.words()
            await child.end()
        count = await told(telegram)
        return Seen(f"6 sent, {count} answered", count == 6 and not unclear(lines))


async def late(yard: Yard) -> Seen:
    """After three days without the bot: readers' wishes count; an admin's /alert makes a draft, and sends nothing."""
    async with set_up(2) as (bot, telegram):
        leaves, comes = FIRST_CHAT, FIRST_CHAT + 5
        async with bot.life(telegram.url) as child:
            await listens(child)
            await put(telegram, (FIRST, aged(wish(leaves, enrol=False))), (FIRST + 1, wish(comes, enrol=True)))
            await put(telegram, (FIRST + 2, aged(said(OWNER, "/alert The court sits on Monday."))))
            await settled(telegram, child, 1)
            await answered(child, telegram, "/whoami", str(OWNER))
            lines = child.words()
            await child.end()
        return await _late(bot, telegram, lines)


async def _late(bot: Bot, telegram: StandIn, lines: list[str]) -> Seen:
    async with bot.storage() as storage:
        left = await storage.subscribers.get(FIRST_CHAT) is None
        came = await storage.subscribers.get(FIRST_CHAT + 5)
        orders = await storage.broadcasts.recent(10)
    answer = " ".join((await telegram.order("owner"))["messages"][0]["text"].split())
    held = left and came is not None and came.topics == frozenset(Topic) and not orders and not unclear(lines)
    told = f"/stop of three days ago {'carried out' if left else 'LOST'}, subscription {'kept' if came else 'LOST'}, "
    return Seen(f"{told}{len(orders)} broadcasts on their way of an old /alert; its admin reads: “{answer[:90]}”", held)


def aged(content: Json) -> Json:
    content["message"]["date"] -= DAYS
    content["message"]["entities"][0]["length"] = len(content["message"]["text"].split()[0])
    return content


ROWS = {
    "updates-twice": Row(
        "an update comes twice in a batch, again in the next, and again after kill -9",
        twice,
        "its effect is there once",
    ),
    "updates-reordered": Row("updates come in the wrong order and with gaps", reordered, "each is answered once"),
    "updates-late": Row("updates come three days late", late, "readers' wishes count; an /alert of then is a draft"),
}
