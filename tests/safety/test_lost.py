"""The figure of the kills can be red: what was acknowledged and does not stand is found."""

from __future__ import annotations

import random
from pathlib import Path

from bot.bench.stage import Stage
from bot.bench.telegram import FIRST_CHAT
from storage.records import Topic
from tests.bench.faults.kills import Readers


async def test_what_was_acknowledged_and_does_not_stand_is_found(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 0)
    async with stage.storage() as storage:
        for chat in (FIRST_CHAT, FIRST_CHAT + 1):
            await storage.subscribers.subscribe(chat, "en", frozenset(Topic))
    wants = {FIRST_CHAT: True, FIRST_CHAT + 1: False, FIRST_CHAT + 2: True, FIRST_CHAT + 3: False}
    readers = Readers(random.Random(1), dict(wants))
    assert sorted(await readers.lost(stage)) == ["stop", "subscription"]
    assert await readers.lost(stage) == [], "each counts once"
    readers.missed.clear()
    readers.open = {FIRST_CHAT + 1: (1, 0), FIRST_CHAT + 2: (2, 0)}
    assert await readers.lost(stage) == [], "what is still in hand is not lost"
