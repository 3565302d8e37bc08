"""Transactions in the database's own thread: all or nothing, one at a time, beside those of the ordinary kind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import registry
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batch import Batch
from storage.database import Database, sqlite_url, upsert
from storage.errors import StorageError
from storage.tables import meta, metadata

ADD = Batch(update(meta).where(meta.c.name == bindparam("who")).values(value=bindparam("what")), "who", "what")


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    made = Database(sqlite_url(tmp_path))
    async with made.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(upsert(meta).values([{"name": name, "value": "0"} for name in "ab"]))
    return made


async def test_a_slow_disk_is_told_of_once_a_minute(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("storage.database.SLOW", 0.0)
    for _ in range(3):
        await database.run(increment)
    assert capsys.readouterr().out.count("the database is slow") == 1


async def value(database: Database, name: str = "a") -> str:
    return await database.run(lambda connection: read(connection, name))


async def read(connection: AsyncConnection, name: str) -> str:
    return str(await connection.scalar(select(meta.c.value).where(meta.c.name == name)))


async def increment(connection: AsyncConnection) -> None:
    now = int(await read(connection, "a"))
    await connection.execute(update(meta).where(meta.c.name == "a").values(value=str(now + 1)))


async def test_both_kinds_of_transactions_side_by_side_lose_nothing(database: Database) -> None:
    async def ordinary() -> None:
        async with database.begin() as connection:
            await increment(connection)

    await asyncio.gather(*[work() for _ in range(50) for work in (ordinary, lambda: database.run(increment))])
    assert await value(database) == "100"
    await database.close()


async def test_one_that_fails_leaves_nothing_behind(database: Database) -> None:
    async def fails(connection: AsyncConnection) -> None:
        await increment(connection)
        raise LookupError("no")

    with pytest.raises(LookupError):
        await database.run(fails)
    assert await value(database) == "0"
    await database.close()


async def test_one_that_waits_for_something_else_is_refused_and_leaves_nothing(database: Database) -> None:
    async def waits(connection: AsyncConnection) -> None:
        await increment(connection)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="may await its connection only"):
        await database.run(waits)
    assert await value(database) == "0"
    await database.close()


async def test_what_the_database_refuses_is_one_line_of_ours(database: Database) -> None:
    async def twice(connection: AsyncConnection) -> None:
        await connection.execute(upsert(meta).values(name="a", value="secret"))

    with pytest.raises(StorageError) as refused:
        await database.run(twice)
    assert "secret" not in str(refused.value)
    assert await value(database) == "0"
    await database.close()


async def test_whoever_is_cancelled_meanwhile_leaves_the_connection_whole(database: Database) -> None:
    for _ in range(20):
        task = asyncio.create_task(database.run(increment))
        await asyncio.sleep(0)
        task.cancel()
        await database.run(increment)
        assert task.cancelled() or task.cancelling()
    assert 20 <= int(await value(database)) <= 40
    await database.close()


async def test_a_batch_gives_each_value_its_place(database: Database) -> None:
    await database.run(lambda connection: ADD.execute(connection, [("a", "for a"), ("b", "for b")]))
    assert (await value(database, "a"), await value(database, "b")) == ("for a", "for b")
    async with database.begin() as connection:
        await ADD.execute(connection, [("b", "again")])
    assert await value(database, "b") == "again"
    await database.close()


def test_a_batch_names_its_values_where_a_driver_wants_names() -> None:
    text, ordered = ADD._compile(registry.load("postgresql.psycopg")())
    assert "%(what)s" in text
    assert ordered(("a", "x")) == {"who": "a", "what": "x"}
