"""PostgreSQL under the same repositories: what differs from SQLite, and nothing else.

One transaction at a time, as on SQLite: each begins with an advisory lock of the database, so that no two replicas
read what the other is about to change. READ COMMITTED is meant: a snapshot taken with the first statement would be
older than the lock that it waits for. Thus there are no deadlocks and no serialization failures, which could not be
repeated anyway: the work stands in the caller's `async with`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped] # it ships none
from sqlalchemy import Table, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import schema
from storage.address import parsed, reached
from storage.database import Database
from storage.errors import DiskFull, Locked, ReadOnly, StorageError, UnderWay, Unreachable
from storage.inline import Work
from storage.replicas.claims import EXCHANGED, recorded
from storage.replicas.cluster import ANNOUNCE, Cluster
from storage.tables import metadata
from storage.transfer import pages, tables

T = TypeVar("T")
OLDEST = 15
NAME = "dauys"
TURN = 0x44617579
"""Key of the advisory lock that a transaction holds; any number will do, but all must use the same."""
SOLE = 0x4463
"""First key of the advisory lock of whoever exchanges the master key; the second is 0."""
EXCHANGES = "exchanges"
_TURNED = text(f"SELECT CASE WHEN pg_advisory_xact_lock(:turn)::text IS NOT NULL THEN {EXCHANGED} END")
_SOON = text("SELECT set_config('synchronous_commit', 'off', true)")
_EXCHANGED = text("SELECT nextval(pg_get_serial_sequence('keyring', 'kid'))")
SESSION = {
    "application_name": NAME,
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
    "lock_timeout": "30s",
    "jit": "off",
    "log_parameter_max_length_on_error": "0",
}
"""https://www.postgresql.org/docs/current/runtime-config-client.html: a replica that hangs holds up nobody for long."""
QUIET = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_duration": "off",
}
"""Logging of our statements, off where the server lets this user say so (superusers, or GRANT SET ON PARAMETER)."""
OURS = ", ".join(f'"{name}"' for name in metadata.tables)
_ANNOUNCED = text(ANNOUNCE.replace("$1", "CAST(:kind AS text)").replace("$2", "CAST(:by AS text)"))
_QUIETED = "SELECT set_config($1, $2, false) WHERE has_parameter_privilege($1, 'SET')"

