"""What a network, and Telegram itself, can do while a broadcast goes out."""

from __future__ import annotations

import asyncio
import struct
from functools import partial
from pathlib import Path
from typing import Any

from bot.bench.processes import Child, StandIn
from bot.bench.telegram import FIRST_CHAT
from bot.control import ask
from tests.bench.delivery.yard import Yard
from tests.bench.faults.lives import (
    PATIENCE,
    Bot,
    answered,
    broadcast_meets,
    delivered,
    lasting,
    listens,
    outcome,
    refused_start,
    set_up,
    until,
)  # fmt: skip
from tests.bench.faults.rows import STOPS, Row, Seen

HOUR = 3600
UNREACHED = "cannot be reached"
SECOND_SAID = "another program polls with this token"
CLOSED = "Telegram closed the gate"
PAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>"
WRONG_TOKEN = {"ok": False, "error_code": 401, "description": "Unauthorized"}
POLLS = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
SECOND = {"ok": False, "error_code": 409, "description": POLLS}
BARE = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
Json = dict[str, Any]


async def nameless_start(yard: Yard) -> Seen:
    async with set_up(1) as (bot, _):
        return Seen(await refused_start(bot, "http://telegram.invalid", "no answer there"), held=True)


async def nameless(yard: Yard) -> Seen:
    seconds = yard.many(60, 2)
    async with set_up(200) as (bot, telegram):
        await bot.approve()
        flag = bot.folder / "nameless"
        async with bot.life(telegram.url.replace("127.0.0.1", "localhost"), "--nameless", str(flag)) as child:
            await delivered(child, telegram, 10)
            before = len(child.words())
            flag.touch()
            await telegram.order("down")  # a connection that stands needs no name
            await telegram.order("up")
            await lasting(child, seconds, UNREACHED)
            flag.unlink()
            await bot.until_ended(PATIENCE)
            await answered(child, telegram, "/whoami", "800")
            lines = child.words()[before:]
            await child.end(patience=PATIENCE)
        return await outcome(bot, telegram, lines, UNREACHED)


async def down(yard: Yard) -> Seen:
    async def trouble(bot: Bot, telegram: StandIn, child: Child) -> None:
        await telegram.order("down")
        await lasting(child, yard.many(60, 2), UNREACHED)
        await telegram.order("up")

    return await broadcast_meets(trouble, UNREACHED, readers=200)


async def refusing(yard: Yard, *, code: int, body: Json | str, words: str, methods: tuple[str, ...] = ()) -> Seen:
    """Every call is answered so for a minute; `code` 0: the connection is cut instead."""

    async def trouble(bot: Bot, telegram: StandIn, child: Child) -> None:
        await telegram.order("refuse", code=code, body=body, methods=methods)
        await lasting(child, yard.many(60, 2), words)
        await telegram.order("refuse")

    return await broadcast_meets(trouble, words, readers=200)


async def each(yard: Yard, *, fault: str) -> Seen:
    """The first message to each of twenty readers meets it, here and there among the others."""

    async def trouble(bot: Bot, telegram: StandIn, child: Child) -> None:
        await telegram.order("faults", chats={FIRST_CHAT + number: [fault] for number in range(80, 100)})

    return await broadcast_meets(trouble, "")


async def revoked(yard: Yard) -> Seen:
    """Telegram knows the token no more, for a while; then the shell lifts the halt."""

    async def trouble(bot: Bot, telegram: StandIn, child: Child) -> None:
        await telegram.order("refuse", code=401, body=WRONG_TOKEN)
        await lasting(child, yard.many(60, 2), "refuses the token")
        await paused(bot)
        assert (await ask(bot.data, "status"))["halted"], "sending is not halted"
        await telegram.order("refuse")
        await ask(bot.data, "resume")

    return await broadcast_meets(trouble, "Telegram refuses")


async def unknown_token(yard: Yard) -> Seen:
    async with set_up(1) as (bot, telegram):
        await telegram.order("refuse", code=401, body=WRONG_TOKEN)
        return Seen(await refused_start(bot, telegram.url, "Telegram does not know this token"), held=True)


