"""The engine: pragmas, transactions, and the few things that differ between databases.

SQLite runs WAL with synchronous=FULL and secure_delete, and nothing of it goes to temporary files. Every write
begins with BEGIN IMMEDIATE: with the driver's defaults two transactions read the same row and the later silently
wins. All goes through one connection: SQLite before 3.51.3 can corrupt a WAL that several connections reset.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy import Table, create_engine, event, insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import StaticPool

from storage.batch import Batch
from storage.errors import Damaged, DiskFailed, DiskFull, Locked, ReadOnly, StorageError
from storage.inline import Work, transact
from storage.patient import patient_engine
from storage.replicas.alone import Alone
from storage.replicas.cluster import Cluster

log = structlog.get_logger(__name__)
T = TypeVar("T")
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA busy_timeout=10000",
)

DAMAGED = (
    "the database file is damaged; stop the bot, move dauys.sqlite3* away and restore a backup: dauys restore FILE"
)
SLOW, AGAIN = 2.0, 60.0
"""Seconds of one transaction from which on the log says that it is slow, and between two such lines."""
TRIES = 3
"""Times that the log is cut, each after up to ten seconds, before an erasure is not confirmed."""


class Database:
    """One connection, one transaction at a time. `others`: the bots beside this one on the same database."""

    others: Alone | Cluster
    keyed: Callable[[AsyncConnection], Awaitable[None]] | None = None
    """What is done in a transaction before which another bot changed which keys there are."""

    def __init__(self, url: str) -> None:
        self.engine: AsyncEngine = patient_engine(url)
        event.listen(self.engine.sync_engine, "connect", _prepare)
        event.listen(self.engine.sync_engine, "begin", _begin)
        self.others = Alone()
        self._turn = asyncio.Lock()
        self._raw: Any = None
        self._told = float("-inf")
        self._pours: dict[str, Batch] = {}
        self._inline = create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool, creator=self._same)
        event.listen(self._inline, "begin", _begin)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A write transaction: committed at the end, rolled back on any exception."""
        async with self._turn:
            with translated(), self._timed():
                async with self.engine.begin() as connection:
                    yield connection

    async def run(self, work: Work[T]) -> T:
        """As `begin`, for work that awaits nothing but its connection: done in one visit to the database's thread.
        Cancelled: it may be committed all the same."""
        async with self._turn:
            with translated(), self._timed():
                if self._raw is None:
                    async with self.engine.connect() as connection:
                        self._raw = (await connection.get_raw_connection()).driver_connection
                return cast(T, await self._raw._execute(transact, self._inline, work))

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """A disk that takes long to confirm is told of, since all else waits for it."""
        began = time.monotonic()
        yield
        ended = time.monotonic()
        if ended - began >= SLOW and ended - self._told >= AGAIN:
            self._told = ended
            log.warning(
                "the database is slow; look at the disk, and for what else holds it", seconds=round(ended - began, 1)
            )

    def _same(self) -> Any:
        """The one connection, for use in its own thread."""
        return self._raw._conn

    async def forget(self) -> None:
        """After an erasure: what the write-ahead log still holds is written back, and the log cut to nothing.

        Locked: something else reads the database, so that the log could not be cut; the erasure itself stands.
        """
        for _ in range(TRIES):
            async with self._turn:
                with translated():
                    async with self.engine.connect() as connection:
                        raw: Any = await connection.get_raw_connection()
                        done = await raw.driver_connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            if not next(iter(done))[0]:
                return
        raise Locked("another program reads the database, so that erased bytes stay in its log; stop it")

    async def image(self) -> bytes:
        """The whole database as the bytes of one file, at one moment between two transactions."""
        async with self._turn:
            with translated():
                async with self.engine.connect() as connection:
                    raw: Any = await connection.get_raw_connection()
                    inner = raw.driver_connection
                    return bytes(await inner._execute(inner._conn.serialize))

    async def vacuum(self) -> None:
        """The file written anew, without what its free space still holds."""
        async with self._turn:
            with translated():
                async with self.engine.connect() as connection:
                    raw: Any = await connection.get_raw_connection()
                    await raw.driver_connection.breakable("VACUUM")

    async def pour(self, connection: AsyncConnection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Many rows at once, every column of each, within a transaction of this database."""
        if table.name not in self._pours:
            self._pours[table.name] = Batch(insert(table), *(column.name for column in table.columns))
        await self._pours[table.name].execute(connection, rows)

    async def poured(self, connection: AsyncConnection) -> None:
        """After the last row: numbers that the database gives go on after those that came."""

    async def announce(self, connection: AsyncConnection, kind: str) -> None:
        """With the transaction's commit all others learn that something of this kind was changed."""

    async def exchanged(self, connection: AsyncConnection) -> None:
        """In a transaction that changes which keys there are: others look at them before they do anything more."""

    @asynccontextmanager
    async def sole(self) -> AsyncIterator[None]:
        """For what one bot alone may do at a time. UnderWay. Here the folder's lock keeps others away."""
        yield

    async def soon(self, connection: AsyncConnection) -> None:
        """This transaction may be lost in a power cut, whole, as if it had not been: it is done anew then. What a later
        one commits is never kept without it."""

    async def connected(self) -> int:
        """Connections of other processes of Dauys; here the folder's lock keeps them away."""
        return 0

    async def close(self) -> None:
        await self.others.close()
        await self.engine.dispose()


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def upsert(table: Table) -> Any:
    """An INSERT that knows ON CONFLICT. SQLite's compiler takes PostgreSQL's too, and the tests hold both to it."""
    return postgresql_insert(table)


@contextmanager
def translated() -> Iterator[None]:
    """The database's errors as storage's, one line each, without parameters."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise explain(error) from None


def explain(error: BaseException) -> StorageError:
    text = str(getattr(error, "orig", error)).lower()
    if "readonly" in text or "unable to open" in text or "read-only" in text:
        return ReadOnly("the database cannot be written; check the owner and rights of DAUYS_DATA")
    if "full" in text:
        return DiskFull("the disk is full; free some space (a bot that runs goes on by itself)")
    if "disk i/o" in text:
        return DiskFailed("the disk failed to read or write the database; look at its space and health")
    if "locked" in text or "busy" in text:
        return Locked("another program holds the database; stop it")
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return Damaged(DAMAGED)
    return StorageError(f"the database failed: {type(getattr(error, 'orig', error)).__name__}")


def sqlite_url(data: Path) -> str:
    return f"sqlite+aiosqlite:///{data / 'dauys.sqlite3'}"
