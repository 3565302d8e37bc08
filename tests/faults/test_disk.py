"""What a disk can do to the database, on the real file: nothing that was confirmed is lost, nothing is half done, and
every refusal is one line that says what to do."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.errors import Damaged, DiskFull, Locked, ReadOnly
from storage.open import Storage, open_storage
from storage.records import Audience, BroadcastState, Cause, DeliveryState, Result, Topic
from tests.storage.conftest import BOT

NAME = "dauys.sqlite3"
NOW = 1_800_000_000.0
READERS = range(5_550_000_000, 5_550_000_400)


async def opened(folder: Path) -> Storage:
    return await open_storage(url=None, data=folder / "data", key_file=folder / "master.key", bot_id=BOT)


@pytest.fixture
async def sending(tmp_path: Path) -> AsyncIterator[Storage]:
    """Forty readers and a broadcast that has just begun."""
    storage = await opened(tmp_path)
    for chat in READERS[:40]:
        await storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
    id_ = await storage.broadcasts.draft(42, "payload", Audience(), NOW)
    await storage.broadcasts.approve(id_, NOW, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    while await storage.deliveries.fan_out(id_, 100):
        pass
    yield storage
    await storage.close()


async def pragma(storage: Storage, text: str) -> None:
    async with storage._database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        await raw.driver_connection.execute(f"PRAGMA {text}")  # type: ignore[union-attr]


async def ends(storage: Storage) -> None:
    """The broadcast goes out to its end; the counters add up."""
    results: list[Result] = []
    while taken := await storage.deliveries.tick(results, 1, 7, NOW):
        results = [Result(1, one.subscriber, DeliveryState.SENT, message_id=1) for one in taken]
    found = await storage.broadcasts.get(1)
    assert found is not None
    assert found.counts == {DeliveryState.SENT: found.total} == {DeliveryState.SENT: 40}


def crashed(folder: Path, to: Path) -> Path:
    """The files as a power cut leaves them, with a log that was not written back."""
    shutil.copytree(folder, to)
    (to / "data" / f"{NAME}-shm").unlink(missing_ok=True)
    return to


@pytest.mark.parametrize("cut", ["truncated", "garbled", "gone"])
async def test_a_torn_log_loses_its_end_and_nothing_before_it(tmp_path: Path, cut: str) -> None:
    """Each subscription is a transaction: what is left of the log must be a whole number of them, in their order."""
    storage = await opened(tmp_path / "live")
    await storage._database.forget()
    for chat in READERS[:30]:
        await storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
    dice = random.Random(cut)
    log = (tmp_path / "live" / "data" / f"{NAME}-wal").read_bytes()
    seen = set()
    for number in range(10):
        folder = crashed(tmp_path / "live", tmp_path / f"copy{number}")
        at = dice.randrange(len(log))
        torn = {"truncated": log[:at], "garbled": log[:at] + dice.randbytes(64) + log[at + 64 :], "gone": b""}[cut]
        (folder / "data" / f"{NAME}-wal").write_bytes(torn)
        again = await opened(folder)
        there = [await again.subscribers.get(chat) is not None for chat in READERS[:30]]
        assert there == sorted(there, reverse=True), "a later subscription is there and an earlier one is not"
        with sqlite3.connect(folder / "data" / NAME) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            topics = connection.execute("SELECT count(*) FROM subscription").fetchone()[0]
        assert topics == sum(there), "half a subscription is there"
        seen.add(sum(there))
        await again.close()
    assert (seen == {0}) if cut == "gone" else len(seen) > 2
    await storage.close()


async def test_a_damaged_page_is_seen_at_the_start_and_nothing_is_written(tmp_path: Path) -> None:
    storage = await opened(tmp_path)
    for chat in READERS:
        await storage.subscribers.subscribe(chat, "en", frozenset(Topic))
    await storage.close()
    file = tmp_path / "data" / NAME
    whole = bytearray(file.read_bytes())
    with sqlite3.connect(file) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'subscriber'").fetchone()[0]
    whole[(page - 1) * 4096 : (page - 1) * 4096 + 600] = b"\xa5" * 600
    file.write_bytes(whole)
    with pytest.raises(Damaged, match="restore a backup") as caught:
        await opened(tmp_path)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == whole


async def many(storage: Storage) -> None:
    for chat in READERS[100:]:
        await storage.subscribers.subscribe(chat, "en", frozenset(Topic))


async def test_a_full_disk_undoes_the_tick_and_later_all_goes_on(sending: Storage) -> None:
    await pragma(sending, "max_page_count=1")  # SQLite answers as the system does: database or disk is full
    with pytest.raises(DiskFull, match="free some space"):
        await many(sending)
    there = [chat for chat in READERS[100:] if await sending.subscribers.get(chat) is not None]
    async with sending._database.begin() as connection:
        topics = (await connection.exec_driver_sql("SELECT count(*) FROM subscription")).scalar()
    assert topics == 40 + 4 * len(there)
    await pragma(sending, "max_page_count=1000000")
    await ends(sending)


FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from storage.errors import StorageError
from storage.open import open_storage
from storage.records import Topic
async def main():
    folder = Path(sys.argv[1])
    key, bot = folder / "master.key", int(sys.argv[2])
    storage = await open_storage(url=None, data=folder / "data", key_file=key, bot_id=bot)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = (folder / "data" / "dauys.sqlite3").stat().st_size + 60_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for chat in range(1000, 3000):
        try:
            await storage.subscribers.subscribe(chat, "en", frozenset(Topic))
        except StorageError as error:
            print(type(error).__name__, error, flush=True)
            return
        print(chat, flush=True)
asyncio.run(main())
"""


