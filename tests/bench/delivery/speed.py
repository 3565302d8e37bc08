"""Share of what Telegram allows, and speed and cost without any limit."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bot.bench.broadcast import Figures, Plan
from bot.bench.command import pairs, ratio
from bot.bench.peers import AIOGRAM, PTB, environment, measure_peer
from bot.bench.unlimited import rounds as unlimited_rounds
from tests.bench.delivery.yard import Yard, median, spread
from tests.bench.figures import Figure

FREE, PAID, TRUE = 30.0, 1000.0, 20.0


async def free(yard: Yard) -> list[Figure]:
    plan = Plan(yard.many(600, 120), FREE, limit=FREE, patience=200)
    async with yard.set(plan.readers) as (stage, telegram):
        ours = (await pairs(plan, yard.many(5, 1), telegram, stage, yard.chance(), [], yard.say))[0]
        python = await environment()
        beside = []
        for name in (AIOGRAM, PTB):
            yard.say(f"free rate: {name}")
            beside.append(await measure_peer(name, plan, telegram, stage.folder, python))
    shares = [run.share for run in ours]
    floods = sum(run.floods for run in ours)
    peers = "; ".join(f"{run.sender} {run.share:.0%}, {run.floods} floods" for run in beside)
    return [
        Figure(
            f"share of the free rate 30/s, {plan.readers} subscribers, after the first second",
            "≥ 98 %, 0 floods",
            f"{spread(shares, '.1%')}, {floods} floods in {len(ours)} runs. Beside it, once: {peers}",
            median(shares) >= 0.98 and not floods,
        )
    ]


async def true_limit(yard: Yard) -> list[Figure]:
    plan = Plan(yard.many(700, 200), FREE, limit=TRUE, breach=3.0, patience=200)
    async with yard.set(plan.readers) as (stage, telegram):
        runs = (await pairs(plan, yard.many(5, 1), telegram, stage, yard.chance(), [], yard.say))[0]
    shares = [run.share_whole for run in runs]
    late = sum(run.floods_late for run in runs)
    early = sum(run.floods for run in runs) - late
    return [
        Figure(
            f"true limit 20/s, the bot set to 30/s, a breach costs 3 s: share of it over {plan.readers} sends",
            "≥ 85 %, floods falling",
            f"{spread(shares, '.1%')} in {len(runs)} runs; floods: {early} in the first halves, {late} in the second",
            median(shares) >= 0.85 and late < early,
        )
    ]


async def paid(yard: Yard) -> list[Figure]:
    plan = Plan(yard.many(20_000, 3_000), PAID, limit=PAID, patience=200)
    async with yard.set(plan.readers) as (stage, telegram):
        runs = (await pairs(plan, yard.many(5, 1), telegram, stage, yard.chance(), [], yard.say))[0]
    shares = [run.share for run in runs]
    floods = sum(run.floods for run in runs)
    cost = spread([run.cpu for run in runs], ".2f")
    return [
        Figure(
            f"share of the paid rate 1000/s, {plan.readers:,} subscribers",
            "≥ 97 %, 0 floods",
            f"{spread(shares, '.1%')}, {floods} floods in {len(runs)} runs; {cost} ms of CPU a message",
            median(shares) >= 0.97 and not floods,
        )
    ]


async def unlimited(yard: Yard) -> list[Figure]:
    readers = yard.many(4_000, 1_000)
    with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder:
        ours, aiogram, ptb = await unlimited_rounds(readers, yard.many(5, 1), [AIOGRAM, PTB], Path(folder), yard.say)
    faster = {name: ratio(ours, runs, _rate) or 0.0 for name, runs in ((AIOGRAM, aiogram), (PTB, ptb))}
    cost = ratio(ours, aiogram, _cpu) or 0.0
    rates = ", ".join(
        f"{runs[0].sender} {spread([run.rate for run in runs], ',.0f')}/s" for runs in (ours, aiogram, ptb)
    )
    costs = ", ".join(
        f"{runs[0].sender} {spread([run.cpu for run in runs], '.2f')} ms" for runs in (ours, aiogram, ptb)
    )
    return [
        Figure(
            f"with no limit at all (nginx answers at once), {readers:,} subscribers",
            "≥ 2 × the aiogram loop, ≥ 10 × PTB",
            f"{faster[AIOGRAM]:.2f} × and {faster[PTB]:.1f} ×, medians of {len(ours)} paired runs: {rates}",
            faster[AIOGRAM] >= 2 and faster[PTB] >= 10,
        ),
        Figure(
            "CPU of the bot a message, ledger included, in the same runs",
            "≤ 0.5 × the aiogram loop, which stores nothing",
            f"{cost:.2f} ×: {costs}",
            cost <= 0.5,
        ),
    ]


def _rate(run: Figures) -> float:
    return run.rate


def _cpu(run: Figures) -> float:
    return run.cpu
