"""All rows of one database into another, and the proof that they are the same.

The old database is marked first, so that no bot begins to work on it meanwhile; but for that mark it stays as it was.
Rows go over in pages, each a transaction, in the order of their keys: what is broken off goes on behind the last row
that arrived. Then every row of both is read and compared. The new database is marked until that has succeeded.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import schema
from storage.database import Database, sqlite_url, upsert
from storage.errors import Locked, StorageError
from storage.marks import BEGUN, DONE, Moved, refuse
from storage.open import DATABASE_ID, for_its_owner_alone, open_storage
from storage.postgres import Postgres
from storage.tables import meta
from storage.transfer import MARKS, MOVED_AWAY, MOVING_IN, Row, count, key_in, last_key, next_page, tables

T = TypeVar("T")
U = TypeVar("U")
HERE = "sqlite"
"""As a target: SQLite in DAUYS_DATA."""
COPYING, COMPARING = "copying", "comparing"
LOOKS = 30
"""Times, a tenth of a second apart, that connections of others are looked for."""
Told = Callable[[str, int, int], None]
"""Takes what is being done, and how many rows of how many."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one table: its rows, and a digest of them all in the order of their keys."""

    rows: int
    digest: str


async def move(
    *, url: str | None, to: str, data: Path, key_file: Path, bot_id: int, told: Told
) -> Mapping[str, Counted]:
    """Table -> what went over. The folder's lock is the caller's. StorageError: one line; run again, it goes on."""
    storage = await open_storage(url=url, data=data, key_file=key_file, bot_id=bot_id, moving=True)
    try:
        if storage.rotation.pending:
            raise Locked("a key rotation has not ended; run dauys rotate-key, then move")
        with _called():
            target = _target(to, data)
            await _answers(target)
        try:
            return await _Move(storage._database, target, storage.rotation.identity, told).run()
        finally:
            await target.close()
    finally:
        await storage.close()


async def stay(*, url: str | None, data: Path, key_file: Path, bot_id: int) -> None:
    """The old database serves again. StorageError: its mark says that nothing was moved."""
    storage = await open_storage(url=url, data=data, key_file=key_file, bot_id=bot_id, moving=True)
    try:
        if not await storage.meta.get(MOVED_AWAY):
            raise StorageError("nothing was moved away from this database")
        await storage.meta.set(MOVED_AWAY, "")
    finally:
        await storage.close()


def _target(to: str, data: Path) -> Database:
    if to.startswith("postgresql"):
        return Postgres(to)
    path = data / "dauys.sqlite3"
    if to != HERE:
        raise StorageError(
            f"--to: expected postgresql+asyncpg://USER:PASSWORD@HOST:5432/NAME, or {HERE} for DAUYS_DATA"
        )
    for_its_owner_alone(path)
    return Database(sqlite_url(data))


@contextmanager
def _called() -> Iterator[None]:
    """What is wrong with the new address, by the option that named it."""
    try:
        yield
    except StorageError as error:
        raise type(error)(str(error).replace("DAUYS_DATABASE:", "--to:", 1)) from None


async def _answers(target: Database) -> None:
    """Before anything is marked: the new database can be reached. StorageError."""
    try:
        async with target.begin():
            pass
    except BaseException:
        await target.close()
        raise


