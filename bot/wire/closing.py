"""A closing of the gate outlives the bot: Telegram holds one that has started again to the moment it named before."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Protocol

import structlog

from bot.wire.gate import Gate
from storage.errors import StorageError

log = structlog.get_logger(__name__)

NAME = "closed"
AGAIN = 1.0
"""Seconds after which a storage that fails is asked again."""
KNOWN = 60.0
"""Seconds by which a closing must outlast the one that was told of last, to be told of."""


class Facts(Protocol):
    async def get(self, name: str) -> str:
        """Empty when nothing is kept under this name."""

    async def set(self, name: str, value: str) -> None: ...


class Closing:
    """`restore` before anything goes out; `run` in a supervised task."""

    def __init__(self, gate: Gate, facts: Facts, wall: Callable[[], float] = time.time) -> None:
        self._gate, self._facts, self._wall = gate, facts, wall
        self._closed = asyncio.Event()
        self._told = float("-inf")
        """The loop's moment until which the log says that the gate is closed."""
        gate.on_close = self._shut

    async def restore(self) -> None:
        """StorageError."""
        left = closed_for(await self._facts.get(NAME), self._wall())
        if left:
            self._gate.restore(left)
            log.warning("Telegram has closed the gate; nothing goes out yet", seconds=round(left))

    def _shut(self, seconds: float) -> None:
        self._closed.set()
        ends = asyncio.get_running_loop().time() + seconds
        if ends > self._told + KNOWN:
            self._told = ends
            log.warning("Telegram closed the gate (429): nothing goes out until it opens", seconds=round(seconds))

    async def run(self) -> None:
        while True:
            await self._closed.wait()
            try:
                await self.keep()
            except StorageError as error:
                log.warning("the gate's closing is written down later", why=str(error), seconds=AGAIN)
                await asyncio.sleep(AGAIN)

    async def keep(self) -> None:
        """Writes down what is not written yet. StorageError: it is still to be written."""
        if not self._closed.is_set():
            return
        self._closed.clear()
        try:
            await self._facts.set(NAME, closing(self._gate.opens_in(), self._wall()))
        except BaseException:
            self._closed.set()
            raise


def closing(seconds: float, wall: float) -> str:
    """What to keep of a closing across a restart; `wall` is now, in Unix seconds."""
    return f"{wall + seconds:.3f} {seconds:.3f}"


def closed_for(kept: str, wall: float) -> float:
    """Seconds that are left of it: never more than were named, wherever the wall clock went meanwhile."""
    try:
        until, named = map(float, kept.split())
    except ValueError:
        return 0.0
    left = min(until - wall, named)
    return left if math.isfinite(left) and left > 0 else 0.0
