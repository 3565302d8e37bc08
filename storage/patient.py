"""A connection of which nothing goes on behind the back of who was cancelled.

The driver hands each statement to a thread and forgets it when whoever waits is cancelled; SQLAlchemy then throws the
connection away. The thread may go on for long, with the database's lock in its hand, after a stop that seemed
orderly; and all that kept the connection has a dead one. Here a cancelled statement is waited for, the transaction is
rolled back by its own `async with`, and the connection stays.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

CHUNK = 64
"""Rows that an iteration fetches at once, as the driver has it by default."""


class Patient(aiosqlite.Connection):
    async def _execute(self, fn: Callable[..., Any], *args: Any, **more: Any) -> Any:
        return await ended(self._handed(partial(fn, *args, **more)))

    async def breakable(self, statement: str) -> None:
        """One statement, which is broken off when whoever waits for it is cancelled."""
        await ended(self._handed(partial(self._conn.execute, statement)), self._conn.interrupt)

    def _handed(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, work))
        return future


async def ended(work: asyncio.Future[Any], hurry: Callable[[], None] | None = None) -> Any:
    """What it gives. A cancellation is raised only when it has ended; `hurry` is called once then."""
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait((work,))
        except asyncio.CancelledError as error:
            if cancelled is None and hurry is not None:
                hurry()
            cancelled = error
    if cancelled is None:
        return work.result()
    work.exception()  # nobody else will look at it
    raise cancelled


def patient_engine(url: str) -> AsyncEngine:
    """One connection for everybody, to the file that the address names, or to memory when it names none."""
    engine: AsyncEngine

    async def connect() -> Any:
        return await _opened(engine.url.database or ":memory:")

    engine = create_async_engine(url, hide_parameters=True, poolclass=StaticPool, async_creator=connect)
    event.listen(engine.sync_engine, "handle_error", _stays)
    return engine


async def _opened(path: str) -> Patient:
    made = Patient(partial(sqlite3.connect, path, check_same_thread=False), CHUNK)
    made._thread.daemon = True
    await made
    return made


def _stays(context: ExceptionContext) -> None:
    """Who was cancelled leaves a connection that is as good as before."""
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False
