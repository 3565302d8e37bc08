"""Refusals and broken lines mixed in, a Telegram that is down, a database that is locked."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter

from bot.bench.broadcast import Figures, Plan, Watcher, count, set_up, until
from bot.bench.processes import Broken, StandIn
from bot.bench.stage import Stage
from bot.bench.telegram import FIRST_CHAT
from storage.bench import states
from storage.records import TERMINAL
from tests.bench.delivery.yard import Yard
from tests.bench.figures import Figure

EXPECTED: dict[str, tuple[str, str, int, int]] = {
    "blocked": ("gone", "blocked", 0, 0),
    "blocked-400": ("gone", "blocked", 0, 0),
    "deactivated": ("", "deactivated", 0, 0),
    "no-start": ("gone", "unreachable", 0, 0),
    "is-bot": ("gone", "unreachable", 0, 0),
    "not-found": ("gone", "unreachable", 0, 0),
    "500": ("sent", "none", 1, 1),
    "502": ("sent", "none", 1, 1),
    "503": ("sent", "none", 1, 1),
    "504": ("sent", "none", 1, 1),
    "html": ("sent", "none", 1, 1),
    "taken-500": ("sent", "none", 2, 2),
    "cut-before": ("sent", "none", 1, 1),
    "cut-after": ("sent", "none", 2, 2),
    "slow": ("sent", "none", 2, 2),
    "flood": ("sent", "none", 1, 1),
    "flood-words": ("sent", "none", 1, 1),
    "flood-bare": ("sent", "none", 1, 1),
}
"""Fault that the first message to a reader meets -> state and cause in which the delivery must end (no state: the
reader's row is erased), and how many messages may have arrived, least and most."""
STAYS = ("blocked", "blocked-400", "deactivated", "no-start", "is-bot", "not-found")
RARE = {"flood": 2, "flood-words": 2, "flood-bare": 2, "slow": 4}
"""Each of these holds everybody up; so many of them are enough."""


async def mixed(yard: Yard) -> list[Figure]:
    readers = yard.many(5_000, 1_000)
    chance = yard.chance()
    chats = chance.sample(range(FIRST_CHAT, FIRST_CHAT + readers), readers // 20)
    faults, names = {}, [name for name in EXPECTED if name not in RARE]
    rare = [name for name, times in RARE.items() for _ in range(times)]
    for number, chat in enumerate(chats):
        name = rare[number] if number < len(rare) else names[number % len(names)]
        faults[chat] = [name + ("!" if name in STAYS else "")]
    plan = Plan(readers, 1000.0, limit=1000.0, faults=faults, patience=400)
    yard.say(f"{len(faults)} faults among {readers:,} readers")
    begun = time.monotonic()
    async with yard.set(readers) as (stage, telegram):
        await set_up(plan, telegram)
        await stage.approve()
        async with stage.bot(telegram.url, plan.rate) as child:
            await stage.until_ended(plan.patience)
            await child.end()
        wrong = await _wrong(stage, telegram, faults)
        ended = await stage.record()
    sums = sum(ended.counts.get(state, 0) for state in TERMINAL)
    told = ", ".join(f"{number} {state}" for state, number in sorted(ended.counts.items()) if number)
    return [
        Figure(
            f"each per-recipient row of the error table, mixed into {readers:,} recipients with 5 % faults",
            "every recipient in exactly one right terminal state; sums equal the audience",
            f"{len(faults)} faults of {len(EXPECTED)} kinds, {sum(wrong.values())} in a wrong state"
            f"{': ' + str(dict(wrong)) if wrong else ''}; {told}; {sums:,} of {ended.total:,} terminal; "
            f"{time.monotonic() - begun:.0f} s",
            not wrong and sums == ended.total == readers,
        )
    ]


async def _wrong(stage: Stage, telegram: StandIn, faults: dict[int, list[str]]) -> Counter[str]:
    """Faults whose reader did not end as they should, and "none" for readers without any."""
    async with stage.storage() as storage:
        now = await states(storage, stage.broadcast)
    got = {int(chat): number for chat, number in (await telegram.order("tally"))["counts"].items()}
    wrong: Counter[str] = Counter()
    for chat in range(FIRST_CHAT, FIRST_CHAT + stage.readers):
        name = faults[chat][0].rstrip("!") if chat in faults else "none"
        state, cause, least, most = EXPECTED.get(name, ("sent", "none", 1, 1))
        seen = now.get(chat)
        right = seen is None if not state else seen == (state, cause)
        if not right or not least <= got.get(chat, 0) <= most:
            wrong[name] += 1
    return wrong


async def down(yard: Yard) -> list[Figure]:
    seconds = yard.many(60, 5)

    async def trouble(stage: Stage, telegram: StandIn) -> None:
        await telegram.order("down")
        await asyncio.sleep(seconds)
        await telegram.order("up")

    return [await _goes_on(yard, f"stand-in down for {seconds} s", trouble, 150.0)]


async def locked(yard: Yard) -> list[Figure]:
    seconds = yard.many(30, 5)

    def hold(stage: Stage) -> None:
        connection = sqlite3.connect(stage.data / "dauys.sqlite3", timeout=20, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    async def trouble(stage: Stage, telegram: StandIn) -> None:
        await asyncio.to_thread(hold, stage)

    return [await _goes_on(yard, f"database locked for {seconds} s", trouble, 150.0)]


async def _goes_on(yard: Yard, what: str, trouble, patience: float) -> Figure:  # type: ignore[no-untyped-def]
    yard.say(what)
    readers, rate = yard.many(900, 300), 30.0
    plan = Plan(readers, rate, limit=rate, patience=patience)
    figures = Figures("Dauys")
    async with yard.set(readers) as (stage, telegram):
        await set_up(plan, telegram)
        await stage.approve()
        async with stage.bot(telegram.url, rate) as child:
            await until(Watcher(telegram), child, 60, lambda seen: seen["delivered"] > 100)
            before = len(child.words())
            await trouble(stage, telegram)
            await stage.until_ended(patience)
            lines = child.words()[before:]
            if not child.running:
                raise Broken(f"{what}: the bot ended by itself")
            await child.end()
        await count(telegram, readers, figures)
        ended = await stage.record()
    tracebacks = sum("Traceback" in line for line in lines)
    return Figure(
        what,
        "no loss, no crash loop, one clear line each, goes on by itself",
        f"{figures.lost} lost, {figures.duplicated} duplicated ({ended.possible_duplicates} foreseen), "
        f"{len(lines)} lines logged, {tracebacks} tracebacks; done by itself",
        not figures.lost and figures.duplicated <= ended.possible_duplicates and not tracebacks,
    )
