"""What a disk and a network can do, done inside the bot's own process: laid into it by `subject`.

For what only a machine's administrator could do to the real disk or to the names of the network. Where `flag` is a
file, the ill lasts while it exists.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import uvloop
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.inline import Work

ROOMY = 1 << 30
"""Pages; more than any database has."""


def slow_commits(flag: Path, seconds: float) -> None:
    """Each commit keeps the database's thread so long, as a disk does that takes long to confirm."""
    commit: Any = aiosqlite.Connection.commit

    async def slow(connection: Any) -> None:
        if flag.exists():
            await connection._execute(time.sleep, seconds)
        await commit(connection)

    def inline(_: object) -> None:
        if flag.exists() and threading.current_thread() is not threading.main_thread():
            time.sleep(seconds)

    setattr(aiosqlite.Connection, "commit", slow)  # noqa: B010 - mypy forbids the assignment
    event.listen(SqlEngine, "commit", inline)


def refusing(flag: Path, bad: str, good: str) -> None:
    """While `flag` exists the database's connection is under one pragma, and then under the other."""
    begin, run = Database.begin, Database.run
    now = False

    async def turned(database: Database) -> None:
        nonlocal now
        if flag.exists() != now:
            now = not now
            async with database._turn, database.engine.connect() as connection:
                raw: Any = await connection.get_raw_connection()
                await raw.driver_connection.execute(f"PRAGMA {bad if now else good}")

    @contextlib.asynccontextmanager
    async def begun(database: Database) -> AsyncIterator[AsyncConnection]:
        await turned(database)
        async with begin(database) as connection:
            yield connection

    async def ran(database: Database, work: Work[Any]) -> Any:
        await turned(database)
        return await run(database, work)

    setattr(Database, "begin", begun)  # noqa: B010 - mypy forbids the assignment
    setattr(Database, "run", ran)  # noqa: B010 - likewise


def read_only(flag: Path) -> None:
    """SQLite answers as on a disk that has become read-only."""
    refusing(flag, "query_only=1", "query_only=0")


def full(flag: Path) -> None:
    """SQLite answers as on a full disk, as soon as the file would have to grow."""
    refusing(flag, "max_page_count=1", f"max_page_count={ROOMY}")


def nameless(flag: Path) -> None:
    """No name is known to the network."""
    look_up = uvloop.Loop.getaddrinfo

    async def looked_up(loop: Any, *given: Any, **named: Any) -> Any:
        if flag.exists():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return await look_up(loop, *given, **named)

    setattr(uvloop.Loop, "getaddrinfo", looked_up)  # noqa: B010 - mypy forbids the assignment
