"""What only a server knows: every refusal is one line with nothing changed; a replica comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, bindparam, inspect, make_url, select, text, update

from storage import schema
from storage.batch import Batch
from storage.database import upsert
from storage.errors import MissingKey, NewerSchema, StorageError, Unreachable, WrongKey
from storage.keys import make_master_key
from storage.open import Storage, open_storage
from storage.postgres import Postgres
from storage.tables import meta, metadata
from tests.ports import free_port
from tests.storage.conftest import BOT
from tests.storage.server import Server

ADD = Batch(update(meta).where(meta.c.name == bindparam("who")).values(value=bindparam("what")), "who", "what")


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """A database without a table."""
    with server.fresh("template0") as address:
        yield address


async def opened(url: str, folder: Path) -> Storage:
    return await open_storage(url=url, data=folder, key_file=folder / "master.key", bot_id=BOT)


async def refused(url: str, folder: Path, kind: type[StorageError]) -> str:
    with pytest.raises(kind) as caught:
        await opened(url, folder)
    assert "\n" not in str(caught.value)
    assert "hush" not in str(caught.value)
    return str(caught.value)


async def value(database: Postgres) -> str:
    async with database.begin() as connection:
        return str(await connection.scalar(select(meta.c.value).where(meta.c.name == "a")))


async def test_the_migrations_make_the_tables_and_take_them_away(url: str) -> None:
    def work(connection: Connection) -> None:
        schema.migrate(connection)
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
        [(what, index)] = compare_metadata(MigrationContext.configure(connection), metadata)
        assert (what, index.name) == ("remove_index", "ix_subscriber_audience"), "of this engine alone"
        schema.downgrade(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        schema.migrate(connection)

    database = Postgres(url)
    async with database.begin() as connection:
        await connection.run_sync(work)
    await database.close()


async def test_two_replicas_lose_no_increment(url: str) -> None:
    first, second = Postgres(url), Postgres(url)
    async with first.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(upsert(meta).values(name="a", value="0"))

    async def add(database: Postgres) -> None:
        async with database.begin() as connection:
            row = await connection.scalar(select(meta.c.value).where(meta.c.name == "a"))
            await asyncio.sleep(0)
            await ADD.execute(connection, [("a", str(int(str(row)) + 1))])

    await asyncio.gather(*[add(database) for _ in range(50) for database in (first, second)])
    assert await value(first) == "100"
    await first.close()
    await second.close()


async def cut(storage: Storage, server: Server) -> None:
    """The server ends the connection in the middle of a transaction."""
    async with storage._database.begin() as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        server.tell(f"SELECT pg_terminate_backend({pid})")
        await connection.execute(text("SELECT 1"))


async def test_a_connection_that_was_cut_is_made_anew(url: str, server: Server, tmp_path: Path) -> None:
    storage = await opened(url, tmp_path)
    for _ in range(3):
        with pytest.raises(Unreachable, match="goes on by itself"):
            await cut(storage, server)
        assert await storage.subscribers.get(5550001234) is None
    await storage.close()


async def test_our_statements_are_not_logged_by_a_server_that_lets_us_say_so(url: str) -> None:
    database = Postgres(url)
    async with database.begin() as connection:
        shown = [await connection.scalar(text(f"SHOW {name}")) for name in ("log_statement", "application_name")]
    assert shown == ["none", "dauys"]
    await database.close()


@pytest.mark.parametrize("wrong", ["postgresql+asyncpg", "postgresql+asyncpg://host", "postgresql://u:hush@h/db"])
async def test_an_address_that_is_none(wrong: str, tmp_path: Path) -> None:
    assert "expected postgresql+asyncpg://USER" in await refused(wrong, tmp_path, StorageError)
    assert not list(tmp_path.iterdir())


async def test_no_server_no_database_no_user(url: str, tmp_path: Path) -> None:
    nobody = f"postgresql+asyncpg://u:hush@127.0.0.1:{free_port()}/db"
    assert "does not answer" in await refused(nobody, tmp_path, Unreachable)
    other = make_url(url).set(database="dauys_hush").render_as_string(hide_password=False)
    assert "no such database" in await refused(other, tmp_path, Unreachable)
    stranger = make_url(url).set(username="hush").render_as_string(hide_password=False)
    told = await refused(stranger, tmp_path, Unreachable)
    assert "lets this user not in" in told or "refuses this password" in told  # as its pg_hba.conf has it
    assert not list(tmp_path.iterdir())


async def test_a_wrong_password(url: str, server: Server, tmp_path: Path) -> None:
    guarded = make_url(url)
    wrong = guarded.set(password="hush").render_as_string(hide_password=False)
    assert "refuses this password" in await refused(wrong, tmp_path, Unreachable)
    assert not list(tmp_path.iterdir())
    await (await opened(guarded.render_as_string(hide_password=False), tmp_path)).close()


async def test_an_older_server_is_refused(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.postgres.OLDEST", 99)
    assert "99 or newer is needed" in await refused(url, tmp_path, StorageError)
    assert not list(tmp_path.iterdir())


async def test_no_key_and_another_key_change_nothing(url: str, tmp_path: Path) -> None:
    await (await opened(url, tmp_path / "first")).close()
    await refused(url, tmp_path / "second", MissingKey)
    assert not list((tmp_path / "second").iterdir())
    make_master_key(tmp_path / "third" / "master.key")
    await refused(url, tmp_path / "third", WrongKey)
    await (await opened(url, tmp_path / "first")).close()


async def test_a_later_schema_is_refused(url: str, tmp_path: Path) -> None:
    storage = await opened(url, tmp_path)
    async with storage._database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await storage.close()
    await refused(url, tmp_path, NewerSchema)
