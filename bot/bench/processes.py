"""Processes under measurement: started, asked, measured from outside by /proc, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
LINES = 1 << 26
"""Bytes of the longest line that a child may answer."""
Json = dict[str, Any]


class Broken(Exception):
    """A measurement could not be made; the message says why in one line."""


class Child:
    """One process. It never outlives its context."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path | None) -> None:
        self.process, self.log = process, log

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    def cpu(self) -> float:
        """Seconds of processor time so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak(self) -> float:
        """The most memory it held, in MiB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

    async def end(self, number: int = signal.SIGTERM, patience: float = 15.0) -> None:
        """Sends a signal and waits; one that does not end is killed."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), patience)
        if self.running:
            self.process.kill()
            await self.process.wait()

    def words(self) -> list[str]:
        """What it wrote to its log, newest last."""
        return self.log.read_text(errors="replace").splitlines() if self.log is not None else []


class StandIn(Child):
    """The measuring Telegram. `order` is one of its orders and its answer."""

    port: int = 0

    async def order(self, do: str, **fields: Any) -> Json:
        assert self.process.stdin is not None  # noqa: S101 - started with pipes
        assert self.process.stdout is not None  # noqa: S101 - likewise
        self.process.stdin.write(json.dumps({"do": do, **fields}).encode() + b"\n")
        line = await self.process.stdout.readline()
        if not line:
            raise Broken("the stand-in for Telegram ended")
        return dict(json.loads(line))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def stand_in(**limits: Any) -> AsyncIterator[StandIn]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.bench.standin",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=LINES,
    )
    child = StandIn(process, None)
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        child.port = json.loads(await process.stdout.readline())["port"]
        await child.order("limit", **limits)
        yield child
    finally:
        await child.end()


@contextlib.asynccontextmanager
async def started(
    command: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path | None = None
) -> AsyncIterator[Child]:
    """A process whose words go to `log`; killed at the end unless it has ended by then."""
    with log.open("ab") as words:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=words, stderr=words, env=dict(environment), cwd=folder or ROOT
        )
    child = Child(process, log)
    try:
        yield child
    finally:
        await child.end(signal.SIGKILL)
