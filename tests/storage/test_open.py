"""Opening: keys, schema, locks; every refusal is one line and touches nothing."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from storage import schema
from storage.errors import Damaged, Locked, MissingKey, NewerSchema, ReadOnly, StorageError, WrongKey
from storage.keys import Keys, make_master_key, read_master_key
from storage.lock import hold
from storage.open import inspect as look
from storage.open import open_storage
from storage.tables import metadata
from tests.storage.conftest import BOT

NAME = "dauys.sqlite3"


async def make(folder: Path) -> None:
    opened = await open_storage(url=None, data=folder, key_file=folder / "master.key", bot_id=BOT)
    await opened.subscribers.subscribe(5550001234, "en", frozenset())
    await opened.close()


def prints(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


async def refused(folder: Path, kind: type[StorageError]) -> str:
    with pytest.raises(kind) as caught:
        await open_storage(url=None, data=folder, key_file=folder / "master.key", bot_id=BOT)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_migrations_make_the_tables() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        schema.migrate(connection)
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_up_down_and_up_again() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        schema.migrate(connection)
        schema.downgrade(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        schema.migrate(connection)
        assert len(inspect(connection).get_table_names()) == len(metadata.tables) + 1
    engine.dispose()


async def test_a_first_start_makes_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    await make(tmp_path)
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    assert len(read_master_key(tmp_path / "master.key")) == 32
    assert "schema current" in await look(url=None, data=tmp_path, key_file=tmp_path / "master.key")


async def test_the_database_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    opened = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "master.key", bot_id=BOT)
    await opened.subscribers.subscribe(5550001234, "en", frozenset())
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{NAME}*")}
    await opened.close()
    assert modes == dict.fromkeys((NAME, f"{NAME}-wal", f"{NAME}-shm"), 0o600)


async def test_the_pragmas_that_keep_promises_are_on(tmp_path: Path) -> None:
    from storage.database import Database, sqlite_url

    database = Database(sqlite_url(tmp_path))
    async with database.begin() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    await database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


async def test_a_missing_or_wrong_key_touches_nothing(tmp_path: Path) -> None:
    await make(tmp_path)
    key = (tmp_path / "master.key").read_bytes()
    (tmp_path / "master.key").unlink()
    before = prints(tmp_path)
    assert "bring the key back" in await refused(tmp_path, MissingKey)
    assert prints(tmp_path) == before
    make_master_key(tmp_path / "master.key")
    before = prints(tmp_path)
    assert "not the key" in await refused(tmp_path, WrongKey)
    assert prints(tmp_path) == before
    (tmp_path / "master.key").write_bytes(b"junk")
    assert "holds no master key" in await refused(tmp_path, WrongKey)
    (tmp_path / "master.key").write_bytes(key)
    await make(tmp_path)


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    await make(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "later version" in await refused(tmp_path, NewerSchema)


async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    await make(tmp_path)
    (tmp_path / NAME).write_bytes(b"not a database, but somebody's file" * 99)
    for extra in ("-wal", "-shm"):
        (tmp_path / (NAME + extra)).unlink(missing_ok=True)
    before = prints(tmp_path)
    assert "restore a backup" in await refused(tmp_path, Damaged)
    assert prints(tmp_path) == before


async def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "data"
    with pytest.raises(ReadOnly, match="choose a writable folder"):
        await open_storage(url=None, data=folder, key_file=folder / "k", bot_id=BOT)
    with pytest.raises(ReadOnly, match="choose a writable folder"), hold(folder):
        raise AssertionError("the lock was given")


def test_a_second_bot_on_the_folder_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    script = "import sys, pathlib; from storage.lock import hold\nwith hold(pathlib.Path(sys.argv[1])): pass"
    command = [sys.executable, "-c", script, str(tmp_path)]
    with hold(tmp_path):
        other = subprocess.run(command, capture_output=True, text=True, check=False)
        assert other.returncode == 1
        assert "another bot works in" in other.stderr
        with pytest.raises(Locked), hold(tmp_path):
            raise AssertionError("held twice")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make_master_key(tmp_path / "k")
    with pytest.raises(ReadOnly):
        make_master_key(tmp_path / "k")


def test_sealing_binds_field_bot_and_database() -> None:
    master = os.urandom(32)
    keys = Keys(master, "one", 1, BOT)
    sealed = keys.seal("sub.cid", -1001234567890)
    assert len(sealed) == 24
    assert keys.open("sub.cid", sealed) == -1001234567890
    assert keys.seal("sub.cid", -1001234567890) == sealed
    others = [Keys(master, "two", 1, BOT), Keys(master, "one", 1, BOT + 1), Keys(master, "one", 2, BOT)]
    for stranger in others:
        with pytest.raises(WrongKey):
            stranger.open("sub.cid", sealed)
    with pytest.raises(WrongKey):
        keys.open("bc.author", sealed)
