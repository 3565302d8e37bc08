"""Whoever is cancelled within a transaction leaves nothing behind: no thread at work, no lock, no dead connection."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, sqlite_url
from storage.lock import hold
from storage.patient import ended

LONG = (
    "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000) "
    "SELECT max(x) FROM c"
)
"""About a second on any machine."""
FULL = (
    "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000) "
    "SELECT randomblob(2000) FROM c"
)


async def opened(folder: Path) -> Database:
    database = Database(sqlite_url(folder))
    async with database.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE t(x)")
    await database.run(one)
    return database


async def one(connection: AsyncConnection) -> None:
    await connection.exec_driver_sql("INSERT INTO t VALUES (1)")


async def long(connection: AsyncConnection) -> None:
    await connection.exec_driver_sql("INSERT INTO t VALUES (2)")
    await connection.exec_driver_sql(LONG)


async def in_a_transaction(database: Database) -> None:
    async with database.begin() as connection:
        await long(connection)


async def inline(database: Database) -> None:
    await database.run(long)


async def begun(database: Database) -> None:
    """Cancelled while it waits for the lock that a foreign program holds."""
    async with database.begin() as connection:
        await one(connection)


async def cancelled(work: Awaitable[object]) -> None:
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def held(folder: Path) -> list[int]:
    """The rows, read by another program that would not wait for a lock."""
    connection = sqlite3.connect(folder / "dauys.sqlite3", timeout=0)
    try:
        connection.execute("BEGIN IMMEDIATE")
        return [row[0] for row in connection.execute("SELECT x FROM t ORDER BY x")]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("work", "left"), [(in_a_transaction, [1]), (inline, [1, 2, 2000000])], ids=["rolled back", "in one visit"]
)
async def test_it_has_ended_when_the_database_is_closed(
    tmp_path: Path, work: Callable[[Database], Awaitable[None]], left: list[int]
) -> None:
    database = await opened(tmp_path)
    await cancelled(work(database))
    await database.close()
    assert held(tmp_path) == left


async def test_the_connection_serves_everybody_on(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    for work in (in_a_transaction, in_a_transaction):
        await cancelled(work(database))
        await database.run(one)
        async with database.begin() as connection:
            await one(connection)
    await database.close()
    assert held(tmp_path) == [1] * 5


async def test_who_waited_for_a_foreign_lock_leaves_no_transaction_open(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    foreign = sqlite3.connect(tmp_path / "dauys.sqlite3", timeout=0, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.3, foreign.rollback)
    await cancelled(begun(database))
    foreign.close()
    await database.run(one)
    await database.close()
    assert held(tmp_path) == [1, 1]


async def test_what_can_be_broken_off_is_told_once_to_hurry() -> None:
    work, told = asyncio.get_running_loop().create_future(), []

    def hurry() -> None:
        told.append(work)
        asyncio.get_running_loop().call_later(0.1, work.set_exception, sqlite3.OperationalError("interrupted"))

    task = asyncio.create_task(ended(work, hurry))
    for _ in range(3):
        await asyncio.sleep(0.02)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == [work]


async def test_the_rewriting_of_the_file_is_broken_off_and_nothing_is_lost(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    async with database.begin() as connection:
        await connection.exec_driver_sql(FULL)
    task = asyncio.create_task(database.vacuum())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.run(one)
    await database.close()
    assert len(held(tmp_path)) == 5002


def test_the_folder_is_free_at_once_whoever_else_still_has_its_handle(tmp_path: Path) -> None:
    """As a child process that was started in between has it, until its own program begins."""
    with hold(tmp_path):
        mine = next(
            int(name)
            for name in os.listdir("/proc/self/fd")
            if Path(f"/proc/self/fd/{name}").exists() and Path(f"/proc/self/fd/{name}").resolve() == tmp_path / "lock"
        )
        copy = os.dup(mine)
    try:
        with hold(tmp_path):
            assert tmp_path.joinpath("lock").exists()
    finally:
        os.close(copy)
