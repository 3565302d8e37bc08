"""Rows on their way from one database to another: in the order of their keys, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import budget, leader, meta, metadata, replica, signal, taken

Row = tuple[Any, ...]
MOVED_AWAY = "moved-away"
"""In `meta` of a database whose rows are elsewhere now, or on their way."""
MOVING_IN = "moving-in"
"""In `meta` of a database that has only a part of the rows yet; the value names whose."""
MARKS = (MOVED_AWAY, MOVING_IN)
ROWS, TEXTS, PICTURES = 10_000, 500, 10
"""Rows of a page, so that none takes much memory: of numbers and short words, of texts, of pictures."""


OF_THE_MOMENT = (replica, leader, taken, signal, budget)
"""Of bots that run on this database now: it is nobody's elsewhere, and SQLite has none of it."""


def tables() -> list[Table]:
    """All that go along, each after those that it refers to; the one that says whose they are comes last."""
    return [*(table for table in metadata.sorted_tables if table not in (meta, *OF_THE_MOMENT)), meta]


def page_size(table: Table) -> int:
    kinds = [column.type for column in table.columns]
    if any(isinstance(kind, LargeBinary) and kind.length is None for kind in kinds):
        return PICTURES
    return TEXTS if any(isinstance(kind, Text) for kind in kinds) else ROWS


def key_of(table: Table) -> list[Column[Any]]:
    """The primary key, numbers first: an index leads there."""
    return sorted(table.primary_key.columns, key=lambda column: not isinstance(column.type, BigInteger | Integer))


def _ordered(column: Column[Any], dialect: str) -> Any:
    """By its bytes, whatever the server's language is."""
    words = not isinstance(column.type, BigInteger | Integer | LargeBinary)
    return column.collate("C") if dialect == "postgresql" and words else column


async def pages(connection: AsyncConnection, table: Table, after: Row | None = None) -> AsyncIterator[list[Row]]:
    """Every row whose key is greater than `after`."""
    while page := await next_page(connection, table, after):
        yield page
        after = key_in(table, page[-1])


async def next_page(connection: AsyncConnection, table: Table, after: Row | None) -> list[Row]:
    keys = [_ordered(column, connection.dialect.name) for column in key_of(table)]
    query = select(*table.columns).order_by(*keys).limit(page_size(table))
    if table is meta:
        query = query.where(meta.c.name.not_in(MARKS))
    if after is not None:
        query = query.where(keys[0] > after[0] if len(keys) == 1 else tuple_(*keys) > tuple_(*after))
    return [tuple(row) for row in await connection.execute(query)]


def key_in(table: Table, row: Sequence[Any]) -> Row:
    places = [list(table.columns).index(column) for column in key_of(table)]
    return tuple(row[place] for place in places)


async def last_key(connection: AsyncConnection, table: Table) -> Row | None:
    """Of the row that comes last in the order of `pages`; None of an empty table."""
    keys = [_ordered(column, connection.dialect.name) for column in key_of(table)]
    query = select(*key_of(table)).order_by(*(key.desc() for key in keys)).limit(1)
    if table is meta:
        query = query.where(meta.c.name.not_in(MARKS))
    row = (await connection.execute(query)).first()
    return None if row is None else tuple(row)


async def count(connection: AsyncConnection, table: Table) -> int:
    query = select(func.count()).select_from(table)
    if table is meta:
        query = query.where(meta.c.name.not_in(MARKS))
    return int(await connection.scalar(query) or 0)
