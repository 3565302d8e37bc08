"""Every fault of the stand-in's list, met at the wire by the real sender, engine and ledger: each has its reaction."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.broadcast.engine import Engine
from bot.broadcast.faults import MOST_FAULTS, MOST_OTHERS
from bot.broadcast.watch import Watch
from bot.config import load_settings
from bot.sandbox.faults import BOT, CONTENT, FAULTS, NEW_CHAT_OFFSET
from bot.sandbox.server import Sandbox
from bot.sandbox.world import Person
from bot.views.view import View
from bot.views.words import load_words
from bot.wire.gate import Gate
from bot.wire.pace import BroadcastPace, SystemClock
from bot.wire.payload import alert_payload
from bot.wire.sender import WireSender
from storage.open import Storage, open_storage
from storage.records import (
    TERMINAL,
    Audience,
    Broadcast,
    BroadcastState,
    Cause,
    DeliveryState,
    ReaderStatus,
    Topic,
)

TOKEN = "1234567890:" + "T" * 35
FIRST = 6_000_000_000
PATIENCE = 60.0
ACTIVE, BLOCKED, UNREACHABLE = ReaderStatus.ACTIVE, ReaderStatus.BLOCKED, ReaderStatus.UNREACHABLE

READERS: dict[str, tuple[DeliveryState | None, Cause, ReaderStatus | None, int]] = {
    "blocked": (DeliveryState.GONE, Cause.BLOCKED, BLOCKED, 0),
    "blocked-400": (DeliveryState.GONE, Cause.BLOCKED, BLOCKED, 0),
    "deactivated": (None, Cause.DEACTIVATED, None, 0),
    "no-start": (DeliveryState.GONE, Cause.UNREACHABLE, UNREACHABLE, 0),
    "is-bot": (DeliveryState.GONE, Cause.UNREACHABLE, UNREACHABLE, 0),
    "not-found": (DeliveryState.GONE, Cause.UNREACHABLE, UNREACHABLE, 0),
    "kicked": (DeliveryState.GONE, Cause.KICKED, UNREACHABLE, 0),
    "not-member": (DeliveryState.GONE, Cause.KICKED, UNREACHABLE, 0),
    "deleted": (DeliveryState.GONE, Cause.KICKED, UNREACHABLE, 0),
    "no-rights": (DeliveryState.GONE, Cause.RIGHTS, UNREACHABLE, 0),
    "write-forbidden": (DeliveryState.GONE, Cause.RIGHTS, UNREACHABLE, 0),
    "restricted": (DeliveryState.GONE, Cause.RIGHTS, UNREACHABLE, 0),
    "private": (DeliveryState.GONE, Cause.RIGHTS, UNREACHABLE, 0),
    "topic-closed": (DeliveryState.GONE, Cause.RIGHTS, UNREACHABLE, 0),
    "topic-deleted": (DeliveryState.GONE, Cause.RIGHTS, UNREACHABLE, 0),
    "thread-not-found": (DeliveryState.GONE, Cause.RIGHTS, UNREACHABLE, 0),
    "upgraded": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "flood": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "flood-words": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "flood-bare": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "conflict": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "other": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "500": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "502": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "503": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "504": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "html": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "cut-before": (DeliveryState.SENT, Cause.NONE, ACTIVE, 1),
    "taken-500": (DeliveryState.SENT, Cause.NONE, ACTIVE, 2),
    "cut-after": (DeliveryState.SENT, Cause.NONE, ACTIVE, 2),
    "slow": (DeliveryState.SENT, Cause.NONE, ACTIVE, 2),
}
"""A fault of one reader's -> where the delivery ends (nowhere: the reader is erased), its cause, the reader's status,
and how many messages arrive."""
STAYS = {name for name, (state, _, _, _) in READERS.items() if state is not DeliveryState.SENT}
PAUSES = dict.fromkeys(CONTENT, "Telegram refuses the content: ") | {
    "other": "Telegram refuses for a reason that we do not know: ",
    "flood-long": "Telegram asks to wait 240 minutes.",
}
HALTS = [name for name in BOT if name != "conflict"]


def test_every_fault_is_in_the_table() -> None:
    assert set(READERS) | set(PAUSES) | set(HALTS) == set(FAULTS)


class Quick(SystemClock):
    """A clock whose backoffs are over soon."""

    def monotonic(self) -> float:
        return super().monotonic() * 100

    def time(self) -> float:
        return 1e9 + self.monotonic()


class House:
    def __init__(self, storage: Storage, sandbox: Sandbox, sender: WireSender) -> None:
        self.storage, self.sandbox = storage, sandbox
        self.watch, self.gate = Watch(), Gate(500)
        self.engine = Engine(storage.deliveries, sender, BroadcastPace(self.gate), Quick(), self.watch)

    async def begin(self, readers: int) -> int:
        for chat in range(FIRST, FIRST + readers):
            for id_ in (chat, chat + NEW_CHAT_OFFSET):
                self.sandbox.world.people[id_] = Person(id_, "R", "en", started=True)
            await self.storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
        made = await self.storage.broadcasts.draft(1, "", Audience(), 0)
        payload = alert_payload(made, View("Court on Monday."), load_words(), "en")
        await self.storage.broadcasts.save_draft(made, payload=payload, audience=Audience())
        await self.storage.broadcasts.approve(made, 0, 0)
        return made

    async def until(self, id_: int, true: Callable[[Broadcast], object]) -> Broadcast:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.storage.broadcasts.get(id_)
                assert found is not None
                if true(found):
                    return found
                await asyncio.sleep(0.02)

    def got(self, chat: int) -> int:
        """Messages of a reader's, at their old and new number."""
        return sum(len(self.sandbox.world.messages(id_)) for id_ in (chat, chat + NEW_CHAT_OFFSET))


