"""The real bot against the sandbox, in one loop, over HTTP: what every conversation test lives in."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from bot.app import serve
from bot.config import load_settings
from bot.sandbox.server import Sandbox
from tests.storage.server import answered
from tests.telegram.documented import StrictSandbox

TOKEN = "1234567890:" + "T" * 35
PATIENCE = 40.0
"""Seconds to wait for the bot before a test fails; many, since the machine may be busy with other things."""
QUIET = 0.25
"""Seconds without a word after which the bot is taken to be silent."""
Json = dict[str, Any]


@dataclass
class Person:
    """Somebody in the sandbox: what they write, press and see."""

    sandbox: Sandbox
    id: int

    def seen(self) -> list[Json]:
        """The bot's messages in this person's chat, oldest first, as they stand now."""
        return [message for message in self.sandbox.world.messages(self.id) if message["from"]["is_bot"]]

    @property
    def last(self) -> Json:
        return self.seen()[-1]

    @property
    def text(self) -> str:
        return worded(self.last)

    async def say(self, text: str, **more: Any) -> str:
        """Writes; the text of the bot's next new message."""
        before = len(self.seen())
        self.sandbox.world.say(self.id, text, **more)
        await until(lambda: len(self.seen()) > before)
        await self.handled()
        return self.text

    async def silence(self, act: Callable[[], object]) -> None:
        """Does something that the bot must not answer."""
        before = [dict(message) for message in self.seen()]
        act()
        await self.handled()
        await asyncio.sleep(QUIET)
        assert self.seen() == before

    async def press(self, label: str) -> Json:
        """Presses the newest button with this label; what the bot answered to the press."""
        message, data = self.button(label)
        return await self.press_data(message["message_id"], data)

    async def press_data(self, message_id: int, data: str) -> Json:
        said = await asyncio.wait_for(self.sandbox.world.press(self.id, message_id, data), PATIENCE)
        await self.handled()
        return said

    async def handled(self) -> None:
        """Until the bot has acknowledged everything, which it does after handling it."""
        await until(lambda: not self.sandbox.world.updates)

    def button(self, label: str) -> tuple[Json, str]:
        for message in reversed(self.seen()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        return message, button["callback_data"]
        raise AssertionError(f"no button {label!r}; the last message has {self.labels()}")

    def labels(self) -> list[str]:
        rows = self.last.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    async def sees(self, words: str) -> Json:
        """Waits until one of the bot's messages holds these words."""
        await until(lambda: any(words in worded(message) for message in self.seen()))
        return next(message for message in reversed(self.seen()) if words in worded(message))


def worded(message: Json) -> str:
    """A message's text, or what stands under its picture or file."""
    return str(message.get("text", message.get("caption", "")))


@dataclass
class House:
    """A running bot; `stop` and `start` are an orderly restart on the same data. `database`: the address of a
    server's, for all houses of a test; empty: SQLite in the house's folder."""

    database: ClassVar[str] = ""
    sandbox: Sandbox
    data: Path
    settings: dict[str, Any] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def person(self, index: int) -> Person:
        """0: a reader in Kazakh; 1: a reader in English; 2: the owner."""
        return Person(self.sandbox, list(self.sandbox.world.people)[index])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What its database answers, or is told, at this moment."""
        if self.database:
            return answered(self.database, query)
        with contextlib.closing(sqlite3.connect(self.data / "dauys.sqlite3")) as connection, connection:
            return connection.execute(query).fetchall()

    async def start(self) -> None:
        owner = self.person(2).id
        chosen = {
            "undo": 0.0,
            "listen": "127.0.0.1:0",
            "owners": frozenset({owner}),
            "contact": "desk@example.org",
            "help": "+1",
            **({"database": self.database} if self.database else {}),
        } | self.settings
        settings = load_settings(token=TOKEN, data=self.data, api_url=self.sandbox.bot_api, **chosen)
        self._stop = asyncio.Event()
        ready = asyncio.Event()
        self._task = asyncio.create_task(serve(settings, ready=ready.set, stop=self._stop))
        waiting = asyncio.ensure_future(ready.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        self._stop.set()
        if self._task is not None:
            await asyncio.wait_for(self._task, PATIENCE + 8.5)


@contextlib.asynccontextmanager
async def running(data: Path, **settings: Any) -> AsyncIterator[House]:
    """A house that fails its test when the bot called anything undocumented."""
    sandbox = StrictSandbox(TOKEN)
    await sandbox.start()
    house = House(sandbox, data, settings)
    try:
        await house.start()
        yield house
        await house.stop()
        assert sandbox.strange == set(), "only what the Bot API documents may be called"
    except BaseException:
        with contextlib.suppress(Exception):  # what went wrong in the test is what is told
            await house.stop()
        raise
    finally:
        await sandbox.stop()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)
