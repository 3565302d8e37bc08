"""The real bot, started to be measured: `python -m bot.bench.subject --rate R [--marks FILE]`.

Settings come from the environment as for `dauys run`. A rate beyond what a setting allows measures the bot
alone. Marks say in which phase it is, one byte in a file that outlives a kill; without the option nothing of
the bot is touched.
"""

from __future__ import annotations

import argparse
import asyncio
import mmap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.app import serve
from bot.bench.marks import FAN_OUT, NOTHING, SHUTDOWN, TICK
from bot.broadcast.engine import Engine
from bot.config import load_settings
from bot.logs import configure
from storage.deliveries import Deliveries


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--marks", type=Path)
    given = parser.parse_args()
    configure()
    if given.marks is not None:
        _mark(given.marks)
    settings = load_settings().model_copy(update={"rate": given.rate})
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(serve(settings))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


def _mark(file: Path) -> None:
    """While a phase's work is under way, the file's first byte says so."""
    with file.open("r+b") as opened:
        memory = mmap.mmap(opened.fileno(), 1)
    ending = False

    def marked(phase: int, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(*arguments: Any) -> Any:
            nonlocal ending
            ending = ending or phase == SHUTDOWN
            memory[0] = SHUTDOWN if ending else phase
            try:
                return await work(*arguments)
            finally:
                memory[0] = SHUTDOWN if ending else NOTHING

        return run

    for owner, name, phase in (
        (Deliveries, "fan_out", FAN_OUT),
        (Deliveries, "tick", TICK),
        (Engine, "stop", SHUTDOWN),
    ):
        setattr(owner, name, marked(phase, getattr(owner, name)))


if __name__ == "__main__":
    main()
