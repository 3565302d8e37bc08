"""How a PostgreSQL goes about what must not become slow with millions of readers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.postgres import Postgres
from storage.records import Audience, Topic
from storage.subscribers import belongs
from storage.tables import subscriber, subscription
from tests.storage.server import Server


@pytest.fixture
async def database(server: Server) -> AsyncIterator[Postgres]:
    with server.fresh() as url:
        made = Postgres(url)
        yield made
        await made.close()


@pytest.mark.parametrize("cases", [(), ("c",)])
async def test_a_page_of_an_audience_reads_its_own_rows_alone_and_from_indexes(
    database: Postgres, cases: tuple[str, ...]
) -> None:
    """Otherwise each reader is another page of the table, and each page of the audience reads all those before it."""
    rule = belongs(Audience(topics=frozenset({Topic.ALERTS}), cases=frozenset(cases)), page=True)
    page = select(subscriber.c.id).where(rule, subscriber.c.id > (1 << 60)).order_by(subscriber.c.id).limit(1000)
    asked = page.compile(dialect=database.engine.dialect, compile_kwargs={"literal_binds": True})
    ids = [number << 44 for number in range(1 << 17)]
    rows = [(id_, id_.to_bytes(24), 1, "en", False, False, "active", "w", "w", 0) for id_ in ids]
    async with database.begin() as connection:
        await database.pour(connection, subscriber, rows)
        await database.pour(connection, subscription, [("alerts", id_) for id_ in ids])
    await database.vacuum()

    async def plan(connection: AsyncConnection) -> list[str]:
        return [str(row[0]) for row in await connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {asked}")]

    seen = await database.run(plan)
    assert any("Index Only Scan using ix_subscriber_audience" in line for line in seen), seen
    assert any("Index Only Scan using pk_subscription" in line for line in seen), seen
    read = [int(float(rows)) for line in seen for rows in re.findall(r"actual time=\S+ rows=([\d.]+)", line)]
    assert max(read) <= 2000, seen
