from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.handlers import panels
from bot.wire import flood, gate_chats
from tests.telegram.house import House, Person, running


@pytest.fixture(autouse=True)
def _talks_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message a second to a chat, as much from a person, an edit of a panel in three: their own tests hold that
    (`tests/unit/wire`, `test_panels.py`), and here it would be nine tenths of the time."""
    monkeypatch.setattr(gate_chats, "APART", 0.02)
    monkeypatch.setattr(flood, "REFILL", 40.0)
    monkeypatch.setattr(panels, "EVERY", 0.2)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data") as started:
        yield started


@pytest.fixture
def reader(house: House) -> Person:
    return house.person(1)


@pytest.fixture
def owner(house: House) -> Person:
    return house.person(2)
