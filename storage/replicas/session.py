"""A connection of its own, beside the repositories': each statement its own transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from storage.errors import StorageError, Unreachable

ANSWER = 2.5
"""Seconds within which the database answers, or counts as away: fewer than a leader's lease."""
Connect = Callable[[], Awaitable[Any]]
"""A new asyncpg connection; StorageError with one line."""


class Session:
    """One statement at a time; after any failure the next one begins on a new connection. `lax`: what is committed
    need not survive a power cut of the server."""

    def __init__(
        self, connect: Connect, explain: Callable[[BaseException], StorageError], *, lax: bool = False
    ) -> None:
        self._connect, self._explain, self._lax = connect, explain, lax
        self._connection: Any = None
        self._turn = asyncio.Lock()

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """Its rows. StorageError: whether it was carried out is not known."""
        return list(await self._asked(lambda connection: connection.fetch(statement, *values)))

    async def transact(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        """What `work` gives of a connection in a transaction. StorageError, likewise."""

        async def whole(connection: Any) -> Any:
            async with connection.transaction():
                return await work(connection)

        return await self._asked(whole)

    async def _asked(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        async with self._turn:
            try:
                async with asyncio.timeout(ANSWER):
                    return await work(await self.open())
            except StorageError:
                self.drop()
                raise
            except TimeoutError:
                self.drop()
                raise Unreachable("the database does not answer in time; a bot that runs goes on by itself") from None
            except asyncio.CancelledError:
                self.drop()
                raise
            except Exception as error:  # noqa: BLE001 - the driver's errors have no common root
                self.drop()
                raise self._explain(error) from None

    async def open(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
            if self._lax:
                await self._connection.execute("SET synchronous_commit = off")
        return self._connection

    def drop(self) -> None:
        """At once, without a word to the server, which may be gone."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close(timeout=1.0)
            except Exception:  # noqa: BLE001 - it ends either way
                connection.terminate()
