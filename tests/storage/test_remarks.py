"""`doctor` on a server: what it logs of us, what it would lose, and who its user is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.errors import MissingKey
from storage.open import inspect, open_storage
from storage.remarks import remarks
from tests.storage.conftest import BOT
from tests.storage.server import Server


@pytest.fixture
def guarded(server: Server, url: str) -> str:
    """The address of a user who owns the database and is nobody else."""
    return server.guarded(url, "right")


@pytest.fixture
def url(server: Server) -> object:
    with server.fresh("template0") as address:
        yield address


async def test_a_superuser_and_a_server_that_forgets_are_told_of(url: str, server: Server) -> None:
    server.tell(f"ALTER DATABASE {make_url(url).database} SET synchronous_commit = off")
    told = await remarks(url)
    assert any("superuser" in line for line in told)
    assert any("synchronous_commit off: a crash" in line for line in told)


async def test_a_server_that_logs_statements_is_told_of_until_it_is_switched_off(guarded: str, server: Server) -> None:
    name = make_url(guarded).database
    server.tell(f"ALTER DATABASE {name} SET log_statement = 'all'")
    told = [line for line in await remarks(guarded) if "into its log" in line]
    assert "SET log_statement = 'none'" in told[0]
    assert "right" not in told[0]
    server.tell("ALTER ROLE dauys_guarded SET log_statement = 'none'")
    assert [line for line in await remarks(guarded) if "log_statement" in line] == []


async def test_what_doctor_says_of_the_database(url: str, tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    assert "no table yet" in await inspect(url=url, data=tmp_path, key_file=key)
    assert not list(tmp_path.iterdir())
    await (await open_storage(url=url, data=tmp_path, key_file=key, bot_id=BOT)).close()
    assert await inspect(url=url, data=tmp_path, key_file=key) == "opens with its key, schema current"
    key.unlink()
    with pytest.raises(MissingKey):
        await inspect(url=url, data=tmp_path, key_file=key)
