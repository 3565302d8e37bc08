"""The real bot, started to be measured: `python -m bot.bench.subject --rate R [--marks FILE]`.

Settings come from the environment as for `dauys run`. A rate beyond what a setting allows measures the bot
alone. Marks say in which phase it is, in a file that outlives a kill; without the option nothing of the bot is
touched.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from bot.app import serve
from bot.bench.marks import FAN_OUT, NOTHING, OPEN, PHASE, RETRIES, SHUTDOWN, TICK, WIRE, Marks, mapped
from bot.broadcast.engine import Engine
from bot.config import load_settings
from bot.logs import configure
from bot.wire.sender import WireSender
from storage.deliveries import Deliveries
from storage.records import Broadcast, Delivery, Outcome, Result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--marks", type=Path)
    given = parser.parse_args()
    configure()
    settings = load_settings().model_copy(update={"rate": given.rate})
    with asyncio.Runner(loop_factory=_loop) as runner:
        if given.marks is None:
            runner.run(serve(settings))
            return
        with mapped(given.marks) as marks:
            marks.clear()
            Marking(marks).install()
            runner.run(serve(settings))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


class Marking:
    """Keeps the marks by looking over the shoulder of the ledger, the sender and the engine."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._ending = False
        self._wire: dict[tuple[int, int], bool] = {}
        self._open: set[tuple[int, int]] = set()

    def install(self) -> None:
        for owner, name, phase in (
            (Deliveries, "fan_out", FAN_OUT),
            (Deliveries, "tick", TICK),
            (Engine, "stop", SHUTDOWN),
        ):
            setattr(owner, name, self._phased(phase, getattr(owner, name)))
        setattr(Deliveries, "tick", self._stored(Deliveries.tick))  # noqa: B010 - mypy forbids the assignment
        setattr(WireSender, "send", self._sent(WireSender.send))  # noqa: B010 - likewise

    def _phased(self, phase: int, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(*arguments: Any) -> Any:
            self._ending = self._ending or phase == SHUTDOWN
            self._marks.put(PHASE, SHUTDOWN if self._ending else phase)
            try:
                return await work(*arguments)
            finally:
                self._marks.put(PHASE, SHUTDOWN if self._ending else NOTHING)

        return run

    def _stored(self, tick: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(ledger: Any, results: Sequence[Result], *arguments: Any) -> Any:
            taken = await tick(ledger, results, *arguments)
            self._open.difference_update((result.broadcast, result.subscriber) for result in results)
            self._marks.put(OPEN, len(self._open))
            return taken

        return run

    def _sent(self, send: Callable[..., Awaitable[Outcome]]) -> Callable[..., Awaitable[Outcome]]:
        async def run(sender: Any, delivery: Delivery, job: Broadcast) -> Outcome:
            key = (delivery.broadcast, delivery.subscriber)
            self._wire[key] = delivery.attempts + delivery.unknowns > 0
            self._open.add(key)
            self._under_way()
            try:
                return await send(sender, delivery, job)
            finally:
                del self._wire[key]
                self._under_way()

        return run

    def _under_way(self) -> None:
        self._marks.put(RETRIES, sum(self._wire.values()))
        self._marks.put(WIRE, len(self._wire))
        self._marks.put(OPEN, len(self._open))


if __name__ == "__main__":
    main()
