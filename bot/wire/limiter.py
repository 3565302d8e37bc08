"""The library's own calls go through the gate too, each in the lane of its task."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.wire.gate import LONGEST, Closed, Gate
from bot.wire.gate_chats import Chat
from bot.wire.lanes import Lane, Superseded, lane, mute

COUNTED = ("send", "edit", "copy", "forward", "delete")
"""Beginnings of the methods that Telegram counts as messages, where they name a chat or a message."""
FREE = ("sendChatAction", "deleteWebhook", "deleteMyCommands")
TRIES = 3


class Overtaken(TelegramError):
    """A newer state of the same panel goes out instead of this one."""

    def __init__(self) -> None:
        super().__init__("a newer state of this message is on its way")


class Muted(TelegramError):
    """Its person has asked too much: the update was carried out and is not answered."""

    def __init__(self) -> None:
        super().__init__("not answered: too much was asked")


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait; the library gives a number or a timedelta."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def counted(endpoint: str, data: dict[str, Any]) -> bool:
    """Whether a call takes from the budget."""
    names = "chat_id" in data or "inline_message_id" in data
    return names and endpoint.startswith(COUNTED) and endpoint not in FREE


def chat_of(data: dict[str, Any]) -> Chat | None:
    """The chat that a call writes to: a number, or the @name of a group or channel."""
    chat = data.get("chat_id")
    if isinstance(chat, str) and chat.removeprefix("-").isdecimal():
        return int(chat)
    return chat if isinstance(chat, int | str) else None


class GateLimiter(BaseRateLimiter[None]):
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """The call's answer. RetryAfter: refused three times, or for more than a minute. Overtaken: a panel's
        state that is no longer the newest."""
        through = self._counted if counted(endpoint, data) else self._free
        return await through(callback, args, kwargs, data)

    async def _counted(self, callback: Any, args: Any, kwargs: dict[str, Any], data: dict[str, Any]) -> Any:
        if mute.get():
            raise Muted
        mine = lane.get()
        key = (chat_of(data), data.get("message_id")) if mine is Lane.PANEL and "message_id" in data else None
        for attempt in range(TRIES):
            granted = await self._turn(mine, chat_of(data), key)
            try:
                given = await callback(*args, **kwargs)
            except RetryAfter as error:
                self._gate.flood(seconds(error), mine, granted)
                if attempt + 1 == TRIES or seconds(error) > LONGEST:
                    raise
            else:
                self._gate.taken(granted)
                return given
        raise AssertionError("unreachable: every way out of the loop returns or raises")

    async def _turn(self, mine: Lane, chat: Chat | None, key: object) -> float:
        try:
            return await self._gate.turn(mine, chat, key)
        except Superseded:
            raise Overtaken from None
        except Closed as closed:
            raise RetryAfter(math.ceil(closed.seconds)) from None

    async def _free(self, callback: Any, args: Any, kwargs: dict[str, Any], data: dict[str, Any]) -> Any:
        """A 429 to a call that is no message says nothing about messages: only this call waits."""
        for _ in range(TRIES - 1):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                if seconds(error) > LONGEST:
                    raise
                wait = seconds(error)
            await asyncio.sleep(wait)
        return await callback(*args, **kwargs)
