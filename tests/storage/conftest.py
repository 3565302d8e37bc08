from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.open import Storage, open_storage
from tests.storage.server import Server, running

BOT = 1234567890


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL for this process of tests, or the one that DAUYS_TEST_DATABASE names."""
    with running(os.environ.get("DAUYS_TEST_DATABASE", "")) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """What `open_storage` takes: None for SQLite in its folder, or a new database of a real PostgreSQL."""
    if request.param == "sqlite":
        yield None
        return
    with request.getfixturevalue("server").fresh() as address:
        yield address


@pytest.fixture
async def storage(tmp_path: Path, url: str | None) -> AsyncIterator[Storage]:
    opened = await open_storage(url=url, data=tmp_path, key_file=tmp_path / "master.key", bot_id=BOT)
    yield opened
    await opened.close()