async def test_a_file_that_may_not_grow_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    command = [sys.executable, "-c", FULL, str(tmp_path), str(BOT)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    *confirmed, refusal = done.stdout.splitlines()
    assert len(confirmed) > 3, done.stderr
    assert refusal.startswith(("DiskFull", "DiskFailed")), refusal
    storage = await opened(tmp_path)
    lost = [chat for chat in confirmed if await storage.subscribers.get(int(chat)) is None]
    await storage.close()
    assert lost == []


async def test_a_disk_that_has_become_read_only_undoes_the_tick_and_later_all_goes_on(sending: Storage) -> None:
    await pragma(sending, "query_only=ON")
    with pytest.raises(ReadOnly, match="check the owner and rights"):
        await sending.deliveries.tick([], 1, 7, NOW)
    await pragma(sending, "query_only=OFF")
    await ends(sending)


HOLDS = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.mark.parametrize(("patience", "waits"), [(5000, True), (200, False)])
async def test_a_foreign_lock_is_waited_for_and_then_told(
    sending: Storage, tmp_path: Path, patience: int, waits: bool
) -> None:
    await pragma(sending, f"busy_timeout={patience}")
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "data" / NAME), "1.0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        if waits:
            assert len(await sending.deliveries.tick([], 1, 5, NOW)) == 5
            await sending.deliveries.recover()
        else:
            with pytest.raises(Locked, match="another program holds the database"):
                await sending.deliveries.tick([], 1, 5, NOW)
        other.wait()
    await ends(sending)


async def test_an_erasure_is_not_confirmed_while_its_bytes_are_in_the_log(
    sending: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.TRIES", 1)
    await pragma(sending, "busy_timeout=100")
    cid = sending.subscribers._cid(READERS[0])
    reader = sqlite3.connect(tmp_path / "data" / NAME, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM subscriber").fetchone()
    with pytest.raises(Locked, match="erased bytes stay in its log"):
        await sending.subscribers.erase(READERS[0])
    reader.close()
    await sending.subscribers.erase(READERS[0])
    assert not any(cid in path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file())


async def test_one_damaged_number_stops_nobody_else(sending: Storage, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / NAME) as connection:
        connection.execute("UPDATE subscriber SET cid = randomblob(24) WHERE id = (SELECT min(id) FROM subscriber)")
    results: list[Result] = []
    while taken := await sending.deliveries.tick(results, 1, 7, NOW):
        results = [Result(1, one.subscriber, DeliveryState.SENT, message_id=1) for one in taken]
    found = await sending.broadcasts.get(1)
    assert found is not None
    assert found.counts == {DeliveryState.SENT: 39, DeliveryState.PARKED: 1}
    assert found.causes == {Cause.OTHER: 1}


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
async def test_a_clock_that_jumps_by_a_day_erases_nobody_too_early_and_loses_no_message(
    sending: Storage, jump: float
) -> None:
    await sending.subscribers.suspend(READERS[0], NOW)
    await sending.purge(NOW + jump - 3601)
    assert await sending.subscribers.get(READERS[0]) is not None
    taken = await sending.deliveries.tick([], 1, 100, NOW + jump)
    assert len(taken) == 39
    results = [Result(1, one.subscriber, DeliveryState.SENT, message_id=1) for one in taken]
    await sending.deliveries.tick(results, 1, 10, NOW)
    found = await sending.broadcasts.get(1)
    assert found is not None
    assert sum(found.counts.values()) == found.total
    assert found.counts[DeliveryState.SENT] == 39
