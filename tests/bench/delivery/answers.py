"""A reader who asks while a broadcast runs at the limit."""

from __future__ import annotations

from bot.bench.broadcast import Plan
from bot.bench.broadcast import measure as broadcast
from tests.bench.delivery.yard import Yard
from tests.bench.figures import Figure

EVERY = 0.2
"""Seconds between two questions, each by another reader."""


async def measure(yard: Yard) -> list[Figure]:
    return [await _at(yard, 30.0, yard.many(1500, 150)), await _at(yard, 1000.0, yard.many(20_000, 3_000))]


async def _at(yard: Yard, rate: float, readers: int) -> Figure:
    yard.say(f"answers while broadcasting at {rate:g}/s")
    plan = Plan(readers, rate, limit=rate, questions=EVERY, patience=readers / rate * 4 + 60)
    async with yard.set(readers) as (stage, telegram):
        await stage.approve()
        run = await broadcast(plan, telegram, stage, yard.chance())
    usual, worst = run.answer(0.95) or float("inf"), run.answer(0.99) or float("inf")
    return Figure(
        f"reader's answer while broadcasting at {rate:g}/s, p95 / p99, latency taken off",
        "≤ 150 ms / 400 ms",
        f"{usual:.0f} ms / {worst:.0f} ms, {len(run.answers)} questions, {run.floods} floods",
        usual <= 150 and worst <= 400,
    )
