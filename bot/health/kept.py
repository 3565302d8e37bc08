"""Answers of the database that many may ask for: fetched by one task, seldom, and never waited for in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from storage.errors import StorageError

T = TypeVar("T")


class Kept(Generic[T]):
    """`run` in a supervised task. However many ask, one fetch is under way, and none while the last is `fresh`
    (seconds). `value`: the last good one; `fault`: why the last fetch failed, empty when it did not."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], fresh: float) -> None:
        self._fetch, self._fresh = fetch, fresh
        self._at = float("-inf")
        self._asked = asyncio.Event()
        self._answered = asyncio.Event()
        self.value: T | None = None
        self.fault = ""

    async def run(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                self.value, self.fault = await self._fetch(), ""
            except StorageError as error:
                self.fault = str(error)
            self._at = asyncio.get_running_loop().time()
            self._answered.set()
            self._answered = asyncio.Event()

    async def ask(self, wait: float) -> bool:
        """Has it fetched anew unless it is fresh; False when that takes longer than `wait` seconds."""
        if asyncio.get_running_loop().time() - self._at < self._fresh:
            return True
        answered = self._answered
        self._asked.set()
        try:
            async with asyncio.timeout(wait):
                await answered.wait()
        except TimeoutError:
            return False
        return True
