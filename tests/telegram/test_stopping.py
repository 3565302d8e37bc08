"""The real process: what it tells its supervisor, and in which order it ends at SIGTERM and at Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.control import NAME
from bot.sandbox.server import Sandbox
from storage.lock import hold
from tests.ports import free_port
from tests.telegram.house import TOKEN, until

ROOT = Path(__file__).resolve().parents[2]
START = 60.0
"""Seconds until the process has started, on a machine that is busy."""


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(TOKEN)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


def begun(folder: Path, telegram: Sandbox, **more: str) -> subprocess.Popen[bytes]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    settings = {"TOKEN": TOKEN, "DATA": str(folder / "data"), "API_URL": telegram.bot_api, "APPROVALS": "1"}
    settings["LISTEN"] = f"127.0.0.1:{free_port()}"
    environment |= {f"DAUYS_{name}": value for name, value in settings.items()} | more
    command = [sys.executable, "-m", "bot", "run"]
    with (folder / "log").open("w") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stderr=log)


async def heard(supervisor: socket.socket, word: str) -> None:
    async with asyncio.timeout(START):
        while (await asyncio.to_thread(supervisor.recv, 64)).decode() != word:
            pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_a_stop_in_order(tmp_path: Path, telegram: Sandbox, number: signal.Signals) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(START)
        process = begun(tmp_path, telegram, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="4000000")
        try:
            await heard(supervisor, "READY=1")
            await heard(supervisor, "WATCHDOG=1")
            reader = next(iter(telegram.world.people))
            telegram.world.say(reader, "/start")
            process.send_signal(number)
            await heard(supervisor, "STOPPING=1")
            assert await asyncio.to_thread(process.wait, START) == 0
        finally:
            process.kill()
    said = (tmp_path / "log").read_text()
    assert said.count("stopping: answers still awaited are waited for") == 1
    assert "Traceback" not in said
    assert not (tmp_path / "data" / NAME).exists()
    with hold(tmp_path / "data"):
        assert not (tmp_path / "data" / "dauys.sqlite3-wal").exists(), "the database was closed"
    answered = [message for message in telegram.world.messages(reader) if message["from"]["is_bot"]]
    assert len(answered) == 1 or telegram.world.updates, "taken and answered, or left for the next start"


async def test_a_part_that_dies_ends_the_process_with_one_line(tmp_path: Path, telegram: Sandbox) -> None:
    """The engine's own loop raises what it must not: the process ends, exit 1, so that it is started again."""
    broken = "import bot.handlers.panels as p\nasync def run(self): raise KeyError('5550000101')\np.Panels.run = run\n"
    (tmp_path / "sitecustomize.py").write_text(broken)
    process = begun(tmp_path, telegram, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    try:
        assert await asyncio.to_thread(process.wait, START) == 1
    finally:
        process.kill()
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines[-1] == "run failed (KeyError): the bot ends, to be started again; see its log"
    assert [line for line in lines if "Traceback" in line or "5550000101" in line] == []
    assert [line for line in lines if "a part of the bot failed" in line and "sitecustomize.py" in line] != []
    await until(lambda: not (tmp_path / "data" / NAME).exists())
