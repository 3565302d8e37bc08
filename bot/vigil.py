"""Health, put together: what machines may ask, what systemd is told, and what ends a bot that is not well.

Part of the composition root, beside `app.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from bot.handlers.context import Services
from bot.health import systemd
from bot.health.checks import STOPPING, Check, good
from bot.health.metrics import CONTENT_TYPE, Metrics
from bot.health.watchdog import Watchdog
from bot.inbound import Inbound
from bot.logs import places
from bot.wire.listen import Listener
from bot.wire.vitals import Vitals
from storage.errors import StorageError

log = structlog.get_logger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


class Ended(Exception):
    """A part of the bot that must not end has ended; the message is one line for the operator."""


class Vigil:
    """`tasks` are run by the composition root. `guarded`: a thread ends the process when the loop stands still."""

    def __init__(self, services: Services, inbound: Inbound, listener: Listener, *, guarded: bool) -> None:
        self.health = services.health
        self.health.inbound = inbound.overdue
        meters = services.meters
        inbound.intake.took = meters.answers.note
        metrics = Metrics(services.storage, services.engine, services.gate, meters, self.health)
        metrics.arrivals = inbound.arrivals
        self._watchdog = Watchdog(lambda: good(self.health.alive()), meters.loop)
        self._guarded = guarded
        self._metrics = metrics
        Vitals(self._live, self._ready, metrics.text, CONTENT_TYPE).route(listener)

    def tasks(self) -> list[Work]:
        return [*self.health.tasks(), *self._metrics.tasks(), self._beat]

    def started(self) -> None:
        self.health.started()
        systemd.notify(systemd.READY)

    def stopping(self) -> None:
        self.health.stage = STOPPING
        systemd.notify(systemd.STOPPING)

    async def _beat(self) -> None:
        if self._guarded:
            self._watchdog.watch()
        await self._watchdog.beat()

    async def _live(self) -> tuple[bool, str]:
        return lines(self.health.alive())

    async def _ready(self) -> tuple[bool, str]:
        return lines(await self.health.ready())


def lines(checks: list[Check]) -> tuple[bool, str]:
    return good(checks), "".join(f"{check}\n" for check in checks)


async def lasting(work: Work, stop: asyncio.Event) -> None:
    """One part of the bot, which runs until `stop`. Ended when it ends before, or fails: a bot without it would only
    seem to run. What storage refuses passes through."""
    name = getattr(getattr(work, "func", work), "__qualname__", "a part of the bot").lstrip("_")
    try:
        await work()
    except (StorageError, Ended):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the bot ends with one line
        log.critical("a part of the bot failed", part=name, error=places(error))
        raise Ended(f"{name} failed ({type(error).__name__}): the bot ends, to be started again; see its log") from None
    if not stop.is_set():
        raise Ended(f"{name} ended by itself: the bot ends, to be started again")
