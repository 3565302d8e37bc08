"""Once a day every admin is told the head of the log of what admins did, so that it is held outside this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.handlers.context import Services
from bot.handlers.reply import send_with
from bot.views import audit as views
from bot.wire.lanes import Lane, lane
from storage.errors import StorageError
from storage.records import Chain

log = structlog.get_logger(__name__)

DAY = 24 * 3600
LOOK = 600.0
"""Seconds between two looks at whether a day is over."""
TOLD = "head"
"""The name of the fact that survives a restart: when it was told, in Unix seconds, and which head."""


class Heads:
    """`run` in a supervised task, at whoever leads. The first day after the very first start nothing is told."""

    def __init__(self, services: Services, bot: Bot, leading: Callable[[], Awaitable[None]]) -> None:
        self._services = services
        self._bot = bot
        self._leading = leading
        self._missing: set[int] | None = None
        """Who could not be reached at the last attempt; None before the first of a day."""

    async def run(self) -> None:
        lane.set(Lane.PANEL)
        while True:
            await self._leading()
            try:
                await self._look()
            except StorageError as error:
                log.warning("the head of the audit log is told later", why=str(error), seconds=LOOK)
            await asyncio.sleep(LOOK)

    async def _look(self) -> None:
        """A clock that was set back makes it due: better twice than never."""
        storage, now = self._services.storage, int(self._services.now())
        moment, _, head = (await storage.meta.get(TOLD)).partition(" ")
        if not moment.isdecimal():
            await storage.meta.set(TOLD, f"{now} -")
            return
        if int(moment) <= now < int(moment) + DAY:
            return
        chain = await storage.audit.verify()
        changed = not chain.sound or (chain.entries > 0 and chain.head != head)
        if not changed or await self._tell(chain):
            self._missing = None
            await storage.meta.set(TOLD, f"{now} {chain.head or '-'}")

    async def _tell(self, chain: Chain) -> bool:
        """Whether everybody was told whom Telegram lets us write to; the others are tried again."""
        services = self._services
        everyone = services.roster.everyone()
        waiting = everyone if self._missing is None else everyone & self._missing
        self._missing = set(waiting)
        for person in sorted(waiting):
            scene = await services.admin_scene(person, services.house.language)
            try:
                await send_with(self._bot, person, views.head(scene, chain))
            except (BadRequest, Forbidden) as error:
                log.warning("an admin could not be told the head of the audit log", error=type(error).__name__)
            except TelegramError:
                continue
            self._missing.discard(person)
        return not self._missing
