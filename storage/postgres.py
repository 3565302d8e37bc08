"""PostgreSQL under the same repositories: what differs from SQLite, and nothing else.

One transaction at a time, as on SQLite: each begins with an advisory lock of the database, so that no two replicas
read what the other is about to change. READ COMMITTED is meant: a snapshot taken with the first statement would be
older than the lock that it waits for. Thus there are no deadlocks and no serialization failures, which could not be
repeated anyway: the work stands in the caller's `async with`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped] # it ships none
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.database import Database
from storage.errors import DiskFull, Locked, ReadOnly, StorageError, Unreachable
from storage.inline import Work
from storage.tables import metadata

T = TypeVar("T")
DRIVER = "postgresql+asyncpg"
OLDEST = 15
LOCAL = ("", "localhost", "127.0.0.1", "::1")
TURN = 0x44617579
"""Key of the advisory lock that a transaction holds; any number will do, but all must use the same."""
SESSION = {
    "application_name": "dauys",
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "30s",
    "log_parameter_max_length_on_error": "0",
}
"""https://www.postgresql.org/docs/current/runtime-config-client.html: a replica that hangs holds up nobody for long."""
QUIET = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_duration": "off",
}
"""Logging of our statements, off where the server lets this user say so (superusers, or GRANT SET ON PARAMETER)."""
_QUIETED = "SELECT set_config($1, $2, false) WHERE has_parameter_privilege($1, 'SET')"
WRONG = "DAUYS_DATABASE: expected postgresql+asyncpg://USER:PASSWORD@HOST:5432/NAME"


class Postgres(Database):
    """As `Database`; one connection of this process, made anew when the server was away."""

    def __init__(self, url: str) -> None:
        self.engine: AsyncEngine = _engine(_checked(url))
        event.listen(self.engine.sync_engine, "connect", _prepare)
        event.listen(self.engine.sync_engine, "begin", _begin)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn:
            with translated():
                async with self.engine.begin() as connection:
                    yield connection

    async def run(self, work: Work[T]) -> T:
        async with self.begin() as connection:
            return await work(connection)

    async def forget(self) -> None:
        """The server keeps its log for itself: when it is cut is its own affair (docs/privacy.md says so)."""

    async def image(self) -> bytes:
        raise StorageError("a PostgreSQL database is copied with its own means: pg_dump, and the key beside it")

    async def vacuum(self) -> None:
        """Every table of ours written anew, without what its free space still holds."""
        tables = ", ".join(f'"{name}"' for name in metadata.tables)
        async with self._turn:
            with translated():
                async with self.engine.connect() as connection:
                    raw: Any = await connection.get_raw_connection()
                    await raw.driver_connection.execute(f"VACUUM (FULL) {tables}")


def _checked(url: str) -> URL:
    try:
        made = make_url(url)
    except ArgumentError:
        raise StorageError(WRONG) from None
    if made.drivername != DRIVER or not made.database:
        raise StorageError(WRONG)
    return made


def _engine(url: URL) -> AsyncEngine:
    """No more than one connection: there is one transaction at a time anyway. Without TLS only on this machine."""
    arguments: dict[str, Any] = {"server_settings": SESSION, "timeout": 10}
    host = str(url.query.get("host", url.host or ""))
    if host not in LOCAL and not host.startswith("/"):
        arguments["ssl"] = ssl.create_default_context()
        url = url.difference_update_query(["ssl", "sslmode"])
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args=arguments,
        isolation_level="READ COMMITTED",
    )


def _prepare(connection: Any, _: object) -> None:
    connection.run_async(_greet)


async def _greet(connection: Any) -> None:
    found = connection.get_server_version().major
    if found < OLDEST:
        raise StorageError(f"DAUYS_DATABASE: PostgreSQL {found} is too old; {OLDEST} or newer is needed")
    for name, value in QUIET.items():
        await connection.fetch(_QUIETED, name, value)


def _begin(connection: Any) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise explain(error.orig or error) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise explain(error) from None


def explain(error: BaseException) -> StorageError:
    """https://www.postgresql.org/docs/current/errcodes-appendix.html; one line, without address or parameters."""
    code = str(getattr(error, "sqlstate", "") or getattr(error, "pgcode", "") or "")
    if isinstance(error, ssl.SSLError) or "rejected SSL" in str(error):
        return Unreachable(
            "DAUYS_DATABASE: no trusted TLS; the server must show a certificate for its name (SSL_CERT_FILE names a "
            "private authority's)"
        )
    for start, kind, told in _TOLD:
        if code and code.startswith(start):
            return kind(told)
    if isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError):
        return Unreachable("DAUYS_DATABASE: the server does not answer; look at its address and whether it runs")
    return StorageError(f"the database failed: {type(error).__name__} {code}".rstrip())


_TOLD: tuple[tuple[str, type[StorageError], str], ...] = (
    ("23", StorageError, "the database failed: IntegrityError"),
    ("28", Unreachable, "DAUYS_DATABASE: the server refuses this user or password; look at both"),
    ("3D000", Unreachable, "DAUYS_DATABASE: the server has no such database; make it: createdb NAME"),
    ("42501", ReadOnly, "DAUYS_DATABASE: this user may not do that; make it the owner of the database"),
    ("25006", ReadOnly, "DAUYS_DATABASE: this server is a read-only copy; name the one that writes"),
    ("531", DiskFull, "the database server's disk is full; free some space there (a bot that runs goes on by itself)"),
    ("55P03", Locked, "another replica has held the database for half a minute; look at its log"),
    ("57", Unreachable, "the database server is stopping or starting; a bot that runs goes on by itself"),
    ("08", Unreachable, "the connection to the database was lost; a bot that runs goes on by itself"),
)
