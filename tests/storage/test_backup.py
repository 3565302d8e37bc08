"""A backup is encrypted, read back, and brings back nobody who was erased since."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.backup import CHUNK, read, restore
from storage.errors import Damaged, NewerSchema, ReadOnly, StorageError, WrongKey
from storage.keys import make_master_key, read_master_key
from storage.open import Storage, open_storage
from storage.records import Audience, BroadcastState, DeliveryState, Result, Topic
from tests.storage.conftest import BOT

READERS = range(5_550_000_000, 5_550_000_300)
NOW = 1_800_000_000.0


async def opened(folder: Path) -> Storage:
    return await open_storage(url=None, data=folder / "data", key_file=folder / "key" / "master.key", bot_id=BOT)


async def filled(folder: Path) -> Storage:
    storage = await opened(folder)
    for chat in READERS:
        await storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
    return storage


def lost(folder: Path) -> None:
    """The disk with the database is gone; key and backup are elsewhere."""
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir()


def brought_back(folder: Path, file: str = "backup") -> tuple[int, int, int]:
    done = restore(folder / file, folder / "data", folder / "key" / "master.key", BOT)
    return done.readers, done.erased, done.paused


async def test_it_comes_back_and_shows_nothing_without_the_key(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    cid = storage.subscribers._cid(READERS[0])
    made = await storage.backup(tmp_path / "backup")
    await storage.close()
    whole = (tmp_path / "backup").read_bytes()
    assert (made.readers, made.size) == (len(READERS), len(whole))
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    for needle in (cid, str(READERS[0]).encode(), b"subscriber", b"alerts", b"SQLite format"):
        assert needle not in whole
    lost(tmp_path)
    assert brought_back(tmp_path) == (len(READERS), 0, 0)
    again = await opened(tmp_path)
    assert sum((await again.subscribers.count(Audience(topics=frozenset({Topic.ALERTS})))).values()) == len(READERS)
    await again.close()


async def test_who_was_erased_since_stays_erased(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    await storage.backup(tmp_path / "backup")
    cids = {chat: storage.subscribers._cid(chat) for chat in READERS[:3]}
    await storage.subscribers.erase(READERS[0])
    await storage.erasure.wipe(READERS[1])
    await storage.subscribers.suspend(READERS[2], NOW)
    await storage.purge(NOW + 90_000)
    await storage.close()
    lost(tmp_path)
    assert brought_back(tmp_path) == (len(READERS) - 3, 3, 0)
    again = await opened(tmp_path)
    assert [await again.subscribers.get(chat) for chat in READERS[:3]] == [None] * 3
    assert await again.subscribers.get(READERS[3]) is not None
    await again.close()
    whole = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file())
    assert not any(cid in whole for cid in cids.values())


async def test_it_is_made_while_a_broadcast_goes_out(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    id_ = await storage.broadcasts.draft(42, "payload", Audience(), NOW)
    await storage.broadcasts.approve(id_, NOW, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    while await storage.deliveries.fan_out(id_, 100):
        pass

    async def send() -> None:
        results: list[Result] = []
        while taken := await storage.deliveries.tick(results, id_, 10, NOW):
            results = [Result(id_, one.subscriber, DeliveryState.SENT, message_id=1) for one in taken]
            await asyncio.sleep(0)

    await asyncio.gather(send(), *(storage.backup(tmp_path / f"b{number}") for number in range(3)))
    sent = await storage.broadcasts.get(id_)
    assert sent is not None
    assert sent.counts == {DeliveryState.SENT: len(READERS)}
    await storage.close()
    lost(tmp_path)
    assert brought_back(tmp_path, "b1") == (len(READERS), 0, 1)
    again = await opened(tmp_path)
    found = await again.broadcasts.get(id_)
    assert found is not None
    assert found.state is BroadcastState.PAUSED
    assert found.note.startswith("Restored from a backup")
    assert sum(found.counts.values()) == found.total == len(READERS)
    await again.close()


async def test_what_a_restore_refuses_and_then_touches_nothing(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    await storage.backup(tmp_path / "backup")
    with pytest.raises(ReadOnly, match="never written over"):
        await storage.backup(tmp_path / "backup")
    with pytest.raises(ReadOnly, match="choose a place where the bot may write"):
        await storage.backup(tmp_path / "nowhere" / "backup")
    await storage.close()
    before = (tmp_path / "data" / "dauys.sqlite3").read_bytes()
    with pytest.raises(ReadOnly, match="is there already"):
        brought_back(tmp_path)
    assert (tmp_path / "data" / "dauys.sqlite3").read_bytes() == before
    lost(tmp_path)
    (tmp_path / "note").write_bytes(b"somebody's file")
    with pytest.raises(Damaged, match="is no backup"):
        brought_back(tmp_path, "note")
    with pytest.raises(StorageError, match="cannot be read"):
        brought_back(tmp_path, "none")
    (tmp_path / "other").mkdir()
    make_master_key(tmp_path / "other" / "master.key")
    with pytest.raises(WrongKey, match="another master key"):
        restore(tmp_path / "backup", tmp_path / "data", tmp_path / "other" / "master.key", BOT)
    assert list((tmp_path / "data").iterdir()) == []


async def test_a_place_that_is_read_only_or_closed_to_the_bot_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the bot meets it that its unit or container keeps from writing there."""
    storage = await filled(tmp_path)

    def refused(number: int) -> Callable[..., object]:
        def refuse(path: object, *_: object, **__: object) -> object:
            raise OSError(number, os.strerror(number), str(path))

        return refuse

    with monkeypatch.context() as patch:
        patch.setattr("storage.backup.os.open", refused(errno.EROFS))
        patch.setattr(Path, "unlink", refused(errno.EROFS))
        with pytest.raises(ReadOnly, match=r"cannot be written \(Read-only file system\); choose a place"):
            await storage.backup(tmp_path / "backup")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "exists", refused(errno.EACCES))
        with pytest.raises(ReadOnly, match=r"cannot be written \(Permission denied\); choose a place"):
            await storage.backup(tmp_path / "backup")
    await storage.close()


