from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telegram.house import House, Person, running


@pytest.fixture(autouse=True)
def _talks_are_quick(quick_talks: None) -> None:
    """Of every test here."""


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
