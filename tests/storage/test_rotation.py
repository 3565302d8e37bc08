"""Another master key: everybody is found all along, a crash goes on, and the old key opens nothing afterwards."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from storage.errors import MissingKey, ReadOnly, WrongKey
from storage.keys import read_master_key
from storage.open import Storage, open_storage
from storage.records import Audience, Grant, Role, Topic
from storage.rotation import SEALED
from storage.tables import audit, metadata, subscriber
from tests.storage.conftest import BOT

READERS = range(5_550_000_000, 5_550_000_060)
ADMIN = 7_766_554_433


async def opened(folder: Path) -> Storage:
    return await open_storage(url=None, data=folder, key_file=folder / "key" / "master.key", bot_id=BOT)


async def filled(folder: Path) -> Storage:
    storage = await opened(folder)
    for chat in READERS:
        await storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
    await storage.broadcasts.draft(ADMIN, "payload", Audience(), 1.0)
    await storage.admins.name(Grant(ADMIN, Role.EDITOR, 1.0, 1.0))
    for number in range(3):
        await storage.audit.append(ADMIN, "approve", f"broadcast {number}")
    return storage


async def silently(done: int, total: int) -> None:
    assert 0 < done <= total


async def all_there(storage: Storage) -> bool:
    readers = [await storage.subscribers.get(chat) for chat in READERS]
    drafts = await storage.broadcasts.drafts_of(ADMIN)
    admins = [grant.person for grant in await storage.admins.all()]
    log = await storage.audit.verify()
    return None not in readers and len(drafts) == 1 and admins == [ADMIN] and log.sound and log.entries == 3


def sealed_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("dauys.sqlite3*"))


async def test_everything_opens_with_the_new_key_and_nothing_of_the_old_is_left(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    key = tmp_path / "key" / "master.key"
    old_key, old = read_master_key(key), [storage.subscribers._cid(chat) for chat in READERS]
    assert all(cid in sealed_bytes(tmp_path) for cid in old)
    assert await storage.rotation.run(silently) == len(READERS)
    assert await all_there(storage)
    assert not any(cid in sealed_bytes(tmp_path) for cid in old)
    assert read_master_key(key) != old_key
    assert not key.with_name("master.key.next").exists()
    await storage.close()
    again = await opened(tmp_path)
    assert await all_there(again)
    await again.close()
    key.write_bytes(b"A" * 43 + b"=\n")
    with pytest.raises(WrongKey):
        await opened(tmp_path)


async def test_readers_come_and_go_between_two_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.rotation.PAGE", 7)
    storage = await filled(tmp_path)
    left, came = list(READERS)[40:50], range(42, 52)

    async def meanwhile(done: int, total: int) -> None:
        if left:
            assert await storage.subscribers.erase(left.pop())
        await storage.subscribers.subscribe(came[done % 10], "en", frozenset({Topic.ALERTS}))
        await storage.subscribers.subscribe(READERS[done % 30], "ru", frozenset(Topic))

    gone = left.copy()
    await storage.rotation.run(meanwhile)
    await storage.close()
    again = await opened(tmp_path)
    for chat in gone[len(left) :]:
        assert await again.subscribers.get(chat) is None
    counted = sum((await again.subscribers.count(Audience())).values())
    there = [chat for chat in [*READERS, *came] if await again.subscribers.get(chat) is not None]
    assert counted == len(there)
    await again.close()


KILLED = """
import asyncio, sys
from pathlib import Path
import storage.rotation
from storage.open import open_storage
storage.rotation.PAGE = 3
async def told(done, total):
    print(done, flush=True)
async def main():
    data = Path(sys.argv[1])
    opened = await open_storage(url=None, data=data, key_file=data / "key" / "master.key", bot_id=int(sys.argv[2]))
    print("began", flush=True)
    await opened.rotation.run(told)
    await opened.close()
asyncio.run(main())
"""


async def test_killed_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    await storage.close()
    dice = random.Random(4)
    key = tmp_path / "key" / "master.key"
    broken_off = 0
    for _ in range(5):
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(BOT)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(dice.randrange(1, 9)):
            process.stdout.readline()
        process.kill()
        process.wait()
        process.stdout.close()
        storage = await opened(tmp_path)
        broken_off += storage.rotation.pending
        assert await all_there(storage)
        await storage.close()
    assert broken_off > 0
    if storage.rotation.pending:
        shutil.move(key.with_name("master.key.next"), tmp_path / "elsewhere")
        with pytest.raises(WrongKey, match="one of its two keys is missing"):
            await opened(tmp_path)
        shutil.move(tmp_path / "elsewhere", key.with_name("master.key.next"))
    storage = await opened(tmp_path)
    await storage.rotation.run(silently)
    assert await all_there(storage)
    assert not storage.rotation.pending
    await storage.close()


async def test_a_crash_before_the_file_was_exchanged_is_settled_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    storage = await filled(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("storage.rotation.replace", full)
        with pytest.raises(ReadOnly, match="the next start tries again"):
            await storage.rotation.run(silently)
    await storage.close()
    assert (tmp_path / "key" / "master.key.next").exists()
    again = await opened(tmp_path)
    assert not (tmp_path / "key" / "master.key.next").exists()
    assert await all_there(again)
    await again.close()


async def test_a_log_that_somebody_changed_is_still_found_out(tmp_path: Path) -> None:
    storage = await filled(tmp_path)
    async with storage._database.begin() as connection:
        await connection.execute(audit.update().where(audit.c.id == 2).values(detail="broadcast 99"))
    await storage.rotation.run(silently)
    assert (await storage.audit.verify()).broken == 2
    await storage.close()


async def test_without_its_key_nothing_opens(tmp_path: Path) -> None:
    await (await filled(tmp_path)).close()
    (tmp_path / "key" / "master.key").unlink()
    with pytest.raises(MissingKey):
        await opened(tmp_path)


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    """A new column of 24 sealed bytes has to be sealed anew too: add it to storage.rotation.SEALED."""
    sealed = {
        column
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.type.length == 24
    }
    known = {column for column, _ in SEALED} | {subscriber.c.cid, audit.c.actor}
    assert sealed == known, f"not in storage.rotation.SEALED: {sealed - known}"


@pytest.mark.parametrize("written", [b"", b"half a key"])
async def test_a_key_written_by_halves_keeps_no_bot_from_starting(tmp_path: Path, written: bytes) -> None:
    storage = await filled(tmp_path)
    await storage.close()
    half = tmp_path / "key" / "master.key.next"
    half.write_bytes(written)
    storage = await opened(tmp_path)
    assert len([chat for chat in READERS if await storage.subscribers.get(chat)]) == len(READERS)
    assert await storage.rotation.run(_nobody) == len(READERS)
    assert not half.exists()
    await storage.close()


async def _nobody(done: int, total: int) -> None: ...
