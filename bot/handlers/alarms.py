"""What the bot says of its own accord: alarms to the owners, and to a reader that they ask too much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.handlers.context import Services
from bot.views import alarms as views
from bot.views.scene import Scene
from bot.views.view import View
from bot.wire.alarm import Alarm
from bot.wire.fields import fields
from bot.wire.intake import Raw
from bot.wire.lanes import Lane, lane
from storage.errors import StorageError

log = structlog.get_logger(__name__)

AGAIN = 3600.0
"""Seconds between two alarms of one kind."""
WAITING = 16
"""Alarms and warnings that wait to go out; more are dropped."""


class Alarms:
    """`alarm` and `warn` return at once; `run` in a supervised task sends what they left."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._services = services
        self._bot = bot
        self._waiting: asyncio.Queue[tuple[Lane, int, Callable[[Scene], View], str]] = asyncio.Queue(WAITING)
        self._told: dict[Alarm, float] = {}
        self.raised = 0

    def alarm(self, kind: Alarm, count: int) -> None:
        now = asyncio.get_running_loop().time()
        self.raised += 1
        if now - self._told.get(kind, float("-inf")) < AGAIN:
            return
        self._told[kind] = now
        drawn = {
            Alarm.SECOND: views.second_poller,
            Alarm.WEBHOOK: views.changed_webhook,
            Alarm.MISSING: lambda scene: views.missing_updates(scene, count),
        }[kind]
        for owner in sorted(self._services.settings.owners):
            self._put(Lane.ADMIN, owner, drawn, "")

    def warn(self, person: int, update: Raw) -> None:
        """Tells somebody that they ask too much; in a private chat the person's id is the chat's."""
        sender = (update.get("message") or update.get("callback_query") or {}).get("from", {})
        language = sender.get("language_code")
        self._put(Lane.PANEL, person, views.slow_down, language if isinstance(language, str) else "")

    def _put(self, urgency: Lane, chat: int, drawn: Callable[[Scene], View], language: str) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait((urgency, chat, drawn, language))

    async def run(self) -> None:
        while True:
            urgency, chat, drawn, language = await self._waiting.get()
            lane.set(urgency)
            try:
                await self._say(chat, drawn, language)
            except (TelegramError, StorageError) as error:
                log.warning("an alarm or warning could not be sent", error=type(error).__name__)

    async def _say(self, chat: int, drawn: Callable[[Scene], View], language: str) -> None:
        reader = await self._services.storage.subscribers.get(chat)
        scene = self._services.scene(reader.language if reader else language[:2], reader)
        body = fields(drawn(scene))
        await self._bot.send_message(chat, body.pop("text"), api_kwargs=body)
