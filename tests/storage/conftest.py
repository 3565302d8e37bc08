from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.open import Storage, open_storage

BOT = 1234567890


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "master.key", bot_id=BOT)
    yield opened
    await opened.close()
