"""What one replica is told, and how long it takes until all the others act on it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.people import HOOK, Proxy, asked
from bot.bench.cluster.rounds import SEED
from bot.bench.cluster.scene import Scene, scene
from bot.bench.processes import Broken
from bot.bench.telegram import FIRST_ASKER, OWNER
from bot.control import ask

FAST = 2_000.0
LONGEST = 1.0
CLOSED = 6.0
"""Seconds for which Telegram wants nothing more."""
PATIENCE = 30.0
LOOK = 0.01
READERS = 2_000
HIDDEN = "oksana-shevchuk"
QUESTION = "Oksana Shevchuk"
TOLD = "what another replica changed is taken over"
EXCHANGED = "the master key is being exchanged"

Holds = Callable[[int], Awaitable[bool]]
"""Whether replica so-and-so acts on it."""


class Reach:
    """Everything is said to replica 0; `worst`: what was said -> seconds until the last of the others had it."""

    def __init__(self, here: Scene) -> None:
        self._here = here
        self._proxy = Proxy([here.fleet.port(0)], random.Random(SEED))  # noqa: S311 - moments, no secrets
        self._number = 0
        self._asking: list[asyncio.Task[None]] = []
        self.worst: dict[str, float] = {}

    async def round(self) -> None:
        await self._measured("/halt", self._order("halt"), self._halted)
        await self._order("resume")()
        for number in self._others:
            await self._until(partial(self._negated, self._halted, number), "resume")
        await self._logged("/hide", lambda: self._said(f"/hide {HIDDEN}"), "what=hidden")
        await self._logged("/unhide", lambda: self._said(f"/unhide {HIDDEN}"), "what=hidden")
        await self._logged("/reload", self._order("reload"), "what=library")
        await self._closed()
        await self._exchanged()

    async def _closed(self) -> None:
        """Only replica 0 calls, and meets the 429."""
        await self._here.telegram.order("limit", rate=1e-6, breach=CLOSED)
        for _ in range(2):  # the bucket holds one
            self._number += 1
            question = asked(FIRST_ASKER + self._number, QUESTION, 10)
            self._asking.append(asyncio.create_task(self._proxy.hand(question)))
        await self._measured(
            "the gate's closed-until", partial(self._until, partial(self._shut, 0), "a 429"), self._shut
        )
        await self._here.telegram.order("limit", rate=FAST, breach=CLOSED)
        await asyncio.gather(*self._asking)
        self._asking.clear()

    async def _exchanged(self) -> None:
        """Counted from the first page: the others were not to be late for that."""
        turned = asyncio.Event()
        before = [self._lines(number, EXCHANGED) for number in self._others]
        data = self._here.fleet.data(0)
        exchange = asyncio.create_task(ask(data, "rotate-key", None, lambda said: turned.set()))
        await asyncio.wait_for(turned.wait(), PATIENCE)
        began = time.monotonic()
        for number, lines in zip(self._others, before, strict=True):
            await self._until(partial(self._more, number, EXCHANGED, lines), "key rotation")
        self._took("key rotation", time.monotonic() - began)
        await exchange

    async def _logged(self, what: str, say: Callable[[], Awaitable[Any]], mark: str) -> None:
        lines = {number: self._lines(number, TOLD, mark) for number in self._others}
        await self._measured(what, say, lambda number: self._more(number, TOLD, lines[number], mark))

    async def _measured(self, what: str, say: Callable[[], Awaitable[Any]], holds: Holds) -> None:
        """From the moment at which replica 0 has confirmed that it acts on it."""
        await say()
        began = time.monotonic()
        for number in self._others:
            await self._until(partial(holds, number), what)
        self._took(what, time.monotonic() - began)

    def _took(self, what: str, seconds: float) -> None:
        self.worst[what] = max(self.worst.get(what, 0.0), seconds)

    @property
    def _others(self) -> list[int]:
        return [number for number in self._here.fleet.replicas if number]

    def _order(self, name: str) -> Callable[[], Awaitable[Any]]:
        return lambda: ask(self._here.fleet.data(0), name)

    async def _said(self, text: str) -> None:
        self._number += 1
        update = asked(OWNER, text, 10 + self._number)
        message = update["message"]
        assert isinstance(message, dict)  # noqa: S101 - made so
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        await self._proxy.hand(update)

    async def _halted(self, number: int) -> bool:
        return (await self._here.fleet.status(number))["halted"] is not None

    async def _shut(self, number: int) -> bool:
        return float((await self._here.fleet.status(number))["gate"]["closed_for"]) > 0

    async def _negated(self, holds: Holds, number: int) -> bool:
        return not await holds(number)

    async def _more(self, number: int, words: str, than: int, mark: str = "") -> bool:
        return self._lines(number, words, mark) > than

    def _lines(self, number: int, words: str, mark: str = "") -> int:
        return sum(words in line and mark in line for line in self._here.fleet.replicas[number].words())

    async def _until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not await holds():
            self._here.all_live()
            if time.monotonic() > until:
                raise Broken(f"{what} does not reach a replica within {PATIENCE:g} s")
            await asyncio.sleep(LOOK)


async def reach(say: Say, *, rounds: int = 10) -> list[Figure]:
    """Three replicas; the slowest of so many rounds."""
    async with scene(READERS, FAST, settings=HOOK) as here:
        found = Reach(here)
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}: what one replica is told reaches the others …")
            await found.round()
    told = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in found.worst.items())
    return [
        Figure(
            f"what one of three replicas is told reaches the other two, {rounds} times",
            "≤ 1 s for each of /halt, /hide, /reload, key rotation, the gate's closed-until",
            f"at most, counted from the confirmation of the first: {told}",
            max(found.worst.values()) <= LONGEST,
        )
    ]
