"""An orderly stop: what is on its way is awaited, and all that came of it is stored."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

import structlog

from bot.broadcast.decide import unanswered
from bot.broadcast.flights import Flights
from bot.broadcast.patience import NotNow
from bot.broadcast.ports import Clock
from storage.records import Result

log = structlog.get_logger(__name__)

LAST_ANSWERS = 8.5
"""Seconds for which answers are awaited; Telegram may hold a request for 8."""
LAST_WORDS = 1.0
"""Seconds that are then given to a storage that fails."""
LOOK = 0.2


async def land(
    flights: Flights,
    results: list[Result],
    store: Callable[[], Awaitable[None]],
    left: Callable[[], bool],
    clock: Clock,
) -> None:
    """What was not written goes back, what was is awaited; the rest is written down as unanswered. `store` empties
    `results` and whatever else is still to be stored, or raises NotNow; `left`: whether anything is."""
    flights.withdraw()
    ends = clock.monotonic() + LAST_ANSWERS
    while len(flights) and clock.monotonic() < ends:
        await flights.settle(min(LOOK, ends - clock.monotonic()))
        with contextlib.suppress(NotNow):
            await store()
    results += [unanswered(delivery) for delivery in await flights.abandon()]
    ends = clock.monotonic() + LAST_WORDS
    while left():
        with contextlib.suppress(NotNow):
            await store()
            continue
        if clock.monotonic() >= ends:
            log.error("storage fails at the end; answers that it lacks count as unknown", count=len(results))
            return
        await clock.sleep(LOOK)
