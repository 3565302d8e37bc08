"""What an operator can get wrong with a server: one line that says what to do, exit code 1, nothing changed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

from bot import cli
from storage.keys import make_master_key
from storage.open import open_storage
from storage.postgres import Postgres
from storage.transfer import pages, tables
from tests.ports import free_port
from tests.storage.conftest import BOT
from tests.storage.server import Server

TOKEN = f"{BOT}:" + "T" * 35
SECRET = "hush"
VERSION = re.compile(rb"(server_version\x00)(\d+\.\d+)")
ELSEWHERE = "127.0.0.2"
"""An address of this machine that does not count as one."""


@dataclass
class Scene:
    """A database with a reader in it, its key, and a folder of the operator's."""

    server: Server
    url: str
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "key" / "master.key"

    def told(self, statement: str) -> None:
        async def work() -> None:
            database = Postgres(self.url)
            async with database.begin() as connection:
                await connection.exec_driver_sql(statement)
            await database.close()

        asyncio.run(work())

    def digest(self) -> str:
        """Of every row, and of the revision."""

        async def work() -> str:
            database, seen = Postgres(self.url), hashlib.sha256()
            async with database.begin() as connection:
                seen.update(repr((await connection.exec_driver_sql("SELECT * FROM alembic_version")).all()).encode())
                seen.update(repr((await connection.exec_driver_sql("SELECT * FROM meta ORDER BY name")).all()).encode())
                for table in tables():
                    async for page in pages(connection, table):
                        seen.update(repr(page).encode())
            await database.close()
            return seen.hexdigest()

        return asyncio.run(work())


@pytest.fixture
def scene(server: Server, url: str, tmp_path: Path) -> Scene:
    async def made() -> None:
        key = tmp_path / "key" / "master.key"
        storage = await open_storage(url=url, data=tmp_path / "first", key_file=key, bot_id=BOT)
        await storage.subscribers.subscribe(5_550_000_001, "en", frozenset())
        await storage.close()

    asyncio.run(made())
    return Scene(server, url, tmp_path)


Case = Callable[[Scene], tuple[str, Path]]
"""Brings about what is wrong; the address and the key file that the operator then gives."""


def no_address(scene: Scene) -> tuple[str, Path]:
    return f"postgresql+asyncpg://u:{SECRET}@db.example.org", scene.key


def another_driver(scene: Scene) -> tuple[str, Path]:
    return f"postgres://u:{SECRET}@db.example.org/name", scene.key


def nobody_there(scene: Scene) -> tuple[str, Path]:
    return f"postgresql+asyncpg://u:{SECRET}@127.0.0.1:{free_port()}/name", scene.key


def wrong_password(scene: Scene) -> tuple[str, Path]:
    return make_url(scene.url).set(password=SECRET).render_as_string(hide_password=False), scene.key


def no_database(scene: Scene) -> tuple[str, Path]:
    return make_url(scene.url).set(database=f"dauys_{SECRET}").render_as_string(hide_password=False), scene.key


def less_than_full_tls(scene: Scene) -> tuple[str, Path]:
    return f"postgresql+asyncpg://u:{SECRET}@db.example.org/name?sslmode=require", scene.key


def newer_schema(scene: Scene) -> tuple[str, Path]:
    scene.told("UPDATE alembic_version SET version_num = '9999'")
    return scene.url, scene.key


def moving_in(scene: Scene) -> tuple[str, Path]:
    scene.told("INSERT INTO meta (name, value) VALUES ('moving-in', 'x')")
    return scene.url, scene.key


def moving_away(scene: Scene) -> tuple[str, Path]:
    scene.told("INSERT INTO meta (name, value) VALUES ('moved-away', 'begun 00')")
    return scene.url, scene.key


def moved_away(scene: Scene) -> tuple[str, Path]:
    scene.told("INSERT INTO meta (name, value) VALUES ('moved-away', 'done')")
    return scene.url, scene.key


def no_key(scene: Scene) -> tuple[str, Path]:
    return scene.url, scene.folder / "elsewhere.key"


def key_of_another_cluster(scene: Scene) -> tuple[str, Path]:
    make_master_key(scene.folder / "elsewhere.key")
    return scene.url, scene.folder / "elsewhere.key"


def played(speaks: Callable[[socket.socket], None], host: str = "127.0.0.1") -> int:
    """The port of something that calls itself a server, until the process ends."""
    listening = socket.create_server((host, 0))

    def serve() -> None:
        while True:
            caller, _ = listening.accept()
            with caller, contextlib.suppress(OSError):
                speaks(caller)

    threading.Thread(target=serve, daemon=True).start()
    return int(listening.getsockname()[1])


