"""The audit log is a chain: a changed, removed or reordered entry is found; no id stands in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from storage.open import Storage

ACTOR = 7_766_554_433


@pytest.mark.parametrize(
    ("tampering", "first"),
    [
        ("UPDATE audit SET detail = 'broadcast 9' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("UPDATE audit SET id = 99 WHERE id = 1", 2),
        ("SELECT 1", None),
    ],
)
async def test_tampering_is_found(storage: Storage, tmp_path: Path, tampering: str, first: int | None) -> None:
    for number in range(1, 5):
        await storage.audit.record(ACTOR, "approve", f"broadcast {number}")
    with sqlite3.connect(tmp_path / "dauys.sqlite3") as connection:
        connection.execute(tampering)
    assert await storage.audit.verify() == first


async def test_the_actor_is_encrypted(storage: Storage, tmp_path: Path) -> None:
    await storage.audit.record(ACTOR, "approve", "broadcast 1")
    whole = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".key")
    assert b"approve" in whole
    assert str(ACTOR).encode() not in whole
    assert ACTOR.to_bytes(8, "big") not in whole


async def test_meta_keeps_and_forgets(storage: Storage) -> None:
    await storage.meta.set("panel:1", "77")
    await storage.meta.set("panel:1", "78")
    assert await storage.meta.get("panel:1") == "78"
    await storage.meta.set("panel:1", "")
    assert await storage.meta.get("panel:1") == ""
