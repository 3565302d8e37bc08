"""The audit log is a chain: a changed, removed, moved or cut-off entry is found; no id stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.open import Storage, open_storage
from tests.storage.conftest import BOT

ACTOR = 7_766_554_433
ENTRIES = 4


async def written(storage: Storage, many: int = ENTRIES) -> None:
    for number in range(1, many + 1):
        await storage.audit.append(ACTOR, "approve", f"broadcast {number}")


async def tampered(storage: Storage, *statements: str) -> None:
    async with storage._database.begin() as connection:
        for statement in statements:
            assert (await connection.exec_driver_sql(statement)).rowcount != 0 or statement.startswith("INSERT")


MOVED = "UPDATE audit SET id = id + 100 WHERE id = 2", "UPDATE audit SET id = 2 WHERE id = 3"
PUT_IN = "INSERT INTO audit SELECT 5, at, actor, action, detail, mac FROM audit WHERE id = 4"


@pytest.mark.parametrize(
    ("statements", "broken", "cut"),
    [
        (["UPDATE audit SET detail = 'broadcast 9' WHERE id = 2"], 2, None),
        (["UPDATE audit SET action = 'reject' WHERE id = 1"], 1, None),
        (["UPDATE audit SET at = '2020-01-01T00:00Z' WHERE id = 4"], 4, None),
        (["UPDATE audit SET actor = mac WHERE id = 3"], 3, None),
        (["DELETE FROM audit WHERE id = 1"], 2, None),
        (["DELETE FROM audit WHERE id = 2"], 3, None),
        (["UPDATE audit SET id = 99 WHERE id = 1"], 2, None),
        (MOVED, 2, None),
        ([PUT_IN], 5, None),
        (["DELETE FROM audit WHERE id = 4"], None, 4),
        (["DELETE FROM audit WHERE id > 1"], None, 4),
        (["DELETE FROM audit"], None, 4),
        ([], None, None),
    ],
)
async def test_tampering_is_found(storage: Storage, statements: list[str], broken: int | None, cut: int | None) -> None:
    await written(storage)
    await tampered(storage, *statements)
    found = await storage.audit.verify()
    assert (found.broken, found.cut) == (broken, cut)
    assert found.sound == (not statements)


async def test_a_cut_off_end_is_not_covered_up_by_what_is_written_next(
    storage: Storage, tmp_path: Path, url: str | None
) -> None:
    await written(storage)
    await tampered(storage, "DELETE FROM audit WHERE id > 2")
    await storage.close()
    again = await open_storage(url=url, data=tmp_path, key_file=tmp_path / "master.key", bot_id=BOT)
    await again.audit.append(ACTOR, "approve", "broadcast 9")
    await again.audit.append(ACTOR, "approve", "broadcast 10")
    assert (await again.audit.verify()).cut == ENTRIES
    (tmp_path / "master.key.audit").unlink()
    assert (await again.audit.verify()).anchored is False
    await again.close()


async def test_a_noted_head_is_asked_for(storage: Storage, tmp_path: Path) -> None:
    await written(storage)
    head = (await storage.audit.verify()).head
    assert head.startswith("4:")
    await written(storage)
    assert (await storage.audit.verify(head)).sound
    assert (await storage.audit.verify("4:" + "0" * 16)).cut == 4
    await tampered(storage, "DELETE FROM audit WHERE id > 3")
    (tmp_path / "master.key.audit").unlink()
    assert (await storage.audit.verify(head)).cut == 4


async def test_where_the_head_cannot_be_written_the_log_goes_on_and_says_so(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "master.key.audit").mkdir()
    await written(storage)
    found = await storage.audit.verify()
    assert (found.sound, found.anchored, found.entries) == (True, False, ENTRIES)


async def test_a_long_log_is_read_in_pages(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.audit.PAGE", 3)
    await written(storage, 10)
    assert (await storage.audit.verify()).entries == 10
    assert [entry.id for entry in await storage.audit.latest(4, skip=2)] == [8, 7, 6, 5]
    newest = (await storage.audit.latest(1))[0]
    assert (newest.actor, newest.action, newest.subject) == (ACTOR, "approve", "broadcast 10")
    assert str(ACTOR) not in repr(newest)


@pytest.mark.parametrize("url", [None])  # what lies in a server's files, this process may not read
async def test_the_actor_is_encrypted(storage: Storage, tmp_path: Path) -> None:
    await storage.audit.append(ACTOR, "approve", "broadcast 1")
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


async def test_a_head_of_before_another_key_is_said_to_be_beyond_comparison(storage: Storage) -> None:
    await written(storage)
    before = (await storage.audit.verify()).head
    await storage.audit.append(0, "rotate-key", "at the shell")
    after = (await storage.audit.verify()).head
    assert (await storage.audit.verify(before)).sound
    assert (await storage.audit.verify("1:0123456789abcdef")).rekeyed == ENTRIES + 1
    assert (await storage.audit.verify(after)).rekeyed is None
    assert (await storage.audit.verify("5:0123456789abcdef")).rekeyed is None
