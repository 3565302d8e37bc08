"""One measured broadcast of the real bot: how fast, how even, how dear, and whether anything was lost."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.bench.kills import UNEVEN, Kill, Killer
from bot.bench.processes import Broken, Child, StandIn
from bot.bench.stage import Stage
from bot.bench.telegram import FIRST_CHAT
from storage.records import TERMINAL, Broadcast

LOOK = 0.05
"""Seconds between two looks."""
SETTLED = 15.0
"""Seconds that a bot gets, beyond the plan's patience, to end the broadcast once everybody was reached."""
QUESTION = "Oksana Shevchuk"


@dataclass
class Plan:
    readers: int
    rate: float
    """Messages a second that the bot is told it may send."""
    latency: float = 0.06
    limit: float | None = None
    """What the stand-in allows; none: as much as comes."""
    breach: float = 3.0
    kills: int = 0
    questions: float = 0.0
    """A reader's question every so many seconds."""
    faults: dict[int, list[str]] = field(default_factory=dict)
    patience: float = 120.0


@dataclass
class Figures:
    """What one run gave. Seconds, milliseconds of CPU a message, MiB."""

    sender: str
    delivered: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    share: float | None = None
    """Of the allowed rate, after the first second."""
    share_whole: float | None = None
    """Likewise, from the first message on."""
    floods: int = 0
    floods_late: int = 0
    """Those of the second half of the time."""
    cpu: float = 0.0
    peak: float = 0.0
    lost: int = 0
    """Chats that nothing reached; of a peer, within the plan's patience."""
    duplicated: int = 0
    """Messages beyond the first, over all chats."""
    uncertain: int | None = None
    """Deliveries recorded as uncertain after the kills; none where nothing is kept."""
    unforeseen: int = 0
    """Duplicates that had not been recorded as uncertain beforehand."""
    kills: list[Kill] = field(default_factory=list)
    first_again: list[float] = field(default_factory=list)
    """Seconds from each restart to the first message."""
    answers: list[float] = field(default_factory=list)
    ended: Broadcast | None = None

    def answer(self, part: float) -> float | None:
        """Milliseconds within which this part of the questions was answered."""
        if not self.answers:
            return None
        return 1000 * statistics.quantiles(self.answers, n=1000, method="inclusive")[round(part * 1000) - 1]


class Watcher:
    """Looks at a sender through the stand-in; processor time counts between its first and its last message."""

    def __init__(self, telegram: StandIn) -> None:
        self._telegram = telegram
        self.before = 0
        """Messages of earlier lives, whose processor time is not counted."""
        self._cpu = 0.0
        self._sent = 0
        self._first: tuple[float, int] | None = None
        self._last: tuple[float, int] | None = None
        self.peak = 0.0

    async def look(self, child: Child) -> dict[str, Any]:
        seen = await self._telegram.order("summary")
        with contextlib.suppress(OSError, StopIteration):  # it may end at any moment
            now = (child.cpu(), seen["delivered"])
            if seen["delivered"] > self.before:
                self._first = self._first or now
                if self._last is None or now[1] > self._last[1]:
                    self._last = now
            self.peak = max(self.peak, child.peak())
        return seen

    def leave(self) -> None:
        """The process ends: what it used counts."""
        if self._first is not None and self._last is not None:
            self._cpu += self._last[0] - self._first[0]
            self._sent += self._last[1] - self._first[1]
        self._first = self._last = None

    def each(self) -> float:
        """Milliseconds of processor time a message."""
        self.leave()
        return 1000 * self._cpu / self._sent if self._sent > 0 else 0.0


