"""Lives of the bot without its imports: a process that has imported everything once makes a copy of itself for each.

A life of its own would spend most of its processor time on imports. What stands in the copy's command line is run as
`python -m` runs it, with its own environment and log; signals, exit codes and files are those of any process. Where the
bot's modules must not be imported yet (`--clock`), the process is a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import itertools
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from bot.bench.processes import ROOT, Child, started

IMPORTED = ("bot.cli", "bot.app", "bot.bench.marks", "tests.bench.subject.ills", "tests.bench.subject.strike")
LOOK = 0.02
"""Seconds between two looks for who has ended."""
NEW = "--clock"


class Copy:
    """What `Child` uses of an asyncio process."""

    def __init__(self, pid: int, status: Path) -> None:
        self.pid, self._status = pid, status

    @property
    def returncode(self) -> int | None:
        return int(self._status.read_text()) if self._status.exists() else None

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        while (code := self.returncode) is None:
            await asyncio.sleep(LOOK / 2)
        return code


class Nest:
    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._folder, self._numbers = process, folder, itertools.count(1)

    @contextlib.asynccontextmanager
    async def started(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path | None = None
    ) -> AsyncIterator[Child]:
        """As `started` of `bot.bench.processes`, for a command that begins with `python -m`."""
        if NEW in command or folder is not None:
            async with started(command, log, environment, folder) as child:
                yield child
            return
        log.touch()
        status = self._folder / str(next(self._numbers))
        order = {"module": command[2], "given": command[3:], "environment": dict(environment), "log": str(log)}
        child = Child(
            cast(asyncio.subprocess.Process, Copy(self._ordered(order | {"status": str(status)}), status)), log
        )
        try:
            yield child
        finally:
            await child.end(signal.SIGKILL)

    def _ordered(self, order: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextlib.contextmanager
def nest() -> Iterator[Nest]:
    with tempfile.TemporaryDirectory(prefix="dauys-nest-") as folder:
        command = [sys.executable, "-m", "tests.faults.nest"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            try:
                yield Nest(process, Path(folder))
            finally:
                process.kill()


def main() -> None:
    """Until its input ends; a copy leaves by the way that its own program does."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    living: dict[int, Path] = {}
    while True:
        ready, _, _ = select.select([0], [], [], LOOK)
        if ready:
            line = os.read(0, 1 << 20)
            if not line:
                break
            order = json.loads(line)
            pid = os.fork()
            if not pid:
                copy(order)
                return
            living[pid] = Path(order["status"])
            os.write(1, b"%d\n" % pid)
        reap(living)
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def reap(living: dict[int, Path]) -> None:
    while living:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        file = living.pop(pid)
        part = file.with_suffix(".part")
        part.write_text(str(os.waitstatus_to_exitcode(status)))
        part.rename(file)


def copy(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for to, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(to, number)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv[:] = ["-m", *order["given"]]
    runpy.run_module(order["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
