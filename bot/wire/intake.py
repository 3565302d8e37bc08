"""Updates in. An update is acknowledged after it was handled: a crash makes Telegram send it again.

`getUpdates` confirms everything below its offset, so the offset moves only behind a batch whose every
update was handled. Within a batch one chat's updates keep their order; chats run side by side.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.logs import places
from bot.wire.limiter import seconds

T = TypeVar("T")
log = structlog.get_logger(__name__)

ALLOWED = ("message", "callback_query", "my_chat_member")
LONG_POLL = 25
"""Seconds that Telegram may hold a poll open."""
BATCH = 100
SIDE_BY_SIDE = 64
"""Chats handled at once."""
TRIES = 2
"""An update that kills its handler is dropped after so many."""


class Fetch(Protocol):
    async def __call__(self, offset: int, timeout: int, limit: int) -> list[dict[str, Any]]:
        """Updates from `offset` on, as Telegram's JSON; raises TelegramError. `timeout` in seconds."""


class Poller:
    """`handle` processes one update; it may raise, which costs the update a try."""

    def __init__(self, fetch: Fetch, handle: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._fetch = fetch
        self._handle = handle
        self._offset = 0
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._stopping = asyncio.Event()
        self.first_poll = asyncio.Event()
        """Set when Telegram has answered the first poll."""

    async def run(self) -> None:
        """Polls until `stop`; a batch in hand is finished first. InvalidToken ends it at once."""
        pause = 0.0
        while not self._stopping.is_set():
            try:
                updates = await self._next()
                pause = 0.0
            except InvalidToken:
                raise
            except RetryAfter as error:
                pause = seconds(error)
                log.warning("polling waits, as Telegram asks", seconds=pause)
            except TelegramError as error:
                pause = min(max(pause * 2, 0.5), 30.0)
                _say(error, pause)
            else:
                self.first_poll.set()
                await self._batch(updates)
            if pause:
                await self._unless_stopped(asyncio.sleep(pause))

    async def _next(self) -> list[dict[str, Any]]:
        """The first poll does not wait for anything to happen: its answer shows that Telegram is there."""
        wait = LONG_POLL if self.first_poll.is_set() else 0
        return await self._unless_stopped(self._fetch(self._offset, wait, BATCH)) or []

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result of `work`, or None when `stop` was called first: `work` is then cancelled."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)

    def stop(self) -> None:
        """Ends `run` after the batch in hand."""
        self._stopping.set()

    async def confirm(self) -> None:
        """Tells Telegram what was handled since the last poll; at an orderly stop."""
        if self._offset:
            try:
                await self._fetch(self._offset, 0, 1)
            except TelegramError as error:
                log.info("the last updates may be delivered again", error=type(error).__name__)

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

    async def _one(self, update: dict[str, Any]) -> None:
        kind = next((key for key in update if key != "update_id"), "nothing")
        for attempt in range(TRIES):
            try:
                await self._handle(update)
            except Exception as error:  # noqa: BLE001 - one update must not stop the others
                log.warning("update failed", kind=kind, attempt=attempt + 1, error=places(error))
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


def _say(error: TelegramError, pause: float) -> None:
    if isinstance(error, Conflict):
        log.error("another program polls with this token: stop it, or the two will share the updates")
    elif isinstance(error, NetworkError):
        log.warning("Telegram cannot be reached", error=type(error).__name__, seconds=pause)
    else:
        log.warning("polling failed", error=type(error).__name__, seconds=pause)
