"""An event loop whose time passes at once: timers fire in order, and an hour of waiting costs nothing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
NOON = 1_700_000_000.0
"""Unix seconds at which a warped clock begins."""


class _Selector(selectors.SelectSelector):
    now = 1000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        events = super().select(0)
        if not events and timeout is None:
            raise AssertionError("everybody waits and no timer is set: this would hang for ever")
        if not events and timeout is not None:
            self.now += max(0.0, timeout)
        return events


class WarpLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._warp = _Selector()
        super().__init__(self._warp)

    def time(self) -> float:
        return self._warp.now


def warped(work: Coroutine[Any, Any, T]) -> T:
    """Runs it on a warped loop."""
    with asyncio.Runner(loop_factory=WarpLoop) as runner:
        return runner.run(work)


class WarpClock:
    """Fits the engine's `Clock` on any loop. `jump`: seconds by which the wall clock was moved."""

    def __init__(self) -> None:
        self.jump = 0.0

    def time(self) -> float:
        return NOON + self.monotonic() + self.jump

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