async def test_a_disk_without_links_takes_a_backup_and_writes_over_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = await filled(tmp_path)

    def link(part: object, path: object) -> None:
        if Path(str(path)).name == "late":
            Path(str(path)).write_bytes(b"somebody's file")
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("storage.backup.os.link", link)
    made = await storage.backup(tmp_path / "backup")
    assert made.readers == len(READERS)
    with pytest.raises(ReadOnly, match="never written over"):
        await storage.backup(tmp_path / "late")
    await storage.close()
    assert (tmp_path / "late").read_bytes() == b"somebody's file"
    assert list(tmp_path.glob("*.part")) == []
    lost(tmp_path)
    assert brought_back(tmp_path) == (len(READERS), 0, 0)


async def test_a_stale_log_is_never_mixed_into_what_is_restored(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    await storage.backup(tmp_path / "backup")
    await storage.subscribers.subscribe(7, "en", frozenset({Topic.ALERTS}))
    log = (tmp_path / "data" / "dauys.sqlite3-wal").read_bytes()
    await storage.close()
    assert len(log) > 1000
    lost(tmp_path)
    stale = tmp_path / "data" / "dauys.sqlite3-wal"
    stale.write_bytes(log)
    with pytest.raises(ReadOnly, match=r"dauys.sqlite3-wal: is there already; move every dauys.sqlite3\* in"):
        brought_back(tmp_path)
    assert stale.read_bytes() == log
    stale.unlink()
    assert brought_back(tmp_path)[0] == len(READERS)


@pytest.mark.parametrize("damage", ["flipped", "cut", "cut at a chunk", "swapped", "longer"])
async def test_a_damaged_backup_is_refused(tmp_path: Path, damage: str) -> None:
    storage = await filled(tmp_path)
    await storage.backup(tmp_path / "backup")
    await storage.close()
    whole = bytearray((tmp_path / "backup").read_bytes())
    first, step = 48, CHUNK + 16
    assert len(whole) > first + 2 * step
    if damage == "flipped":
        at = random.Random(2).randrange(first, len(whole))
        whole[at] ^= 1
    elif damage == "cut":
        del whole[-100:]
    elif damage == "cut at a chunk":
        del whole[first + step :]
    elif damage == "swapped":
        one, two = whole[first : first + step], whole[first + step : first + 2 * step]
        whole[first : first + 2 * step] = two + one
    else:
        whole += os.urandom(20)
    (tmp_path / "bad").write_bytes(whole)
    with pytest.raises(Damaged, match="damaged or cut short"):
        read(tmp_path / "bad", read_master_key(tmp_path / "key" / "master.key"))


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    await (await filled(tmp_path)).close()
    storage = await opened(tmp_path)
    with sqlite3.connect(tmp_path / "data" / "dauys.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await storage.backup(tmp_path / "backup")
    await storage.close()
    lost(tmp_path)
    with pytest.raises(NewerSchema, match="upgrade first"):
        brought_back(tmp_path)


async def test_after_a_rotation_older_backups_open_with_nothing(tmp_path: Path) -> None:
    async def told(done: int, total: int) -> None: ...

    storage = await filled(tmp_path)
    await storage.backup(tmp_path / "backup")
    await storage.rotation.run(told)
    await storage.backup(tmp_path / "later")
    await storage.close()
    lost(tmp_path)
    with pytest.raises(WrongKey):
        brought_back(tmp_path)
    assert brought_back(tmp_path, "later")[0] == len(READERS)
