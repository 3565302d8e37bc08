from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telegram.house import House, running


@pytest.fixture(autouse=True)
def _talks_are_quick(quick_talks: None) -> None:
    """Of every test here."""


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data") as started:
        yield started
