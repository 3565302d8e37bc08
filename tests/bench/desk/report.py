"""The report of a message that went to a million readers: how long the database is busy with drawing it."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.open import Storage, open_storage
from storage.records import Audience, Topic
from storage.tables import subscriber
from tests.bench.delivery.yard import Yard, spread
from tests.bench.figures import Figure

READERS = 1_000_000
BAR = 0.05
"""Seconds: a tick of deliveries that run meanwhile."""


async def measure(yard: Yard) -> list[Figure]:
    """One reader in fifty cannot be reached, another perhaps has it: all that a report looks for is there."""
    readers = yard.many(READERS, 10_000)
    yard.say(f"a report about {readers:,} readers")
    with TemporaryDirectory() as folder:
        data = Path(folder)
        id_ = await _went_out(data, readers)
        storage = await opened(data)
        try:
            looks = [await _seconds(storage, id_) for _ in range(yard.many(20, 3))]
            began = time.perf_counter()
            reach = await storage.jobs.reach(id_)
            counting = time.perf_counter() - began
        finally:
            await storage.close()
    return [
        Figure(
            f"a report about {readers:,} readers is drawn: for how long it keeps the database from deliveries",
            f"≤ {BAR * 1000:.0f} ms, a tick",
            f"{spread([1000 * look for look in looks], '.1f')} ms, {len(looks)} times; to count its {reach.reached:,} "
            f"readers, once when *Recall* or *Retry the failed* asks, {counting:.2f} s",
            max(looks) <= BAR,
        )
    ]


async def _seconds(storage: Storage, id_: int) -> float:
    began = time.perf_counter()
    found = await storage.jobs.outlook(id_)
    assert found.reached
    assert found.failed
    return time.perf_counter() - began


async def _went_out(data: Path, readers: int) -> int:
    """Straight into the tables: how it went out is measured elsewhere."""
    storage = await opened(data)
    await storage.subscribers.subscribe(5, "en", frozenset(Topic))
    id_ = await storage.broadcasts.draft(1, "{}", Audience(frozenset({Topic.ALERTS})), 0.0)
    await storage.close()
    columns = ", ".join(column.name for column in subscriber.columns if column.name not in ("id", "cid"))
    with contextlib.closing(sqlite3.connect(data / "dauys.sqlite3")) as connection:
        connection.execute(
            f"""INSERT INTO subscriber (id, cid, {columns})
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
                SELECT i * 1000003 + 7, randomblob(24), {columns} FROM n, (SELECT * FROM subscriber LIMIT 1)
            """,  # noqa: S608 - names of our own columns
            (readers - 1,),
        )
        connection.execute(
            """INSERT INTO delivery (broadcast_id, subscriber_id, state, cause, due, attempts, unknowns, message_id)
               SELECT ?, id, CASE id % 50 WHEN 0 THEN 'parked' WHEN 1 THEN 'gone' ELSE 'sent' END,
               CASE id % 50 WHEN 0 THEN 'uncertain' WHEN 1 THEN 'unreachable' ELSE 'none' END, 0, 1, 0,
               CASE WHEN id % 50 > 1 THEN id END FROM subscriber""",
            (id_,),
        )
        ended = "UPDATE broadcast SET state = 'done', started = 1, ended = 2, fanned_out = true, total = ?"
        connection.execute(ended, (readers,))
        connection.commit()
    return id_


async def opened(data: Path) -> Storage:
    return await open_storage(url=None, data=data, key_file=data / "master.key", bot_id=1)
