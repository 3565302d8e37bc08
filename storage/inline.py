"""A transaction's work done in the thread of its database: one visit instead of several a statement.

A statement through the asynchronous driver crosses between threads four times, and a tick has ten: most of what
a tick cost. The work itself is written once, for an AsyncConnection.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Work = Callable[[AsyncConnection], Coroutine[Any, Any, T]]


class Inline:
    """What repositories use of an AsyncConnection, over a connection of this thread: whatever is awaited has
    happened already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.execute(statement, parameters)

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> Any:
        return self._connection.exec_driver_sql(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.scalar(statement, parameters)

    async def scalars(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.scalars(statement, parameters)


def transact(engine: Engine, work: Work[T]) -> T:
    """One transaction in this thread. RuntimeError: the work awaited something else than its connection."""
    with engine.begin() as connection:
        return _done(work(cast(AsyncConnection, Inline(connection))))


def _done(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as ended:
        return cast(T, ended.value)
    work.close()
    raise RuntimeError("work within a transaction may await its connection only")