class _Move:
    def __init__(self, source: Database, target: Database, identity: str, told: Told) -> None:
        self._source, self._target, self._identity, self._told = source, target, identity, told
        self._done = self._total = 0

    async def run(self) -> Mapping[str, Counted]:
        was, now = await self._marked(self._source, MOVED_AWAY), f"{BEGUN} {secrets.token_hex(8)}"
        await _mark(self._source, MOVED_AWAY, now)
        try:
            await self._alone()
            arrived = await self._look(now)
            if was == DONE and not arrived:
                refuse({MOVED_AWAY: DONE})
        except BaseException:
            await _mark(self._source, MOVED_AWAY, was)
            raise
        if not arrived:
            await self._copy()
        counted = await self._compared(arrived=arrived)
        async with self._target.begin() as connection:
            await self._target.poured(connection)
            await connection.execute(delete(meta).where(meta.c.name == MOVING_IN))
        await self._target.forget()
        await _mark(self._source, MOVED_AWAY, DONE)
        return counted

    async def _alone(self) -> None:
        """A server notices a moment later that a process has left."""
        for _ in range(LOOKS):
            if not await self._source.connected():
                return
            await asyncio.sleep(0.1)
        raise Locked("another bot or command is connected to this database; stop them all first")

    async def _marked(self, database: Database, name: str) -> str:
        async with database.begin() as connection:
            return str(await connection.scalar(select(meta.c.value).where(meta.c.name == name)) or "")

    async def _look(self, nonce: str) -> bool:
        """Whether all has arrived there already; else it is made ready. Moved: something else is there."""
        async with self._target.begin() as connection:
            await connection.run_sync(schema.refuse_newer)
            known: dict[str, str] = {}
            if await connection.run_sync(schema.revision) is not None:
                known = {row[0]: row[1] for row in await connection.execute(select(meta.c.name, meta.c.value))}
            if known.get(MOVED_AWAY) == nonce:
                raise Moved("--to: names the database that is to be moved; name another one")
            if MOVED_AWAY in known:
                raise Moved("--to: an old state that was moved away lies there; name an empty database")
            owner = known.get(MOVING_IN, known.get(DATABASE_ID, self._identity))
            if owner != self._identity:
                raise Moved("--to: holds another bot's records; name an empty database")
            if DATABASE_ID in known and MOVING_IN not in known:
                return True
            await connection.run_sync(schema.migrate)
            row = upsert(meta).values(name=MOVING_IN, value=self._identity)
            await connection.execute(row.on_conflict_do_nothing())
        return False

    async def _copy(self) -> None:
        there = {table.name: await self._ask(self._target, count, table) for table in tables()}
        self._done = sum(there.values())
        self._total = sum([await self._ask(self._source, count, table) for table in tables()])
        for table in tables():
            await self._copy_table(table, await self._ask(self._target, last_key, table))

    async def _copy_table(self, table: Table, after: Row | None) -> None:
        """Reads the next page while the last one is written."""
        page = await self._ask(self._source, next_page, table, after)
        while page:
            following = self._ask(self._source, next_page, table, key_in(table, page[-1]))
            _, page = await _together(self._pour(table, page), following)

    async def _pour(self, table: Table, page: list[Row]) -> None:
        async def work(connection: AsyncConnection) -> None:
            await self._target.pour(connection, table, page)

        await self._target.run(work)
        self._done += len(page)
        self._told(COPYING, self._done, self._total)

    async def _ask(self, database: Database, question: Callable[..., Awaitable[T]], *given: object) -> T:
        async def work(connection: AsyncConnection) -> T:
            return await question(connection, *given)

        return await database.run(work)

    async def _compared(self, *, arrived: bool) -> dict[str, Counted]:
        self._done = 0
        self._total = sum([await self._ask(self._source, count, table) for table in tables()])
        found = {}
        for table in tables():
            same = await self._same(table)
            if same is None and arrived:
                raise Moved("--to: these records are there already and differ: it has been in use since, or is damaged")
            if same is None:
                await self._clear()
                raise StorageError(
                    f"the copy of {table.name} differed from what is here now, and was cleared; run it again"
                )
            found[table.name] = same
        return found

    async def _same(self, table: Table) -> Counted | None:
        """None: a row differs, is missing or is too many."""
        digest, rows, after = hashlib.blake2b(digest_size=16), 0, None
        while True:
            ours, theirs = await _together(
                self._ask(self._source, next_page, table, after), self._ask(self._target, next_page, table, after)
            )
            if ours != theirs:
                return None
            if not ours:
                return Counted(rows, digest.hexdigest())
            digest.update(repr(ours).encode())
            rows, after = rows + len(ours), key_in(table, ours[-1])
            self._done += len(ours)
            self._told(COMPARING, self._done, self._total)

    async def _clear(self) -> None:
        async with self._target.begin() as connection:
            for table in reversed(tables()):
                gone = delete(table).where(meta.c.name.not_in(MARKS)) if table is meta else delete(table)
                await connection.execute(gone)


async def _mark(database: Database, name: str, value: str) -> None:
    async with database.begin() as connection:
        await connection.execute(delete(meta).where(meta.c.name == name))
        if value:
            await connection.execute(upsert(meta).values(name=name, value=value))


async def _together(one: Coroutine[Any, Any, T], other: Coroutine[Any, Any, U]) -> tuple[T, U]:
    """Both at once; when one fails the other is waited for all the same."""
    task = asyncio.ensure_future(other)
    try:
        first = await one
    finally:
        second = await task
    return first, second
