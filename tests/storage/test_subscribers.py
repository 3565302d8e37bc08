"""Readers' rows: one each, nothing of a person in the clear, and nothing left after an erasure."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database, sqlite_url
from storage.open import Storage
from storage.records import Audience, ReaderStatus, Topic
from storage.subscribers import BLOCKED_KEPT, week

CHAT = 0x1122334455
ALL = frozenset(Topic)


async def test_subscribing_twice_is_one_row_and_keeps_the_choices(storage: Storage) -> None:
    first = await storage.subscribers.subscribe(CHAT, "ru", frozenset({Topic.ALERTS}))
    await storage.subscribers.set_hidden(CHAT, True)
    again = await storage.subscribers.subscribe(CHAT, "en", ALL)
    assert again.id == first.id
    assert (again.language, again.hidden, again.topics) == ("ru", True, ALL)
    assert str(CHAT) not in repr(again)


async def test_nothing_left_to_send_erases(storage: Storage) -> None:
    await storage.subscribers.subscribe(CHAT, "ru", frozenset({Topic.ALERTS}))
    await storage.subscribers.follow(CHAT, "a-case", "ru")
    kept = await storage.subscribers.set_topics(CHAT, frozenset())
    assert kept is not None
    assert kept.cases == {"a-case"}
    assert await storage.subscribers.unfollow(CHAT, "a-case") is None
    assert await storage.subscribers.get(CHAT) is None


async def test_the_audience_is_by_topic_case_and_language(storage: Storage) -> None:
    people = storage.subscribers
    await people.subscribe(1, "en", frozenset({Topic.ALERTS}))
    await people.subscribe(2, "ru", frozenset({Topic.UPDATES}))
    await people.follow(3, "case-a", "kk")
    await people.subscribe(4, "en", ALL)
    await people.set_paused(4, True)
    tables = [
        (Audience(), {"en": 1, "ru": 1, "kk": 1}),
        (Audience(topics=frozenset({Topic.ALERTS})), {"en": 1}),
        (Audience(topics=frozenset({Topic.UPDATES}), cases=frozenset({"case-a"})), {"ru": 1, "kk": 1}),
        (Audience(languages=frozenset({"ru"})), {"ru": 1}),
        (Audience(topics=frozenset({Topic.ALERTS}), languages=frozenset({"kk"})), {}),
    ]
    for audience, expected in tables:
        assert await people.count(audience) == expected


async def test_a_blocked_reader_is_erased_a_day_later_unless_they_come_back(storage: Storage) -> None:
    now = 1_800_000_000.0
    for chat in (1, 2):
        await storage.subscribers.subscribe(chat, "en", ALL)
        await storage.subscribers.suspend(chat, now)
    await storage.subscribers.unblock(2)
    assert await storage.purge(now + BLOCKED_KEPT - 1) == 0
    assert await storage.purge(now + BLOCKED_KEPT + 3600) == 1
    assert await storage.subscribers.get(1) is None
    back = await storage.subscribers.get(2)
    assert back is not None
    assert back.status is ReaderStatus.ACTIVE


def test_weeks_are_iso_weeks() -> None:
    assert week(1_795_478_400) == "2026-W48"


@pytest.mark.parametrize("url", [None])  # what lies in a server's files, this process may not read
@pytest.mark.parametrize("erasing", ["stop", "purge"])
async def test_no_byte_of_an_erased_reader_is_left_in_any_file(storage: Storage, tmp_path: Path, erasing: str) -> None:
    for chat in random.Random(5).sample(range(10**9, 10**10), 200):
        await storage.subscribers.subscribe(chat, "en", ALL)
    reader = await storage.subscribers.subscribe(CHAT, "en", ALL)
    await storage.subscribers.follow(CHAT, "marked-case", "en")
    with sqlite3.connect(tmp_path / "dauys.sqlite3") as connection:
        (cid,) = connection.execute("SELECT cid FROM subscriber WHERE id = ?", (reader.id,)).fetchone()
    needles = [cid, str(CHAT).encode(), CHAT.to_bytes(8, "big"), reader.id.to_bytes(8, "big")]
    assert found(tmp_path, [cid]) > 0
    assert found(tmp_path, [str(CHAT).encode(), CHAT.to_bytes(8, "big")]) == 0
    if erasing == "stop":
        assert await storage.subscribers.erase(CHAT) is True
    else:
        await storage.subscribers.suspend(CHAT, 1_800_000_000.0)
        await storage.purge(1_900_000_000.0)
    assert found(tmp_path, needles) == 0


def found(folder: Path, needles: list[bytes]) -> int:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "master.key"]
    assert any(path.name == "dauys.sqlite3" for path in files)
    return sum(path.read_bytes().count(needle) for path in files for needle in needles)


counter = Table("counter", MetaData(), Column("n", Integer, nullable=False))


async def _increments(engine_or_database: object, times: int) -> int:
    async def one() -> None:
        begin = engine_or_database.begin  # type: ignore[attr-defined]
        async with begin() as connection:
            n = (await connection.execute(select(counter.c.n))).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(update(counter).values(n=n + 1))

    done = await asyncio.gather(*(one() for _ in range(times)), return_exceptions=True)
    assert [error for error in done if isinstance(error, Exception)] == []
    begin = engine_or_database.begin  # type: ignore[attr-defined]
    async with begin() as connection:
        return int((await connection.execute(select(counter.c.n))).scalar_one())


async def test_concurrent_writes_all_count_where_default_settings_lose_them(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    async with database.begin() as connection:
        await connection.run_sync(counter.create)
        await connection.execute(insert(counter).values(n=0))
    assert await _increments(database, 250) == 250
    await database.close()

    defaults = create_async_engine(
        f"sqlite+aiosqlite:///{tmp_path / 'defaults.sqlite3'}", pool_size=20, max_overflow=300
    )
    async with defaults.begin() as connection:
        await connection.run_sync(counter.create)
        await connection.execute(insert(counter).values(n=0))
    try:
        lost = await _increments(defaults, 250)
    except AssertionError:
        lost = -1
    await defaults.dispose()
    assert lost < 250
