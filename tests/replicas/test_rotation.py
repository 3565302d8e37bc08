"""Another master key while several replicas run: with one key folder, with one each, and when one of them falls."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bench.cluster.fleet import Fleet, fleet
from bot.bench.processes import StandIn, stand_in
from bot.bench.stage import Stage
from bot.control import ControlError, ask
from storage.errors import StorageError, UnderWay, WrongKey
from storage.keys import read_master_key
from storage.open import Storage, open_storage
from storage.records import Grant, Role, Topic
from storage.replicas.claims import Handed
from storage.replicas.cluster import Cluster
from storage.tables import keyring, subscriber
from tests.storage.conftest import BOT
from tests.storage.server import Server

READERS = range(5_550_000_000, 5_550_000_060)
ADMIN = 7_766_554_433
NEXT = "master.key.next"


async def silently(done: int, total: int) -> None:
    assert 0 < done <= total


@contextlib.asynccontextmanager
async def joined(url: str, folder: Path, key: Path) -> AsyncIterator[Storage]:
    """A replica with a folder of its own, that says that it lives."""
    storage = await open_storage(url=url, data=folder, key_file=key, bot_id=BOT)
    task = asyncio.create_task(storage.replicas.run())
    try:
        async with asyncio.timeout(10):
            while not any(one.here for one in await storage.replicas.look()):
                await asyncio.sleep(0.02)
        yield storage
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await storage.close()


async def fill(storage: Storage) -> None:
    for chat in READERS:
        await storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
    await storage.admins.name(Grant(ADMIN, Role.EDITOR, 1.0, 1.0))
    for number in range(3):
        await storage.audit.append(ADMIN, "approve", f"broadcast {number}")


async def sound(storage: Storage) -> bool:
    readers = [await storage.subscribers.get(chat) for chat in READERS]
    admins = [grant.person for grant in await storage.admins.all()]
    return None not in readers and admins == [ADMIN] and (await storage.audit.verify()).sound


async def generations(storage: Storage) -> list[tuple[int, bool]]:
    async with storage._database.begin() as connection:
        rows = await connection.execute(keyring.select().order_by(keyring.c.kid))
        return [(row.kid, row.active) for row in rows]


@contextlib.asynccontextmanager
async def two(url: str, tmp_path: Path, *, apart: bool) -> AsyncIterator[tuple[Storage, Storage]]:
    """`apart`: each on a machine of its own, with a copy of the key."""
    keys = [tmp_path / name / "master.key" for name in ("key-a", "key-b" if apart else "key-a")]
    async with joined(url, tmp_path / "a", keys[0]) as a:
        await fill(a)
        if apart:
            keys[1].parent.mkdir()
            shutil.copy(keys[0], keys[1])
        async with joined(url, tmp_path / "b", keys[1]) as b:
            yield a, b


async def test_replicas_with_one_key_folder_go_over_together(url: str, tmp_path: Path) -> None:
    async with two(url, tmp_path, apart=False) as (a, b):
        old = read_master_key(a.rotation.key_file)
        await b.subscribers.erase(READERS[0])
        await b.subscribers.subscribe(READERS[0], "ru", frozenset({Topic.ALERTS}))
        assert await a.rotation.run(silently) == len(READERS)
        assert read_master_key(a.rotation.key_file) != old
        assert not a.rotation.key_file.with_name(NEXT).exists()
        assert await sound(b)
        assert await sound(a)
        assert await generations(b) == [(2, True)]
        await b.audit.append(ADMIN, "approve", "after")
        assert (await a.audit.verify()).sound
        assert await b.rotation.run(silently) == len(READERS), "the other one may do it next time"
        assert await sound(a)
        assert await generations(a) == [(3, True)]


async def test_on_several_machines_it_begins_only_when_all_have_the_next_key(url: str, tmp_path: Path) -> None:
    async with two(url, tmp_path, apart=True) as (a, b):
        await b.audit.append(ADMIN, "approve", "so that its anchor knows an entry")
        await b.subscribers.erase(5_551)
        before = await generations(a)
        with pytest.raises(StorageError, match=f"has not begun: .* copy {a.rotation.key_file}.next there"):
            await a.rotation.run(silently)
        assert await generations(a) == before
        assert not a.rotation.pending
        assert await sound(a)
        shutil.copy(a.rotation.key_file.with_name(NEXT), b.rotation.key_file.with_name(NEXT))
        assert await a.rotation.run(silently) == len(READERS)
        assert await sound(b), "its readers, and its own anchor of the log"
        keys = [one.rotation.key_file for one in (a, b)]
        assert read_master_key(keys[0]) == read_master_key(keys[1])
        assert not any(key.with_name(NEXT).exists() for key in keys)
        assert not any(key.with_name("master.key.erased").exists() for key in keys)
    async with joined(url, tmp_path / "b", tmp_path / "key-b" / "master.key") as again:
        assert await sound(again)


async def test_another_next_key_than_this_ones_does_not_count(url: str, tmp_path: Path) -> None:
    async with two(url, tmp_path, apart=True) as (a, b):
        for one, other in ((a, b), (b, a)):
            with pytest.raises(StorageError, match="has not begun"):
                await one.rotation.run(silently)
            assert other.rotation.kid == 1
        assert await generations(b) == [(1, True)]


async def test_who_slept_through_it_does_nothing_until_it_has_the_key(url: str, tmp_path: Path) -> None:
    async with joined(url, tmp_path / "a", tmp_path / "key-a" / "master.key") as a:
        await fill(a)
        stale = tmp_path / "key-b" / "master.key"
        stale.parent.mkdir()
        shutil.copy(a.rotation.key_file, stale)
        b = await open_storage(url=url, data=tmp_path / "b", key_file=stale, bot_id=BOT)
        assert await b.subscribers.get(READERS[0]) is not None
        await a.rotation.run(silently)
        for attempt in (
            b.subscribers.subscribe(1, "en", frozenset()),
            b.subscribers.erase(READERS[0]),
            b.audit.append(ADMIN, "approve", "stale"),
            b.rotation.run(silently),
            b.backup(tmp_path / "stale.backup"),
        ):
            with pytest.raises(WrongKey, match=f"was exchanged, and {stale} is not the new one; copy master.key"):
                await attempt
        assert [one.replicas.fit for one in (a, b)] == [True, False]
        assert b.replicas.claims is not None
        assert (await b.replicas.claims.take(1, b"c" * 16)).handed is Handed.WAIT
        assert await sound(a)
        with pytest.raises(WrongKey, match="it was exchanged: dauys rotate-key put it on the machine"):
            await open_storage(url=url, data=tmp_path / "c", key_file=stale, bot_id=BOT)
        for name in ("master.key", "master.key.audit"):
            shutil.copy(a.rotation.key_file.with_name(name), stale.with_name(name))
        assert await sound(b)
        assert [one.replicas.fit for one in (a, b)] == [True, True]
        await b.close()


async def test_one_who_has_not_the_key_leads_no_more(url: str, tmp_path: Path) -> None:
    async with two(url, tmp_path, apart=True) as (a, b):
        async with asyncio.timeout(10):
            while not a.replicas.mine():
                await asyncio.sleep(0.05)
        assert isinstance(a.replicas, Cluster)
        a.replicas.exchanges = -1  # it slept while others exchanged it
        a.rotation.key_file.write_bytes(b"A" * 43 + b"=\n")
        with pytest.raises(WrongKey):
            await a.refresh()
        async with asyncio.timeout(15):
            while not b.replicas.mine():
                await asyncio.sleep(0.05)
        assert not a.replicas.mine()


async def test_what_one_began_another_ends(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.rotation.PAGE", 7)

    async def dies(done: int, total: int) -> None:
        if done > total // 2:
            raise ConnectionAbortedError

    async with two(url, tmp_path, apart=False) as (a, b):
        with pytest.raises(ConnectionAbortedError):
            await a.rotation.run(dies)
        assert await generations(b) == [(1, False), (2, True)]
        assert b.rotation.pending
        with pytest.raises(StorageError, match="a key rotation has not ended"):
            await b.backup(tmp_path / "half.backup")
        for chat in (READERS[0], READERS[-1]):  # under the new key, and under the old one
            assert await b.subscribers.erase(chat)
            await b.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
        assert await b.rotation.run(silently) == len(READERS)
        async with b._database.begin() as connection:
            assert {
                row[0] for row in await connection.execute(subscriber.select().with_only_columns(subscriber.c.kid))
            } == {2}
        assert await sound(a)
        assert not a.rotation.pending


async def test_two_at_once_are_one(url: str, tmp_path: Path) -> None:
    async with two(url, tmp_path, apart=False) as (a, b):
        done = await asyncio.gather(a.rotation.run(silently), b.rotation.run(silently), return_exceptions=True)
        assert [type(one) for one in done if isinstance(one, Exception)] == [UnderWay]
        assert await sound(a)
        assert await sound(b)
        assert await generations(b) == [(2, True)]


async def test_a_chat_keeps_its_order_over_an_exchange(url: str, tmp_path: Path) -> None:
    async with two(url, tmp_path, apart=False) as (a, b):
        assert a.replicas.claims is not None
        assert b.replicas.claims is not None
        old = a.stamps(b"chat")
        assert (await b.replicas.claims.take(1, old[0][:16])).handed is Handed.OURS
        await a.rotation._turn()
        new = [stamp[:16] for stamp in a.stamps(b"chat")]
        assert [stamp[:16] for stamp in old] == new[1:]
        assert (await a.replicas.claims.take(2, new[0], new[1:])).handed is Handed.WAIT
        assert (await b.replicas.claims.take(3, b"d" * 16)).handed is Handed.WAIT, "not before it has taken it over"
        await b.refresh()
        assert (await b.replicas.claims.take(3, b"d" * 16)).handed is Handed.OURS
        await b.replicas.claims.done(1)
        assert (await a.replicas.claims.take(2, new[0], new[1:])).handed is Handed.OURS


@contextlib.asynccontextmanager
async def house(folder: Path, server: Server, readers: int) -> AsyncIterator[tuple[Fleet, StandIn]]:
    """Two real replicas with one key folder."""
    with server.fresh("template0") as address:
        async with stand_in() as telegram:
            stage = Stage(folder, readers, settings={"DAUYS_DATABASE": address})
            await stage.fill()
            async with fleet(stage, telegram.url, 30.0, 2) as replicas:
                yield replicas, telegram


@pytest.mark.parametrize("falls", ["the one that exchanges", "the other"])
async def test_a_real_one_is_killed_in_the_middle(falls: str, tmp_path: Path, server: Server) -> None:
    readers = 25_000
    async with house(tmp_path, server, readers) as (replicas, _):
        rotating = 1 - await replicas.leader()
        killed = rotating if falls == "the one that exchanges" else 1 - rotating
        halfway = asyncio.Event()
        old = read_master_key(replicas.stage.data / "master.key")

        under_way = asyncio.create_task(ask(replicas.data(rotating), "rotate-key", None, lambda said: halfway.set()))
        await asyncio.wait_for(halfway.wait(), 60)
        await replicas.kill(killed)
        with contextlib.suppress(ControlError):
            await under_way
        await replicas.again(killed)
        async with asyncio.timeout(90), replicas.stage.storage() as storage:
            while await generations(storage) != [(2, True)]:
                await asyncio.sleep(0.2)
            async with storage._database.begin() as connection:
                kids = list(
                    await connection.execute(subscriber.select().with_only_columns(subscriber.c.kid).distinct())
                )
            assert kids == [(2,)]
        while (replicas.stage.data / NEXT).exists():
            await asyncio.sleep(0.1)
        assert read_master_key(replicas.stage.data / "master.key") != old
        for number in (0, 1):
            status = await replicas.status(number)
            assert sum(status["readers"].values()) == readers
            assert (await ask(replicas.data(number), "health"))["faults"] == []
