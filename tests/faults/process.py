"""The real bot as a process of its own against the sandbox, to be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.control import ControlError, ask
from storage.open import open_storage
from storage.records import Topic
from tests.telegram.documented import StrictSandbox
from tests.telegram.house import TOKEN, House

ROOT = Path(__file__).resolve().parents[2]
STARTS = 90.0
"""Seconds that the bot may take to listen, on a machine that does much else."""


@dataclass
class Killable(House):
    """`settings`: values of the environment, without their DAUYS_."""

    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DAUYS_")}
        environment |= {
            "PYTHONPATH": str(ROOT),
            "DAUYS_TOKEN": TOKEN,
            "DAUYS_DATA": str(self.data),
            "DAUYS_API_URL": self.sandbox.bot_api,
            "DAUYS_LISTEN": "127.0.0.1:0",
            **{f"DAUYS_{name.upper()}": str(value) for name, value in self.settings.items()},
        }
        with (self.data.parent / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=self.data.parent, env=environment, stdout=log, stderr=log
            )
        await self._listening(self.process)

    async def _listening(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(STARTS):
            while True:
                assert process.returncode is None, (self.data.parent / "bot.log").read_text()[-2000:]
                with contextlib.suppress(ControlError):
                    if (await ask(self.data, "status"))["pid"] == process.pid:
                        return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """As the machine does it: nothing is said goodbye to."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def again(self) -> None:
        """Killed with -9, and started on what is left."""
        await self.kill()
        await self.start()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


@contextlib.asynccontextmanager
async def killable(data: Path, readers: int, **settings: object) -> AsyncIterator[Killable]:
    """With so many readers more, who hold every topic. The process never outlives it."""
    sandbox = StrictSandbox(TOKEN)
    await sandbox.start()
    people = [sandbox.world.add_person(f"R{number}", "en") for number in range(readers)]
    storage = await open_storage(url=None, data=data, key_file=data / "master.key", bot_id=sandbox.world.bot_id)
    for person in people:
        person.started = True
        await storage.subscribers.subscribe(person.id, "en", frozenset(Topic))
    await storage.close()
    house = Killable(sandbox, data, settings)
    try:
        await house.start()
        yield house
        await house.stop()
        assert sandbox.strange == set(), "only what the Bot API documents may be called"
    finally:
        await house.kill()
        await sandbox.stop()
