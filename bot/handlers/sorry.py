"""One line to whoever wrote while the database was away: nothing of it is kept, and what they asked is done later."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.handlers.context import Services
from bot.handlers.reply import send_with
from bot.views.answers import away
from bot.views.pick_language import pick_language
from bot.wire.intake import Raw, chat_of, person_of
from bot.wire.lanes import mute

log = structlog.get_logger(__name__)

AGAIN = 300.0
"""Seconds before one chat is told again."""
CHATS = 5000
"""Chats remembered, in memory alone."""


class Sorry:
    def __init__(self, services: Services, bot: Bot) -> None:
        self._services, self._bot = services, bot
        self._told: OrderedDict[object, float] = OrderedDict()

    async def say(self, update: Raw) -> None:
        """At most once in a while, to a person in their own chat; raises nothing."""
        chat, sender = chat_of(update), person_of(update)
        now = asyncio.get_running_loop().time()
        if not isinstance(chat, int) or chat != sender or "my_chat_member" in update or mute.get():
            return
        if now - self._told.get(chat, float("-inf")) < AGAIN:
            return
        self._told[chat] = now
        if len(self._told) > CHATS:
            self._told.popitem(last=False)
        asked = update.get("message") or update.get("callback_query") or {}
        code, text = asked.get("from", {}).get("language_code"), asked.get("text")
        house = self._services.house.language
        language = pick_language(code if isinstance(code, str) else None, text if isinstance(text, str) else "", house)
        try:
            await send_with(self._bot, chat, away(self._services.scene(language, None)))
        except TelegramError as error:
            log.warning("nobody could be told that the database is away", error=type(error).__name__)
