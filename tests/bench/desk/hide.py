"""/hide in a library of two thousand people, while a broadcast that names the person goes out."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bot.bench.broadcast import Plan, Watcher, set_up, until
from bot.bench.processes import Broken, StandIn
from bot.bench.stage import Stage
from bot.bench.telegram import OWNER
from tests.bench.delivery.yard import SEED, Yard, spread
from tests.bench.figures import Figure
from tests.bench.library import write
from tests.bench.population import Person, Town

PEOPLE = 2_057
PATIENCE = 30.0
LOOK = 0.01


async def measure(yard: Yard) -> list[Figure]:
    """Each time another person and a bot that was just started: nothing is warm."""
    people = Town(SEED).people(PEOPLE)
    told: list[float] = []
    stopped: list[float] = []
    for rate, readers in ((30.0, 600), (1000.0, 20_000)):
        plan = Plan(readers, rate, limit=rate)
        for number in range(yard.many(5, 1)):
            yard.say(f"/hide among {PEOPLE:,} people at {rate:g}/s: {number}")
            async with yard.set(readers) as (stage, telegram):
                library = stage.folder / "library"
                await asyncio.to_thread(_write, library, people)
                stage.settings |= {"DAUYS_LIBRARY": str(library)}
                answered, last = await _hidden(plan, stage, telegram, people[number * 400])
                told.append(answered)
                stopped.append(last)
    return [
        Figure(
            f"/hide among {PEOPLE:,} people while a broadcast that names the person goes out, at 30/s and at 1000/s",
            "≤ 1 s until it is on no screen and the last message has gone out",
            f"{spread(told, '.2f')} s until the owner is told that it is done, {spread(stopped, '.2f')} s until the "
            f"last message, {len(told)} times",
            max(*told, *stopped) <= 1,
        )
    ]


def _write(root: Path, people: list[Person]) -> None:
    root.mkdir()
    write(root, people)


async def _hidden(plan: Plan, stage: Stage, telegram: StandIn, person: Person) -> tuple[float, float]:
    """Seconds from the owner's message to the answer, and to the last message of the broadcast."""
    await set_up(plan, telegram)
    stage.text = f"The court hears {person.name} on Monday."
    await stage.approve()
    async with stage.bot(telegram.url, plan.rate) as child:
        await until(Watcher(telegram), child, 60, lambda seen: seen["delivered"] > plan.rate)
        begun = (await telegram.order("say", chat=OWNER, text=f"/hide {person.key}"))["now"]
        ends = time.monotonic() + PATIENCE
        while not (answer := await _answer(telegram)):
            if time.monotonic() > ends:
                raise Broken("no answer to /hide")
            await asyncio.sleep(LOOK)
        seen = await telegram.order("summary")
        if "broadcast was stopped" not in answer or seen["chats"] >= plan.readers:
            raise Broken(f"the broadcast that names the person was not stopped: {answer!r}")
        answered = seen["now"] - begun
        await asyncio.sleep(1)
        last = (await telegram.order("summary"))["last"]
        await child.end()
    return answered, max(0.0, last - begun)


async def _answer(telegram: StandIn) -> str:
    messages = (await telegram.order("owner"))["messages"]
    return next((seen["text"] for seen in messages if seen["text"].startswith("Hidden: ")), "")
