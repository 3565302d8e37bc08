"""A folder with readers and a broadcast that waits, and the real bot on it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.bench.processes import Broken, Child, started
from bot.bench.telegram import FIRST_CHAT, OWNER
from bot.control import ControlError, ask
from bot.views.view import View
from bot.views.words import load_words
from bot.wire.payload import alert_payload
from storage.bench import chats_in, enrol
from storage.open import Storage, open_storage
from storage.records import Audience, Broadcast, BroadcastState, DeliveryState, Topic

TOKEN = "1234567890:" + "B" * 35
TEXT = "The court sits on Monday at ten. Bring water, and somebody who knows where you are. Details: /cases"
ENDED = 0.1
"""Seconds between two questions whether the broadcast has ended."""
ALERTS = Audience(topics=frozenset({Topic.ALERTS}))


@dataclass
class Stage:
    """`readers` people who hold the topic of alerts, in a folder of its own."""

    folder: Path
    readers: int
    broadcast: int = 0
    text: str = TEXT
    """What is broadcast."""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @contextlib.asynccontextmanager
    async def storage(self) -> AsyncIterator[Storage]:
        """The database, while no bot runs."""
        url = self.settings.get("DAUYS_DATABASE")
        opened = await open_storage(url=url, data=self.data, key_file=self.data / "master.key", bot_id=1234567890)
        try:
            yield opened
        finally:
            await opened.close()

    async def fill(self) -> None:
        async with self.storage() as storage:
            chats = range(FIRST_CHAT, FIRST_CHAT + self.readers)
            await enrol(storage, chats, "en", Topic.ALERTS, time.time())
            await storage.purge(time.time())  # as a bot that has run before leaves its file

    async def approve(self) -> None:
        """A broadcast to all of them, that starts with the bot."""
        async with self.storage() as storage:
            await self.approve_in(storage)

    async def approve_in(self, storage: Storage) -> None:
        """Likewise in a database that was opened before a bot began to run on it: it starts now."""
        now = time.time()
        made = await storage.broadcasts.draft(OWNER, "", ALERTS, now)
        payload = alert_payload(made, View(self.text), load_words(), "en")
        await storage.broadcasts.save_draft(made, payload=payload, audience=ALERTS)
        await storage.broadcasts.approve(made, now, now)
        self.broadcast = made

    async def record(self) -> Broadcast:
        async with self.storage() as storage:
            found = await storage.broadcasts.get(self.broadcast)
        assert found is not None  # noqa: S101 - made by `approve`
        return found

    async def until_ended(self, patience: float) -> None:
        """Until the running bot says that the broadcast has ended."""
        ends = time.monotonic() + patience
        told = "it does not answer"
        while time.monotonic() < ends:
            with contextlib.suppress(ControlError):  # it may be starting, or wait for its database
                status = await ask(self.data, "status")
                mine = next(told for told in status["broadcasts"] if told["id"] == self.broadcast)
                if mine["state"] in (BroadcastState.DONE, BroadcastState.CANCELLED):
                    return
                told = f"{mine['state']}, {dict(mine['counts'])}"
            await asyncio.sleep(ENDED)
        raise Broken(f"the broadcast does not end: {told}")

    async def sending(self) -> set[int]:
        """Chats that the ledger holds as *sending*: what may arrive twice after a crash."""
        async with self.storage() as storage:
            return await chats_in(storage, self.broadcast, DeliveryState.SENDING)

    @contextlib.asynccontextmanager
    async def bot(self, url: str, rate: float, *options: str) -> AsyncIterator[Child]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DAUYS_")}
        environment |= {
            "DAUYS_TOKEN": TOKEN,
            "DAUYS_OWNERS": str(OWNER),
            "DAUYS_DATA": str(self.data),
            "DAUYS_API_URL": url,
            "DAUYS_LISTEN": "127.0.0.1:0",
            "DAUYS_APPROVALS": "1",
            **self.settings,
        }
        command = [sys.executable, "-m", "bot.bench.subject", "--rate", f"{rate:g}", *options]
        async with started(command, self.folder / "bot.log", environment) as child:
            yield child