def no_tls(scene: Scene) -> tuple[str, Path]:
    def speaks(caller: socket.socket) -> None:
        caller.recv(8)
        caller.sendall(b"N")  # https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL

    port = played(speaks, ELSEWHERE)
    return f"postgresql+asyncpg://u:{SECRET}@{ELSEWHERE}:{port}/name", scene.key


def older(scene: Scene) -> tuple[str, Path]:
    """The real server, which calls itself older on the wire."""
    made = make_url(scene.url)
    host, port = str(made.query.get("host", made.host or "")), made.port or 5432

    def speaks(caller: socket.socket) -> None:
        caller.recv(8)
        caller.sendall(b"N")
        family = socket.AF_UNIX if host.startswith("/") else socket.AF_INET
        with socket.socket(family) as real:
            real.connect(f"{host}/.s.PGSQL.{port}" if family == socket.AF_UNIX else (host, port))
            threading.Thread(target=passed, args=(caller, real), daemon=True).start()
            passed(real, caller)

    def passed(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                target.sendall(VERSION.sub(lambda found: found[1] + b"14." + b"9" * (len(found[2]) - 3), piece))
            target.shutdown(socket.SHUT_RDWR)

    there = made.set(host="127.0.0.1", port=played(speaks), query={})
    return there.render_as_string(hide_password=False), scene.key


WRONG: dict[Case, str] = {
    no_address: "DAUYS_DATABASE: expected postgresql+asyncpg://USER:PASSWORD@HOST:5432/NAME",
    another_driver: "DAUYS_DATABASE: expected postgresql+asyncpg://USER:PASSWORD@HOST:5432/NAME; leave it unset",
    nobody_there: "DAUYS_DATABASE: the server does not answer; look at its address",
    wrong_password: "DAUYS_DATABASE: the server refuses this password",
    no_database: "DAUYS_DATABASE: the server has no such database; make it",
    no_tls: "DAUYS_DATABASE: no trusted TLS; the server must show a certificate for its name",
    older: "DAUYS_DATABASE: PostgreSQL 14 is too old; 15 or newer is needed",
    less_than_full_tls: "DAUYS_DATABASE: sslmode is always verify-full",
    newer_schema: "the database was written by a later version of Dauys; upgrade",
    moving_in: "a move into this database has not ended: set DAUYS_DATABASE back",
    moving_away: "a move away from this database has not ended: run dauys move again, or dauys move --stay",
    moved_away: "this database was moved: set DAUYS_DATABASE to the new one",
    no_key: "bring the key back",
    key_of_another_cluster: "DAUYS_KEY_FILE: this is not the key that the database was made with",
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda case: case.__name__)
def test_one_line_exit_1_and_nothing_changed(wrong: Case, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    url, key = wrong(scene)
    monkeypatch.chdir(scene.folder)
    given = {"DATABASE": url, "KEY_FILE": str(key), "DATA": str(scene.folder / "data"), "TOKEN": TOKEN}
    for name, value in given.items():
        monkeypatch.setenv(f"DAUYS_{name}", value)
    before, held = scene.digest(), key.exists() and key.read_bytes()
    for command in ("migrate", "status", "backup new.backup"):
        done = CliRunner().invoke(cli.app, command.split())
        assert done.exit_code == 1, command
        lines = done.output.strip().splitlines()
        assert len(lines) == 1, done.output
        assert WRONG[wrong] in lines[0]
        assert SECRET not in lines[0]
    assert scene.digest() == before
    assert (key.exists() and key.read_bytes()) == held
    assert {path.name for path in scene.folder.glob("data/*")} <= {"lock"}
    assert not (scene.folder / "new.backup").exists()


def test_another_clusters_key_beside_a_bot_that_runs(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first cluster notices nothing, and goes on."""
    url, key = key_of_another_cluster(scene)
    given = {"DATABASE": url, "KEY_FILE": str(key), "DATA": str(scene.folder / "second"), "TOKEN": TOKEN}
    for name, value in given.items():
        monkeypatch.setenv(f"DAUYS_{name}", value)

    async def beside() -> None:
        first = await open_storage(url=scene.url, data=scene.folder / "first", key_file=scene.key, bot_id=BOT)
        running = asyncio.create_task(first.replicas.run())
        async with asyncio.timeout(20):
            while not first.replicas.mine():
                await asyncio.sleep(0.05)
        before = await asyncio.to_thread(scene.digest)
        for command in ("run", "migrate", "rotate-key"):
            done = await asyncio.to_thread(CliRunner().invoke, cli.app, [command])
            assert done.exit_code == 1, command
            assert done.output.strip().startswith(WRONG[key_of_another_cluster]), done.output
            assert len(done.output.strip().splitlines()) == 1
        assert await asyncio.to_thread(scene.digest) == before
        assert [one.here for one in await first.replicas.look()] == [True]
        assert await first.subscribers.get(5_550_000_001) is not None
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await first.close()

    asyncio.run(beside())
