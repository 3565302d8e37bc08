"""The paid budget at the wire: deliveries go faster than the free rate, answers meanwhile do not break theirs."""

from __future__ import annotations

from pathlib import Path

from bot.bench.broadcast import QUESTION, Plan, Watcher, count, fill, set_up, until
from bot.bench.broadcast import Figures as Run
from bot.bench.processes import stand_in
from bot.bench.stage import Stage

READERS, FREE, PAID = 600, 30.0, 300.0


async def test_deliveries_have_a_budget_of_their_own_and_only_they_are_paid(tmp_path: Path) -> None:
    stage = Stage(tmp_path, READERS, settings={"DAUYS_PAID": "true", "DAUYS_PAID_RATE": f"{PAID:g}"})
    plan = Plan(READERS, FREE, limit=FREE)
    await stage.fill()
    async with stand_in() as telegram:
        await set_up(plan, telegram)
        await telegram.order("limit", rate=FREE, paid=PAID)
        await stage.approve()
        async with stage.bot(telegram.url, FREE) as child:
            await telegram.order("ask", every=0.05, text=QUESTION)
            await until(Watcher(telegram), child, plan.patience, lambda seen: seen["chats"] >= READERS)
            await telegram.order("ask", every=0)
            await until(Watcher(telegram), child, plan.patience, lambda seen: not seen["unanswered"])
            await child.end()
        seen, run = await telegram.order("summary"), Run("Dauys")
        await count(telegram, READERS, run)
        await fill(run, telegram, None)
    assert (run.lost, run.duplicated, run.floods) == (0, 0, 0)
    assert seen["paid"] == READERS
    assert seen["unpaid"] >= len(run.answers) > 0
    assert run.seconds < READERS / FREE