@contextlib.asynccontextmanager
async def house(tmp_path: Path) -> AsyncIterator[House]:
    sandbox = Sandbox(TOKEN)
    await sandbox.start()
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "k", bot_id=1)
    sender = WireSender(load_settings(token=TOKEN, data=tmp_path, api_url=sandbox.bot_api))
    await sender.open()
    made = House(storage, sandbox, sender)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(made.engine.run())
            yield made
            await made.engine.stop()
    finally:
        await sender.close()
        await storage.close()
        await sandbox.stop()


async def test_each_readers_fault_ends_where_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAULTS, "slow", replace(FAULTS["slow"], delay=0.05))
    monkeypatch.setattr("bot.broadcast.faults.MOST_EARLY", len(READERS))
    async with house(tmp_path) as on:
        for number, name in enumerate(READERS):
            on.sandbox.trouble.play(name, FIRST + number, 0 if name in STAYS else 1)
        id_ = await on.begin(len(READERS) + 20)
        ended = await on.until(id_, lambda seen: seen.state is BroadcastState.DONE)
        assert sum(ended.counts.get(state, 0) for state in TERMINAL) == ended.total == len(READERS) + 20
        for number, (name, (state, cause, status, most)) in enumerate(READERS.items()):
            chat = FIRST + number
            after = await on.storage.subscribers.get(chat + NEW_CHAT_OFFSET if name == "upgraded" else chat)
            assert (after.status if after is not None else None, on.got(chat)) == (status, most), name
            assert cause is Cause.NONE or ended.causes[cause], name
            assert state is not DeliveryState.SENT or most, name
        wanted = [state for state, _, _, _ in READERS.values()]
        assert ended.counts[DeliveryState.SENT] == wanted.count(DeliveryState.SENT) + 20
        assert sum(ended.causes.values()) == len(wanted) - wanted.count(DeliveryState.SENT)
        twice = sum(most == 2 for _, _, _, most in READERS.values())
        assert ended.possible_duplicates >= twice


@pytest.mark.parametrize("name", PAUSES)
async def test_what_pauses_a_broadcast_leaves_everybody_else_waiting(tmp_path: Path, name: str) -> None:
    readers = 150
    async with house(tmp_path) as on:
        on.sandbox.trouble.play(name, None, 0)
        id_ = await on.begin(readers)
        found = await on.until(id_, lambda seen: seen.state is BroadcastState.PAUSED)
        assert found.note.startswith(PAUSES[name])
        found = await on.until(id_, lambda seen: not seen.counts.get(DeliveryState.SENDING))
        assert sum(found.counts.get(state, 0) for state in TERMINAL) == 0
        assert sum(found.counts.values()) == found.total == readers
        least = {"other": MOST_OTHERS, "flood-long": 1}.get(name, MOST_FAULTS)
        met = on.sandbox.trouble.told()["playing"][0]["met"]
        assert least <= met < readers
        if name != "flood-long":
            on.sandbox.trouble.clear()
            assert await on.engine.resume(id_)
            await on.until(id_, lambda seen: seen.counts.get(DeliveryState.SENT) == readers)
        else:
            assert on.gate.opens_in() > 14_000


@pytest.mark.parametrize("name", HALTS)
async def test_what_halts_the_bot_leaves_everybody_waiting_until_it_is_resumed(tmp_path: Path, name: str) -> None:
    readers = 100
    async with house(tmp_path) as on:
        on.sandbox.trouble.play(name, None, 0)
        id_ = await on.begin(readers)
        found = await on.until(id_, lambda seen: seen.state is BroadcastState.PAUSED)
        assert on.engine.halted
        assert on.watch.halt == found.note
        assert found.note.startswith("Telegram refuses this bot: ")
        await on.until(id_, lambda seen: seen.counts.get(DeliveryState.QUEUED) == readers)
        assert await on.storage.deliveries.halted() == found.note
        on.sandbox.trouble.clear()
        assert await on.engine.resume(id_)
        await on.until(id_, lambda seen: seen.state is BroadcastState.DONE)
        assert all(on.got(chat) == 1 for chat in range(FIRST, FIRST + readers))
