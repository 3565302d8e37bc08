"""A broadcast that stopped by itself is told aloud to whoever sent or watches it: a redrawn panel rings nowhere."""

from __future__ import annotations

import contextlib

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.handlers.brake import HALTS
from bot.handlers.context import Services
from bot.handlers.drafts import remember
from bot.handlers.progress import WATCH, drawn_unasked
from bot.handlers.reply import send_with
from bot.wire.lanes import Lane, lane
from storage.errors import StorageError
from storage.records import Broadcast, BroadcastState

log = structlog.get_logger(__name__)


class Stops:
    """`run` in a supervised task. A halt is not told here: whoever called it knows, and a bot that Telegram refuses
    can tell nobody."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._services = services
        self._bot = bot

    async def run(self) -> None:
        lane.set(Lane.ADMIN)
        while True:
            id_ = await self._services.watch.stopped.get()
            try:
                await self._tell(id_)
            except StorageError as error:
                log.warning("who watches a broadcast that stopped could not be told", why=str(error))

    async def _tell(self, id_: int) -> None:
        found = await self._services.storage.broadcasts.get(id_)
        if found is None or found.state is not BroadcastState.PAUSED or found.note.startswith(HALTS):
            return
        for person, language in sorted((await self._watchers(found)).items()):
            try:
                await self._one(found, person, language)
            except TelegramError as error:
                log.warning("an admin could not be told that a broadcast stopped", error=type(error).__name__)

    async def _watchers(self, found: Broadcast) -> dict[int, str]:
        """Admin -> the language of the panel that they have."""
        services = self._services
        panels = await services.storage.panels.of(found.id)
        languages = {panel.person: panel.language for panel in panels if panel.kind == WATCH}
        languages.setdefault(found.author, services.house.language)
        return {person: language for person, language in languages.items() if services.is_admin(person)}

    async def _one(self, found: Broadcast, person: int, language: str) -> None:
        """A panel of its own, live from now on, in place of the one that they had."""
        services = self._services
        scene = await services.admin_scene(person, language)
        view = await drawn_unasked(services, scene, found, person)
        if view is None:
            return
        sent = await send_with(self._bot, person, view)
        old = await remember(services, found.id, person, sent.message_id, scene.language, WATCH)
        if old is not None:
            with contextlib.suppress(TelegramError):
                await self._bot.delete_message(person, old)
