"""Updates in. An update is acknowledged after it was handled: a crash makes Telegram send it again.

`getUpdates` confirms everything below its offset, so the offset moves only behind a batch whose every
update was handled. Within a batch one chat's updates keep their order; chats run side by side.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

log = structlog.get_logger(__name__)

ALLOWED = ("message", "callback_query", "my_chat_member")
LONG_POLL = 25
"""Seconds that Telegram may hold a poll open."""
READ_TIMEOUT = LONG_POLL + 10
SIDE_BY_SIDE = 64
"""Chats handled at once."""
TRIES = 2
"""An update that kills its handler is dropped after so many."""


class Poller:
    """`handle` processes one update; it may raise, which costs the update a try."""

    def __init__(self, bot: Bot, handle: Callable[[Update], Awaitable[None]]) -> None:
        self._bot = bot
        self._handle = handle
        self._offset = 0
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self.first_poll = asyncio.Event()
        """Set when Telegram has answered the first poll."""

    async def run(self) -> None:
        """Polls until cancelled; a batch in hand is then finished and confirmed by `stop`."""
        pause = 0.0
        while True:
            await asyncio.sleep(pause)
            try:
                updates = await self._poll(LONG_POLL)
                pause = 0.0
            except InvalidToken:
                raise
            except RetryAfter as error:
                pause = _seconds(error.retry_after)
                log.warning("polling waits, as Telegram asks", seconds=pause)
                continue
            except TelegramError as error:
                pause = min(max(pause * 2, 0.5), 30.0)
                _say(error, pause)
                continue
            self.first_poll.set()
            await asyncio.shield(asyncio.ensure_future(self._batch(updates)))

    async def confirm(self) -> None:
        """Tells Telegram what was handled since the last poll; at an orderly stop."""
        if self._offset:
            try:
                await self._poll(0)
            except TelegramError as error:
                log.info("the last updates may be delivered again", error=type(error).__name__)

    async def _poll(self, timeout: int) -> list[dict[str, Any]]:
        fields = {"offset": self._offset, "timeout": timeout, "allowed_updates": list(ALLOWED)}
        limit = {"limit": 1} if timeout == 0 else {}
        return await self._bot.do_api_request(  # type: ignore[no-any-return]
            "getUpdates", api_kwargs=fields | limit, read_timeout=timeout + READ_TIMEOUT - LONG_POLL
        )

    async def _batch(self, updates: list[dict[str, Any]]) -> None:
        chats: dict[object, list[dict[str, Any]]] = defaultdict(list)
        for update in updates:
            chats[_chat(update)].append(update)
        async with asyncio.TaskGroup() as group:
            for of_one_chat in chats.values():
                group.create_task(self._in_order(of_one_chat))
        if updates:
            self._offset = max(update["update_id"] for update in updates) + 1

    async def _in_order(self, updates: list[dict[str, Any]]) -> None:
        async with self._room:
            for update in updates:
                await self._one(update)

    async def _one(self, raw: dict[str, Any]) -> None:
        kind = next((key for key in raw if key != "update_id"), "nothing")
        try:
            update = Update.de_json(raw, self._bot)
        except Exception as error:  # noqa: BLE001 - whatever a malformed update breaks, the next one counts
            log.warning("update dropped: it cannot be read", kind=kind, error=type(error).__name__)
            return
        for attempt in range(TRIES):
            try:
                await self._handle(update)
            except Exception as error:  # noqa: BLE001 - one update must not stop the others
                log.warning("update failed", kind=kind, attempt=attempt + 1, error=type(error).__name__)
            else:
                return


def _chat(update: dict[str, Any]) -> object:
    for value in update.values():
        if isinstance(value, dict):
            place = value.get("message", value)
            chat = place.get("chat") if isinstance(place, dict) else None
            if isinstance(chat, dict):
                return chat.get("id")
    return None


def _seconds(wait: object) -> float:
    return float(getattr(wait, "total_seconds", lambda: wait)())  # type: ignore[arg-type]


def _say(error: TelegramError, pause: float) -> None:
    if isinstance(error, Conflict):
        log.error("another program polls with this token: stop it, or the two will share the updates")
    elif isinstance(error, NetworkError):
        log.warning("Telegram cannot be reached", error=type(error).__name__, seconds=pause)
    else:
        log.warning("polling failed", error=type(error).__name__, seconds=pause)
