"""Twenty admins watch a broadcast: what is left of its rate, and how often each panel is drawn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bot.bench.broadcast import Plan, Watcher, set_up, until
from bot.bench.processes import Broken, Child, StandIn
from bot.bench.stage import Stage
from bot.bench.telegram import OWNERS
from bot.handlers.panels import EVERY
from tests.bench.delivery.yard import Yard, median, spread
from tests.bench.figures import Figure

OPENED = 60.0
"""Seconds in which every panel must have come."""
JITTER = 0.2
"""Seconds by which an edit may arrive later than it was made, and the next one not."""


@dataclass
class Watched:
    """`rate`: messages a second from the moment on at which all had their panels. `gaps`: seconds between two
    edits of one panel."""

    rate: float
    gaps: list[float] = field(default_factory=list)


async def measure(yard: Yard) -> list[Figure]:
    figures = []
    for rate, readers in ((30.0, yard.many(2_400, 500)), (1000.0, yard.many(40_000, 12_000))):
        plan = Plan(readers, rate, limit=rate, patience=200)
        alone, watched = [], []
        for number in range(yard.many(3, 1)):
            yard.say(f"{len(OWNERS)} watch at {rate:g}/s: {number}")
            async with yard.set(readers) as (stage, telegram):
                alone.append((await _broadcast(plan, stage, telegram, watching=False)).rate)
                watched.append(await _broadcast(plan, stage, telegram, watching=True))
        figures.append(_figure(rate, alone, watched))
    return figures


def _figure(rate: float, alone: list[float], watched: list[Watched]) -> Figure:
    kept = [one.rate / before for before, one in zip(alone, watched, strict=True)]
    gaps = [gap for one in watched for gap in one.gaps]
    least = min(gaps, default=0.0)
    return Figure(
        f"{len(OWNERS)} admins watch at {rate:g}/s: the broadcast's rate against the same with nobody watching",
        "≥ 95 %; at most one edit of a panel in 3 s",
        f"{spread(kept, '.1%')} of {spread(alone, '.1f')}/s in {len(kept)} paired runs; a panel is drawn every "
        f"{spread(gaps, '.1f')} s" if gaps else "no panel was drawn twice",
        bool(gaps) and median(kept) >= 0.95 and least >= EVERY - JITTER,
    )  # fmt: skip


async def _broadcast(plan: Plan, stage: Stage, telegram: StandIn, *, watching: bool) -> Watched:
    await set_up(plan, telegram)
    await stage.approve()
    stage.settings["DAUYS_OWNERS"] = ",".join(map(str, OWNERS))
    async with stage.bot(telegram.url, plan.rate) as child:
        await until(Watcher(telegram), child, 60, lambda seen: seen["delivered"] > plan.rate)
        if watching:
            await _open_panels(telegram, child)
        begun = await telegram.order("summary")
        await until(Watcher(telegram), child, plan.patience, lambda seen: seen["chats"] >= plan.readers)
        ended = await telegram.order("summary")
        if ended["last"] - begun["now"] < 2 * EVERY:
            raise Broken("the broadcast ended before its rate could be measured; it needs more readers")
        rate = (ended["delivered"] - begun["delivered"]) / (ended["last"] - begun["now"])
        await child.end()
    edits = [seen for seen in (await telegram.order("owner"))["messages"] if seen["edited"]]
    return Watched(rate, _gaps(edits))


async def _open_panels(telegram: StandIn, child: Child) -> None:
    """Each asks for /broadcasts and taps the one that runs; until all see it."""
    for owner in OWNERS:
        await telegram.order("say", chat=owner, text="/broadcasts")
    waiting = set(OWNERS)
    for _ in range(round(OPENED / 0.1)):
        for owner in sorted(waiting):
            if (await telegram.order("press", label=" · ", chat=owner))["pressed"]:
                waiting.discard(owner)
        if not waiting or not child.running:
            break
        await asyncio.sleep(0.1)
    for _ in range(round(OPENED / 0.1)):
        seen = (await telegram.order("owner"))["messages"]
        if {one["chat"] for one in seen if one["edited"]} >= set(OWNERS):
            return
        await asyncio.sleep(0.1)
    raise Broken(f"{len(waiting)} of {len(OWNERS)} panels did not come")


def _gaps(edits: list[dict[str, Any]]) -> list[float]:
    moments: dict[tuple[int, str], list[float]] = {}
    for edit in edits:
        moments.setdefault((edit["chat"], str(edit["message_id"])), []).append(edit["edited"])
    return [later - earlier for one in moments.values() for earlier, later in pairwise(one)]
