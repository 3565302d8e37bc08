"""From one database to the other and back: nothing is lost, changed or brought back on the way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage import backup
from storage.errors import Locked, ReadOnly, StorageError
from storage.marks import Moved
from storage.move import COMPARING, HERE, Counted, Told, move, stay
from storage.open import Storage, open_storage
from storage.postgres import Postgres
from storage.records import Audience, BroadcastState, DeliveryState, Result, Topic
from storage.tables import metadata
from storage.transfer import OF_THE_MOMENT, pages, tables
from tests.storage.conftest import BOT
from tests.storage.server import Server

READERS = range(5_550_000_000, 5_550_000_060)
GONE = READERS[7]
NOW = 1_800_000_000.0
EVERYBODY = Audience(topics=frozenset({Topic.ALERTS}))
SAME = ("subscriber", "subscription", "delivery", "follow", "audit", "keyring", "hidden_person", "broadcast_count")
"""Tables that a restoring leaves as they were, save for who was erased."""
DATABASES = ["sqlite", "postgresql"]


def key_in(folder: Path) -> Path:
    return folder / "key" / "master.key"


async def opened(url: str | None, folder: Path) -> Storage:
    return await open_storage(url=url, data=folder / "data", key_file=key_in(folder), bot_id=BOT)


async def filled(storage: Storage) -> int:
    """Readers in every shape, a broadcast under way, a log, a picture: a row in nearly every table."""
    for chat in READERS:
        await storage.subscribers.subscribe(chat, "kk", frozenset({Topic.ALERTS, Topic.CASES}))
    await storage.subscribers.follow(READERS[1], "case-ä", "ru")
    await storage.subscribers.follow(READERS[1], "Case-z", "ru")
    await storage.subscribers.set_silent(READERS[2], True)
    await storage.subscribers.suspend(READERS[3], NOW)
    made = await storage.broadcasts.draft(77, "", EVERYBODY, NOW)
    await storage.broadcasts.save_draft(made, payload="Ärger ☂", audience=EVERYBODY)
    await storage.broadcasts.approve(made, NOW, NOW)
    while await storage.deliveries.fan_out(made, 25):
        pass
    await storage.deliveries.set_state(made, BroadcastState.RUNNING, NOW)
    batch = await storage.deliveries.tick([], made, 10, NOW)
    results = [Result(made, row.subscriber, DeliveryState.SENT, message_id=2**40 + n) for n, row in enumerate(batch)]
    await storage.deliveries.tick(results, made, 5, NOW)
    for number in range(3):
        await storage.audit.append(77, "approve", f"broadcast {number}")
    await storage.hidden.add("person-one")
    return made


async def everything(storage: Storage) -> dict[str, list[tuple[object, ...]]]:
    async with storage._database.begin() as connection:
        return {table.name: [row async for page in pages(connection, table) for row in page] for table in tables()}


@pytest.fixture
def other(server: Server) -> object:
    """A second database without a table."""
    with server.fresh("template0") as address:
        yield address


def restored(kind: str, other: str, folder: Path) -> str | None:
    return other if kind == "postgresql" else None


async def brought_back(url: str | None, folder: Path) -> backup.Restored:
    if url is None:
        (folder / "other" / "data").mkdir(parents=True)
        return backup.restore(folder / "backup", folder / "other" / "data", key_in(folder), BOT)
    return await backup.restore_server(folder / "backup", url, key_in(folder), BOT)


@pytest.mark.parametrize("into", DATABASES)
async def test_a_backup_of_either_comes_back_on_either(url: str | None, other: str, into: str, tmp_path: Path) -> None:
    storage = await opened(url, tmp_path)
    made = await filled(storage)
    copied = await storage.backup(tmp_path / "backup")
    whole = await everything(storage)
    assert {name for name, rows in whole.items() if rows} >= set(SAME)
    await storage.subscribers.erase(GONE)
    await storage.close()
    target = restored(into, other, tmp_path)
    done = await brought_back(target, tmp_path)
    assert (copied.readers, done.readers, done.erased, done.paused) == (len(READERS), len(READERS) - 1, 1, 1)
    data = tmp_path / "other" / "data" if target is None else tmp_path / "data"
    again = await open_storage(url=target, data=data, key_file=key_in(tmp_path), bot_id=BOT)
    assert await again.subscribers.get(GONE) is None
    there = await everything(again)
    erased = {row[0] for row in whole["subscriber"]} - {row[0] for row in there["subscriber"]}
    assert len(erased) == 1
    for name in SAME:
        assert there[name] == [row for row in whole[name] if not erased & set(row)]
    assert (await again.audit.verify()).sound
    assert await again.broadcasts.draft(77, "", EVERYBODY, NOW) == made + 1
    await again.close()


async def test_a_server_that_holds_records_is_not_restored_over(url: str | None, other: str, tmp_path: Path) -> None:
    storage = await opened(url, tmp_path)
    await storage.backup(tmp_path / "backup")
    await storage.close()
    await brought_back(other, tmp_path)
    with pytest.raises(ReadOnly, match="holds records already"):
        await brought_back(other, tmp_path)


def test_every_table_travels_after_those_it_refers_to() -> None:
    names = [table.name for table in tables()]
    assert sorted([*names, *(table.name for table in OF_THE_MOMENT)]) == sorted(metadata.tables)
    for table in tables():
        assert all(names.index(key.column.table.name) < names.index(table.name) for key in table.foreign_keys)


async def moved(folder: Path, url: str | None, to: str, told: Told = lambda *_: None) -> Mapping[str, Counted]:
    return await move(url=url, to=to, data=folder / "data", key_file=key_in(folder), bot_id=BOT, told=told)


def set_aside(folder: Path) -> None:
    """The old SQLite files, out of the way of those to come."""
    (folder / "aside").mkdir()
    for path in (folder / "data").glob("dauys.sqlite3*"):
        path.rename(folder / "aside" / path.name)


async def refused(url: str | None, folder: Path) -> str:
    with pytest.raises(Moved) as caught:
        await opened(url, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_there_and_back_every_row_is_the_same(other: str, server: Server, tmp_path: Path) -> None:
    storage = await opened(None, tmp_path)
    made = await filled(storage)
    whole = await everything(storage)
    await storage.close()
    counted = await moved(tmp_path, None, other)
    assert {name: table.rows for name, table in counted.items()} == {name: len(rows) for name, rows in whole.items()}
    assert "was moved" in await refused(None, tmp_path)
    there = await opened(other, tmp_path)
    assert await everything(there) == whole
    assert await there.broadcasts.draft(77, "", EVERYBODY, NOW) == made + 1
    await there.broadcasts.discard(made + 1)
    await there.close()
    set_aside(tmp_path)
    assert await moved(tmp_path, other, HERE) == counted
    assert "was moved" in await refused(other, tmp_path)
    back = await opened(None, tmp_path)
    assert await everything(back) == whole
    assert (tmp_path / "data" / "dauys.sqlite3").stat().st_mode & 0o777 == 0o600
    await back.close()


class Broken(Exception):
    pass


@pytest.mark.parametrize("way", ["there", "back"])
async def test_broken_off_at_every_page_it_goes_on_and_no_bot_runs_meanwhile(
    way: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.transfer.ROWS", 25)
    url, to = (None, other) if way == "there" else (other, HERE)
    storage = await opened(url, tmp_path)
    await filled(storage)
    whole = await everything(storage)
    await storage.close()
    seen: list[int] = []

    def told(what: str, done: int, total: int) -> None:
        if (what, done) not in broken:
            broken.add((what, done))
            seen.append(done)
            raise Broken

    broken: set[tuple[str, int]] = set()
    for _ in range(100):
        try:
            await moved(tmp_path, url, to, told)
        except Broken:
            assert "has not ended: run dauys move again" in await refused(url, tmp_path)
            assert "has not ended: set DAUYS_DATABASE back" in await refused(
                other if way == "there" else None, tmp_path
            )
        else:
            break
    assert len(seen) > 20
    again = await opened(other if way == "there" else None, tmp_path)
    assert await everything(again) == whole
    await again.close()


async def test_the_old_database_serves_again_if_one_stays(other: str, tmp_path: Path) -> None:
    storage = await opened(None, tmp_path)
    await filled(storage)
    await storage.close()
    await moved(tmp_path, None, other)
    await stay(url=None, data=tmp_path / "data", key_file=key_in(tmp_path), bot_id=BOT)
    await (await opened(None, tmp_path)).close()
    with pytest.raises(StorageError, match="nothing was moved away"):
        await stay(url=None, data=tmp_path / "data", key_file=key_in(tmp_path), bot_id=BOT)


async def test_what_came_amiss_is_found_and_a_second_call_mends_it(other: str, tmp_path: Path) -> None:
    storage = await opened(None, tmp_path)
    await filled(storage)
    await storage.close()

    def told(what: str, done: int, total: int) -> None:
        if what == COMPARING:
            raise Broken

    with pytest.raises(Broken):
        await moved(tmp_path, None, other, told)
    target = Postgres(other)
    async with target.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE subscriber SET silent = NOT silent WHERE id = (SELECT max(id) FROM subscriber)"
        )
    await target.close()
    with pytest.raises(StorageError, match="the copy of subscriber differed"):
        await moved(tmp_path, None, other)
    await moved(tmp_path, None, other)


async def test_a_target_that_is_not_free_is_refused_and_the_old_one_serves_on(other: str, tmp_path: Path) -> None:
    await (await opened(other, tmp_path / "stranger")).close()
    await (await opened(None, tmp_path)).close()
    with pytest.raises(Moved, match="another bot's records"):
        await moved(tmp_path, None, other)
    with pytest.raises(Moved, match="names the database that is to be moved"):
        await moved(tmp_path, None, HERE)
    await (await opened(None, tmp_path)).close()


async def test_a_target_out_of_reach_is_named_by_its_option_and_nothing_is_marked(
    other: str, server: Server, tmp_path: Path
) -> None:
    await (await opened(None, tmp_path)).close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    missing = make_url(other).set(database="dauys_nowhere").render_as_string(hide_password=False)
    wrong = make_url(other).set(password="hush").render_as_string(hide_password=False)
    for to, said in ((missing, "--to: the server has no such"), (wrong, "--to: the server refuses this password")):
        with pytest.raises(StorageError) as caught:
            await moved(tmp_path, None, to)
        assert str(caught.value).startswith(said)
        assert "hush" not in str(caught.value)
        assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == before


async def test_no_move_while_another_bot_is_connected(other: str, tmp_path: Path) -> None:
    running = await opened(other, tmp_path)
    with pytest.raises(Locked, match="stop them all first"):
        await moved(tmp_path, other, HERE)
    await running.close()
