"""What is due is erased by a clock that can be believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from bot import app
from bot.together import Together
from storage.open import Storage, open_storage
from tests.telegram.house import TOKEN
from tests.telegram.test_panels import BEGUN, Telegram, services_of

MONTH = 30 * 24 * 3600.0


class Rounds:
    """Leads at once, and counts how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    async def leading(self) -> None:
        self.count += 1


@pytest.fixture
async def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Storage]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(app, "HOUSEKEEPING", 0.02)
    made = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "key", bot_id=int(TOKEN.partition(":")[0]))
    yield made
    await made.close()


async def test_what_a_clock_says_that_has_jumped_is_not_believed_at_once(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram, rounds, purged = Telegram(), Rounds(), list[float]()

    async def purge(now: float) -> int:
        purged.append(now)
        return 0

    monkeypatch.setattr(storage, "purge", purge)
    keeping = asyncio.create_task(app._housekeeping(services_of(storage, telegram), cast("Together", rounds)))
    async with asyncio.timeout(10):
        while len(purged) < 2:
            await asyncio.sleep(0.005)
        telegram.now += MONTH
        while BEGUN + MONTH not in purged:
            await asyncio.sleep(0.005)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert rounds.count - len(purged) == 1
