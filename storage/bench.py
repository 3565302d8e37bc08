"""What benches need of a database and nothing else does: many readers at once, and who is *sending*."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from storage.open import Storage
from storage.records import DeliveryState, ReaderStatus, Topic
from storage.subscribers import week
from storage.tables import delivery, subscriber, subscription

PAGE = 20_000


async def enrol(storage: Storage, chats: Iterable[int], language: str, topic: Topic, now: float) -> None:
    """Readers who hold one topic, thousands a transaction."""
    left = iter(chats)
    while page := list(islice(left, PAGE)):
        ids = {secrets.randbits(63): storage.subscribers._cid(chat) for chat in page}
        kid, since = storage.subscribers._keys.kid, week(now)
        active = ReaderStatus.ACTIVE.value
        readers = [(id_, cid, kid, language, False, False, active, since, since, 0) for id_, cid in ids.items()]
        database = storage._database
        async with database.begin() as connection:
            await database.pour(connection, subscriber, readers)
            await database.pour(connection, subscription, [(topic.value, id_) for id_ in ids])
    async with storage._database.begin() as connection:
        await storage._database.poured(connection)


async def states(storage: Storage, broadcast: int) -> dict[int, tuple[str, str]]:
    """Chat -> state and cause of its delivery, of the readers who still have a row."""
    async with storage._database.begin() as connection:
        rows = await connection.execute(
            select(subscriber.c.cid, delivery.c.state, delivery.c.cause)
            .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
            .where(delivery.c.broadcast_id == broadcast)
        )
        return {storage.subscribers._keys.open("sub.cid", row[0]): (row[1], row[2]) for row in rows}


def peek(data: Path, broadcast: int) -> tuple[int, bool]:
    """Rows queued so far and whether that is all, read beside a running bot without troubling it."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'dauys.sqlite3'}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT total, fanned_out FROM broadcast WHERE id = ?", (broadcast,)).fetchone()
        return int(row[0]), bool(row[1])


async def chats_in(storage: Storage, broadcast: int, *states: DeliveryState) -> set[int]:
    """Chats whose delivery is in one of these states."""
    async with storage._database.begin() as connection:
        rows = await connection.execute(
            select(subscriber.c.cid)
            .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
            .where(delivery.c.broadcast_id == broadcast, delivery.c.state.in_(states))
        )
        return {storage.subscribers._keys.open("sub.cid", row[0]) for row in rows}


async def repeated(storage: Storage, broadcast: int) -> dict[int, int]:
    """Chat -> how often the ledger holds that its message may have gone out unheard of, where that was ever."""
    async with storage._database.begin() as connection:
        rows = await connection.execute(
            select(subscriber.c.cid, delivery.c.unknowns)
            .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
            .where(delivery.c.broadcast_id == broadcast, delivery.c.unknowns > 0)
        )
        return {storage.subscribers._keys.open("sub.cid", row[0]): row[1] for row in rows}
