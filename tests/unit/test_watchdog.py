"""A loop that stands still ends the process with one line; one that was only stopped goes on. In processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.health.meters import Spread
from bot.health.systemd import interval, notify
from bot.health.watchdog import Watchdog
from bot.vigil import Ended, lasting

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import asyncio, sys, time
from bot.health.meters import Spread
from bot.health.watchdog import Watchdog

async def main():
    dog = Watchdog(lambda: True, Spread([1.0], step=1), every=0.05, rounds={rounds})
    dog.watch()
    beating = asyncio.ensure_future(dog.beat())
    await asyncio.sleep(0.2)
    print("beats", flush=True)
    {then}

def stands_still():
    time.sleep(60)

asyncio.run(main())
"""


@contextmanager
def process(then: str, rounds: int = 10) -> Iterator[subprocess.Popen[str]]:
    script = SCRIPT.format(then=then, rounds=rounds)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            assert started.stdout is not None
            assert started.stdout.readline() == "beats\n"
            yield started
        finally:
            started.kill()


def said(started: subprocess.Popen[str]) -> str:
    assert started.stderr is not None
    return started.stderr.read()


def test_a_loop_that_stands_still_ends_the_process_with_one_line() -> None:
    with process("stands_still()") as started:
        assert started.wait(20) == 1
        text = said(started)
    assert len(text.splitlines()) == 1
    assert "the event loop stands still" in text
    assert "in stands_still" in text


def test_a_process_that_was_stopped_goes_on() -> None:
    with process("await asyncio.sleep(2.5); print('on', flush=True)") as started:
        started.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        started.send_signal(signal.SIGCONT)
        assert started.wait(20) == 0
        assert started.stdout is not None
        assert "on" in started.stdout.read()
        assert said(started) == ""


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        end.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield end


async def test_signs_of_life_are_given_while_all_is_well(
    supervisor: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    well = True
    delays = Spread([5.0], step=1)
    beating = asyncio.ensure_future(Watchdog(lambda: well, delays, every=0.01).beat())
    for _ in range(3):
        assert await asyncio.to_thread(supervisor.recv, 64) == b"WATCHDOG=1"
    well = False
    counted = sum(delays.counts)
    while sum(delays.counts) < counted + 10:
        await asyncio.sleep(0.01)
    supervisor.setblocking(False)
    left = 0
    while True:
        try:
            supervisor.recv(64)
        except BlockingIOError:
            break
        left += 1
    assert left <= 2, "only what was on its way"
    beating.cancel()


@pytest.mark.parametrize(
    ("given", "process", "expected"),
    [
        ("", "", None),
        ("0", "", None),
        ("nonsense", "", None),
        ("30000000", "", 15.0),
        ("30000000", "mine", 15.0),
        ("30000000", "1", None),
    ],
)
def test_how_often_the_supervisor_wants_a_sign(
    monkeypatch: pytest.MonkeyPatch, given: str, process: str, expected: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", given)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if process == "mine" else process)
    assert interval() == expected


@pytest.mark.parametrize("address", ["", "relative", "/no/such/socket", "@no-such-name"])
def test_without_a_supervisor_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("READY=1")


def test_a_supervisor_in_the_abstract_namespace_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    if not sys.platform.startswith("linux"):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(f"\0dauys-test-{os.getpid()}")
        end.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@dauys-test-{os.getpid()}")
        notify("READY=1")
        assert end.recv(64) == b"READY=1"


async def test_a_part_that_ends_or_fails_ends_the_bot_with_one_line() -> None:
    stop = asyncio.Event()

    async def ends() -> None:
        return

    async def fails() -> None:
        raise KeyError("5550000101 is a secret")

    with pytest.raises(Ended, match=r"ends ended by itself: the bot ends, to be started again$"):
        await lasting(ends, stop)
    with pytest.raises(Ended, match=r"fails failed \(KeyError\): the bot ends") as caught:
        await lasting(fails, stop)
    assert "5550000101" not in str(caught.value)
    assert caught.value.__suppress_context__
    stop.set()
    await lasting(ends, stop)