async def until(
    watcher: Watcher, child: Child, patience: float, done: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    ends = time.monotonic() + patience
    while not done(seen := await watcher.look(child)):
        if not child.running:
            words = child.words()
            raise Broken(f"the sender ended by itself: {words[-1] if words else 'without a word'}")
        if time.monotonic() > ends:
            raise Broken(f"{seen['chats']} chats reached after {patience:g} s, and no end in sight")
        await asyncio.sleep(LOOK)
    return seen


async def set_up(plan: Plan, telegram: StandIn) -> None:
    """A Telegram to which nothing has come yet, with the plan's limits and faults."""
    await telegram.order("reset")
    await telegram.order("limit", rate=plan.limit, latency=plan.latency, breach=plan.breach)
    await telegram.order("faults", chats=plan.faults)


async def measure(
    plan: Plan, telegram: StandIn, stage: Stage, chance: random.Random, killer: Killer | None = None
) -> Figures:
    """Runs the bot on the stage, kills it as often as planned, and lets it finish."""
    if plan.kills and not plan.faults:
        uneven = chance.sample(range(FIRST_CHAT, FIRST_CHAT + plan.readers), min(UNEVEN, plan.readers))
        plan = replace(plan, faults={chat: ["other"] for chat in uneven})
    await set_up(plan, telegram)
    figures = Figures("Dauys")
    watcher = Watcher(telegram)
    killer = killer or Killer(stage, telegram, chance)
    span = 0.8 * plan.readers / (plan.kills + 1) / plan.rate
    for number in range(plan.kills):
        figures.kills.append(await killer.kill(plan.rate, plan.patience, span, first=number == 0))
    await _finished(plan, telegram, stage, watcher, figures)
    await _compare(telegram, stage, figures)
    await fill(figures, telegram, plan.limit)
    figures.cpu = watcher.each()
    return figures


async def _finished(plan: Plan, telegram: StandIn, stage: Stage, watcher: Watcher, figures: Figures) -> None:
    before = watcher.before = (await telegram.order("summary"))["delivered"]
    begun = time.monotonic()
    async with stage.bot(telegram.url, plan.rate) as child:
        await until(watcher, child, plan.patience, lambda seen: seen["delivered"] > before or _all(seen, plan))
        if figures.kills:
            figures.first_again.append(time.monotonic() - begun)
        if plan.questions:
            await telegram.order("ask", every=plan.questions, text=QUESTION)
        await until(watcher, child, plan.patience, lambda seen: _all(seen, plan))
        if plan.questions:
            await telegram.order("ask", every=0)
        await stage.until_ended(SETTLED + plan.patience)
        figures.peak = max(watcher.peak, child.peak())
        await child.end(signal.SIGTERM)


def _all(seen: dict[str, Any], plan: Plan) -> bool:
    return bool(seen["chats"] >= plan.readers)


async def count(telegram: StandIn, readers: int, figures: Figures) -> dict[int, int]:
    """Lost and duplicated, as the stand-in saw them; chat -> messages beyond the first."""
    counts = await telegram.order("counts", audience=readers)
    twice = {int(chat): more for chat, more in counts["twice"].items()}
    figures.lost, figures.duplicated = len(counts["missing"]), sum(twice.values())
    return twice


async def _compare(telegram: StandIn, stage: Stage, figures: Figures) -> None:
    """What arrived against what the ledger says, and which duplicates nobody had foreseen."""
    twice = await count(telegram, stage.readers, figures)
    foreseen = {chat: sum(chat in kill.uncertain for kill in figures.kills) for chat in twice}
    figures.uncertain = sum(len(kill.uncertain) for kill in figures.kills)
    figures.unforeseen = sum(max(0, more - foreseen[chat]) for chat, more in twice.items())
    figures.first_again += [kill.first_again for kill in figures.kills[1:] if kill.first_again]
    figures.ended = await stage.record()
    open_ = figures.ended.total - sum(figures.ended.counts.get(state, 0) for state in TERMINAL)
    if open_:
        raise Broken(f"{open_} deliveries are still open in the ledger ({dict(figures.ended.counts)})")


async def fill(figures: Figures, telegram: StandIn, allowed: float | None) -> None:
    """Speed and floods, as the stand-in saw them."""
    seen = await telegram.order("summary")
    moments = await telegram.order("moments")
    figures.delivered = seen["delivered"]
    figures.seconds = seconds = seen["last"] - seen["first"]
    figures.rate = (seen["delivered"] - 1) / seconds if seconds else 0.0
    figures.floods = len(moments["floods"])
    figures.floods_late = sum(moment > seen["first"] + seconds / 2 for moment in moments["floods"])
    figures.answers = moments["waits"]
    if allowed is not None and seconds > 1:
        figures.share = seen["after_first_second"] / (allowed * (seconds - 1))
        figures.share_whole = seen["delivered"] / (allowed * seconds)
