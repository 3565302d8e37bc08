"""Orderly stops, and brakes: pause, cancel, halt."""

from __future__ import annotations

import asyncio
import signal
import time

from bot.bench.broadcast import Figures, Plan, Watcher, count, set_up, until
from bot.bench.processes import Broken, StandIn
from bot.bench.telegram import OWNER
from tests.bench.delivery.yard import Yard
from tests.bench.figures import Figure

READERS = 20_000
QUIET = 1.5
"""Seconds without a message after which a broadcast stands still."""


async def sigterm(yard: Yard) -> list[Figure]:
    return [await _ended_in_order(yard, 30.0, yard.many(300, 90)), await _ended_in_order(yard, 1000.0, 4000)]


async def _ended_in_order(yard: Yard, rate: float, readers: int) -> Figure:
    """Several SIGTERM in one broadcast, each at a random moment of it; then it ends."""
    yard.say(f"SIGTERM mid-broadcast at {rate:g}/s")
    chance, stops = yard.chance(), yard.many(5, 2)
    plan = Plan(readers, rate, limit=rate, patience=120)
    took = []
    async with yard.set(readers) as (stage, telegram):
        await set_up(plan, telegram)
        await stage.approve()
        for _ in range(stops):
            before = (await telegram.order("summary"))["delivered"]
            async with stage.bot(telegram.url, rate) as child:
                await until(Watcher(telegram), child, 60, lambda seen, before=before: seen["delivered"] > before)  # type: ignore[misc]
                await asyncio.sleep(chance.uniform(0, 0.6 * readers / stops / rate))
                begun = time.monotonic()
                await child.end(signal.SIGTERM, 20)
                took.append(time.monotonic() - begun)
        figures = Figures("Dauys")
        async with stage.bot(telegram.url, rate) as child:
            await stage.until_ended(120)
            await child.end()
        await count(telegram, readers, figures)
    return Figure(
        f"SIGTERM mid-broadcast at {rate:g}/s, {stops} times",
        "0 lost, 0 duplicated, exit ≤ 10 s",
        f"{figures.lost} lost, {figures.duplicated} duplicated, exit after {max(took):.1f} s at most",
        not figures.lost and not figures.duplicated and max(took) <= 10,
    )


async def brakes(yard: Yard) -> list[Figure]:
    """As an owner does it: buttons of the panel, and /halt. From the update's moment to the last message."""
    took: dict[str, list[float]] = {"pause": [], "cancel": [], "/halt": []}
    for name, waits in took.items():
        for _ in range(yard.many(3, 1)):
            yard.say(f"{name} while broadcasting")
            waits.append(await _braked(yard, name))
    told = ", ".join(f"{name} {max(waits):.2f} s" for name, waits in took.items())
    longest = max(max(waits) for waits in took.values())
    return [
        Figure(
            "pause, cancel, /halt take effect, at 1000/s",
            "≤ 1 s",
            f"at most, of {yard.many(3, 1)} each: {told} from the owner's tap to the last message",
            longest <= 1,
        )
    ]


async def _braked(yard: Yard, name: str) -> float:
    plan = Plan(READERS, 1000.0, limit=1000.0)
    async with yard.set(plan.readers) as (stage, telegram):
        await set_up(plan, telegram)
        await stage.approve()
        async with stage.bot(telegram.url, plan.rate) as child:
            await until(Watcher(telegram), child, 60, lambda seen: seen["delivered"] > 1000)
            tapped = await _tap(name, telegram)
            stood = await _stands(telegram)
            await child.end()
    return max(0.0, stood - tapped)


async def _tap(name: str, telegram: StandIn) -> float:
    """The stand-in's moment at which the owner's act reached the bot."""
    if name == "/halt":
        return float((await telegram.order("say", chat=OWNER, text="/halt"))["now"])
    await telegram.order("say", chat=OWNER, text="/broadcasts")
    await _pressed(telegram, " · ")
    return await _pressed(telegram, name.title())


async def _pressed(telegram: StandIn, label: str) -> float:
    for _ in range(100):
        told = await telegram.order("press", label=label)
        if told["pressed"]:
            return float(told["now"])
        await asyncio.sleep(0.05)
    seen = (await telegram.order("owner"))["messages"]
    raise Broken(f"no button {label!r} came to the owner; {len(seen)} messages did")


async def _stands(telegram: StandIn) -> float:
    """The moment of the last message, once none has come for a while."""
    for _ in range(100):
        seen = await telegram.order("summary")
        if seen["now"] - seen["last"] > QUIET:
            if seen["chats"] >= READERS:
                raise Broken("the broadcast ended before the brake took hold")
            return float(seen["last"])
        await asyncio.sleep(0.1)
    raise Broken("messages go on after the brake")