async def second_poller(yard: Yard) -> Seen:
    async def trouble(bot: Bot, telegram: StandIn, child: Child) -> None:
        await telegram.order("refuse", code=409, body=SECOND, methods=["getUpdates"])
        await lasting(child, yard.many(60, 2), SECOND_SAID)
        await telegram.order("refuse")
        messages = (await telegram.order("owner"))["messages"]
        assert any("another program" in one["text"].lower() for one in messages), "the owners are not told"

    return await broadcast_meets(trouble, SECOND_SAID)


async def an_hour(yard: Yard) -> Seen:
    """Closed for an hour, killed, started: still closed. An hour later by the clock it goes on."""
    asked = {**BARE, "description": f"Too Many Requests: retry after {HOUR}", "parameters": {"retry_after": HOUR}}
    async with set_up(100) as (bot, telegram):
        await bot.approve()
        clock = later(bot.folder / "clock", 0)
        async with bot.life(telegram.url, "--clock", str(clock)) as child:
            await delivered(child, telegram, 10)
            await telegram.order("refuse", code=429, body=asked, methods=["sendMessage"])
            await until(lambda: any(CLOSED in line for line in child.words()), "the log tells of it")
            await paused(bot)
            await telegram.order("refuse")
            lines = child.words()
            child.process.kill()
            await child.process.wait()
        reached = (await telegram.order("summary"))["delivered"]
        async with bot.life(telegram.url, "--clock", str(clock)) as child:
            await listens(child)
            await asyncio.sleep(yard.many(60, 2))
            early = (await telegram.order("summary"))["delivered"] - reached
            lines += child.words()
            child.process.kill()
            await child.process.wait()
        later(clock, HOUR + 1)
        async with bot.life(telegram.url, "--clock", str(clock)) as child:
            await listens(child)
            await ask(bot.data, "resume", {"broadcast": bot.broadcast})
            await bot.until_ended(PATIENCE)
            lines += child.words()
            await child.end(patience=PATIENCE)
        wrong = [f"{early} messages while it was closed"] if early else []
        return await outcome(bot, telegram, lines, CLOSED, wrong)


async def paused(bot: Bot) -> None:
    """Until the only broadcast is, and the database knows it."""
    async with asyncio.timeout(PATIENCE):
        while (await ask(bot.data, "status"))["broadcasts"][0]["state"] != "paused":
            await asyncio.sleep(0.05)


def later(clock: Path, seconds: float) -> Path:
    """The clock's file for `subject`."""
    clock.write_bytes(struct.pack("=d", seconds))
    return clock


ROWS = {
    "dns-start": Row("at the start Telegram's name is unknown to DNS", nameless_start, STOPS),
    "dns": Row("DNS fails for 60 s and all connections break while a broadcast runs", nameless),
    "down": Row("Telegram is down for 60 s while a broadcast runs", down),
    "cut-before": Row(
        "every message's connection is cut before the request was taken, for 60 s while a broadcast runs",
        partial(refusing, code=0, body={}, words=UNREACHED, methods=("sendMessage",)),
    ),
    "cut-after": Row(
        "the connection is cut after the request was taken, for 20 readers",
        partial(each, fault="cut-after"),
        "0 lost; each duplicate was recorded beforehand and stands in the broadcast's report",
    ),
    "not-json": Row(
        "answers are 200 and a page instead of JSON for 60 s",
        partial(refusing, code=200, body="<html>Sign in to the hotel's network</html>", words=UNREACHED),
    ),
    "html-502": Row("answers are 502 and a page for 60 s", partial(refusing, code=502, body=PAGE, words=UNREACHED)),
    "revoked": Row(
        "Telegram answers 401 for 60 s while a broadcast runs",
        revoked,
        "all sending is halted, nobody is dropped; after *dauys resume* 0 lost",
    ),
    "revoked-start": Row("at the start Telegram answers 401", unknown_token, STOPS),
    "second-poller": Row(
        "another program polls with the token for 60 s (409)",
        second_poller,
        "the broadcast goes on, the owners are told, updates come again by themselves",
    ),
    "flood-hour": Row(
        "Telegram closes the gate for an hour (429), and the bot is killed and started meanwhile",
        an_hour,
        "the broadcast stands still and says why; nothing goes out within the hour, restart or not; "
        "an hour later, by a clock set forward, *Resume* reaches all",
    ),
    "flood-bare": Row(
        "429 without parameters for 60 s",
        partial(refusing, code=429, body=BARE, words=CLOSED, methods=("sendMessage",)),
    ),
}