_BY_INDEX = text(
    "SELECT "
    + ", ".join(
        f"set_config('enable_{way}', 'off', true)" for way in ("seqscan", "hashjoin", "mergejoin", "bitmapscan")
    )
)
_CONNECTED = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE :name AND pid <> pg_backend_pid()"""


class Postgres(Database):
    """As `Database`; one connection of this process, made anew when the server was away."""

    others: Cluster

    def __init__(self, url: str) -> None:
        self._address, arguments = reached(parsed(url))
        self._options: dict[str, Any] = {
            "hide_parameters": True,
            "pool_size": 1,
            "max_overflow": 0,
            "connect_args": {"server_settings": SESSION, **arguments},
        }
        self.engine: AsyncEngine = create_async_engine(self._address, isolation_level="READ COMMITTED", **self._options)
        self.others = Cluster(self.apart, explain)
        event.listen(self.engine.sync_engine, "connect", _prepare)
        event.listen(self.engine.sync_engine, "begin", _begin)
        self._turn = asyncio.Lock()
        self._connected = 0
        """Transactions begun since the connection was last found dead."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn:
            with translated():
                connection = await self._started()
                try:
                    await self._key_taken_over(connection)
                    yield connection
                    await recorded(connection)
                    await connection.commit()
                finally:
                    await asyncio.shield(connection.close())

    async def _started(self) -> AsyncConnection:
        """A transaction that has its turn. A connection that died since the last one is made anew, once."""
        while True:
            fresh = self._connected == 0
            connection = await self.engine.connect()
            try:
                await connection.begin()
            except BaseException as error:
                gone = isinstance(error, DBAPIError) and error.connection_invalidated
                await asyncio.shield(connection.close())
                if fresh or not gone:
                    raise
                self._connected = 0
            else:
                self._connected += 1
                return connection

    async def _key_taken_over(self, connection: AsyncConnection) -> None:
        """StorageError: this replica cannot open what is sealed now, and leaves everything to others."""
        now = connection.info[EXCHANGES]
        if now == self.others.exchanges:
            return
        if self.keyed is not None:
            self.others.fit = False
            await self.keyed(connection)
        self.others.fit, self.others.exchanges = True, now

    async def soon(self, connection: AsyncConnection) -> None:
        await connection.execute(_SOON)

    async def exchanged(self, connection: AsyncConnection) -> None:
        await connection.execute(_EXCHANGED)

    @asynccontextmanager
    async def sole(self) -> AsyncIterator[None]:
        connection = await self.apart()
        try:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1, 0)", SOLE):
                raise UnderWay("a key rotation is under way already, on another replica; wait for it")
            yield
        finally:
            await connection.close()

    async def apart(self) -> Any:
        """A connection of the driver's own, in nobody's pool; its holder closes it. StorageError."""
        _, named = self.engine.dialect.create_connect_args(self._address)
        named.pop("prepared_statement_cache_size", None)
        with translated():
            connection = await asyncpg.connect(**named, **self._options["connect_args"])
        try:
            await _greet(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def announce(self, connection: AsyncConnection, kind: str) -> None:
        await connection.execute(_ANNOUNCED, {"kind": kind, "by": self.others.name})

    async def run(self, work: Work[T]) -> T:
        """Such work reads few rows in the order of a key. The server is told so: right after a million rows came it
        would still count on none, and read them all for each page."""
        async with self.begin() as connection:
            await connection.execute(_BY_INDEX)
            return await work(connection)

    async def forget(self) -> None:
        """The server keeps its log for itself: when it is cut is its own affair (docs/privacy.md says so)."""

    async def image(self) -> bytes:
        """As a SQLite file, so that a backup fits either database: of one moment, while others write."""
        copy = Database("sqlite+aiosqlite://")
        try:
            async with copy.begin() as into, self._snapshot() as source:
                await into.run_sync(schema.migrate)
                for table in tables():
                    async for page in pages(source, table):
                        await copy.pour(into, table, page)
            return await copy.image()
        finally:
            await copy.close()

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[AsyncConnection]:
        """What is committed at this moment, over a connection of its own that holds up nobody."""
        engine = create_async_engine(self._address, isolation_level="REPEATABLE READ", **self._options)
        event.listen(engine.sync_engine, "connect", _prepare)
        try:
            with translated():
                async with engine.connect() as connection:
                    await connection.execute(text("SET TRANSACTION READ ONLY"))
                    yield connection
        finally:
            await engine.dispose()

    async def pour(self, connection: AsyncConnection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        raw: Any = await connection.get_raw_connection()
        with translated():
            await raw.driver_connection.copy_records_to_table(
                table.name, records=rows, columns=[column.name for column in table.columns]
            )

    async def poured(self, connection: AsyncConnection) -> None:
        for table in tables():
            number = table.autoincrement_column
            if number is not None:
                sequence = func.pg_get_serial_sequence(table.name, number.name)
                await connection.execute(select(func.setval(sequence, func.max(number))))
        await connection.execute(text(f"ANALYZE {OURS}"))

    async def connected(self) -> int:
        async with self.begin() as connection:
            return int(await connection.scalar(text(_CONNECTED), {"name": f"{NAME}%"}) or 0)

    async def vacuum(self) -> None:
        """Every table of ours written anew, without what its free space still holds."""
        async with self._turn:
            with translated():
                async with self.engine.connect() as connection:
                    raw: Any = await connection.get_raw_connection()
                    await raw.driver_connection.execute(f"VACUUM (FULL) {OURS}")
                    await raw.driver_connection.execute(f"VACUUM (ANALYZE) {OURS}")  # or no index answers alone


def _prepare(connection: Any, _: object) -> None:
    connection.run_async(_greet)


async def _greet(connection: Any) -> None:
    found = connection.get_server_version().major
    if found < OLDEST:
        raise StorageError(f"DAUYS_DATABASE: PostgreSQL {found} is too old; {OLDEST} or newer is needed")
    for name, value in QUIET.items():
        await connection.fetch(_QUIETED, name, value)


def _begin(connection: Any) -> None:
    """Its turn, and how often the key was exchanged until then: read after the lock was got, whatever the snapshot."""
    connection.info[EXCHANGES] = connection.scalar(_TURNED, {"turn": TURN})


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
            "DAUYS_DATABASE: no trusted TLS; the server must show a certificate for its name (?sslrootcert=FILE names "
            "a private authority)"
        )
    for start, kind, told in _TOLD:
        if code and code.startswith(start):
            return kind(told)
    if isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError):
        return Unreachable("DAUYS_DATABASE: the server does not answer; look at its address and whether it runs")
    return StorageError(f"the database failed: {type(error).__name__} {code}".rstrip())


_TOLD: tuple[tuple[str, type[StorageError], str], ...] = (
    ("23", StorageError, "the database failed: IntegrityError"),
    (
        "28000",
        Unreachable,
        "DAUYS_DATABASE: the server lets this user not in from here; look at the name, and at its pg_hba.conf",
    ),
    ("28", Unreachable, "DAUYS_DATABASE: the server refuses this password; look at it"),
    ("3D000", Unreachable, "DAUYS_DATABASE: the server has no such database; make it: createdb NAME"),
    ("53300", Unreachable, "DAUYS_DATABASE: the server has no connection left; raise its max_connections"),
    ("42501", ReadOnly, "DAUYS_DATABASE: this user may not do that; make it the owner of the database"),
    ("25006", ReadOnly, "DAUYS_DATABASE: this server is a read-only copy; name the one that writes"),
    ("531", DiskFull, "the database server's disk is full; free some space there (a bot that runs goes on by itself)"),
    ("55P03", Locked, "another replica has held the database for half a minute; look at its log"),
    ("57", Unreachable, "the database server is stopping or starting; a bot that runs goes on by itself"),
    ("08", Unreachable, "the connection to the database was lost; a bot that runs goes on by itself"),
)
