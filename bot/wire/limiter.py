"""The library's own calls go through the gate too, each in the lane of its task."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.wire.gate import Gate
from bot.wire.lanes import lane

COUNTED = ("send", "edit", "copy", "forward")
"""Beginnings of the methods that Telegram counts as messages."""
TRIES = 3


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait; the library gives a number or a timedelta."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


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
        counted = endpoint.startswith(COUNTED) and endpoint != "sendChatAction"
        for attempt in range(TRIES):
            if counted:
                await self._gate.turn(lane.get())
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                if not counted or attempt + 1 == TRIES:
                    raise
                self._gate.flood(seconds(error))
        raise AssertionError("unreachable: every way out of the loop returns or raises")
