"""Whether what survives can be written, and whether the key file still opens it."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import MissingKey, WrongKey
from storage.keys import make_master_key
from storage.open import Storage


async def test_the_pulse_writes_and_sees_the_key(storage: Storage) -> None:
    before = await storage.meta.get("pulse")
    await storage.pulse.write()
    assert await storage.meta.get("pulse") not in ("", before)
    await storage.pulse.key()


async def test_a_key_that_is_gone_or_exchanged_is_seen_while_the_bot_runs(storage: Storage, tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    key.rename(tmp_path / "away")
    with pytest.raises(MissingKey):
        await storage.pulse.key()
    make_master_key(key)
    with pytest.raises(WrongKey, match="not the key that the database was made with"):
        await storage.pulse.key()
    (tmp_path / "away").rename(key)
    await storage.pulse.key()


async def test_the_key_fits_before_while_and_after_it_is_rotated(storage: Storage) -> None:
    seen = 0

    async def told(done: int, total: int) -> None:
        nonlocal seen
        seen += 1
        await storage.pulse.key()

    await storage.subscribers.subscribe(5_550_000_000, "en", frozenset())
    await storage.rotation.run(told)
    await storage.pulse.key()
    assert seen == 1
