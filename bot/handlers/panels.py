"""Live panels: the editor's message about a broadcast, redrawn while it runs, also after a restart."""

from __future__ import annotations

import asyncio

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.handlers.context import Services
from bot.views import alert as views
from bot.wire.fields import edit_fields
from bot.wire.lanes import Lane, lane
from storage.records import Broadcast, BroadcastState

log = structlog.get_logger(__name__)

EVERY = 3.0
"""Seconds between two edits of one panel, at least."""
_ENDED = (BroadcastState.DONE, BroadcastState.CANCELLED)


def _key(broadcast: int) -> str:
    return f"panel:{broadcast}"


async def remember(services: Services, broadcast: int, message_id: int, language: str) -> None:
    """Which message shows this broadcast to its author, and in which language."""
    await services.storage.meta.set(_key(broadcast), f"{message_id} {language}")


class Panels:
    """Redraws the panels of broadcasts that move; each that has ended once more, then forgets it."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._services = services
        self._bot = bot
        self._shown: dict[int, object] = {}

    async def run(self) -> None:
        lane.set(Lane.PANEL)
        while True:
            try:
                await self.redraw()
            except TelegramError as error:
                log.warning("a panel could not be redrawn", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def redraw(self) -> None:
        for broadcast in await self._services.storage.broadcasts.recent(20):
            if broadcast.state is BroadcastState.DRAFT or self._state(broadcast) == self._shown.get(broadcast.id):
                continue
            panel = await self._services.storage.meta.get(_key(broadcast.id))
            if panel and broadcast.state is not BroadcastState.APPROVED:
                message_id, language = panel.split()
                await self._edit(broadcast, int(message_id), language)
            self._shown[broadcast.id] = self._state(broadcast)
            if broadcast.state in _ENDED and panel:
                await self._services.storage.meta.set(_key(broadcast.id), "")

    @staticmethod
    def _state(broadcast: Broadcast) -> object:
        return broadcast.state, tuple(broadcast.counts.items()), broadcast.note

    async def _edit(self, broadcast: Broadcast, message_id: int, language: str) -> None:
        services = self._services
        scene = services.scene(language, None, admin=True)
        body = edit_fields(views.progress(scene, broadcast, services.settings.rate))
        await self._bot.edit_message_text(body.pop("text"), broadcast.author, message_id, api_kwargs=body)
