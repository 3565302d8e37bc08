"""What is kept is named, with its reason and its end, and goes when it is due."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.bench import chats_in, enrol
from storage.open import Storage
from storage.records import Audience, Awaited, BroadcastState, Cause, DeliveryState, Panel, Result, Topic
from storage.retention import UNREACHABLE_KEPT
from storage.subscribers import week
from storage.tables import metadata, subscriber

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
NOW = 1_800_000_000.0
DAY = 86_400.0
ADMIN = 7_766_554_433


def test_every_column_is_named_in_the_privacy_document_and_no_other() -> None:
    """A new column: say in docs/privacy.md what it is, why it is kept and until when; if it is about a reader, in the
    words of /privacy too (bot/views/about.py)."""
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (.+?) \| (.+?) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    named = [row[0] for row in rows]
    there = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns}
    assert len(named) == len(set(named))
    assert set(named) == there, (
        f"docs/privacy.md lacks {sorted(there - set(named))} and names {sorted(set(named) - there)}, which is not there"
    )


async def set_week(storage: Storage, moment: float) -> None:
    async with storage._database.begin() as connection:
        await connection.execute(update(subscriber).values(status="unreachable", status_week=week(moment)))


@pytest.mark.parametrize(("days", "left"), [(300, 1), (357, 1), (366, 0), (800, 0)])
async def test_who_cannot_be_reached_for_a_year_is_erased(storage: Storage, days: int, left: int) -> None:
    await storage.subscribers.subscribe(5550001234, "en", frozenset(Topic))
    await set_week(storage, NOW - days * DAY)
    assert await storage.purge(NOW) == 1 - left
    assert (await storage.subscribers.get(5550001234) is not None) == bool(left)
    assert UNREACHABLE_KEPT == 365 * DAY


async def test_drafts_go_after_thirty_days_and_what_went_out_stays(storage: Storage) -> None:
    old = await storage.broadcasts.draft(ADMIN, "old", Audience(), NOW - 31 * DAY)
    young = await storage.broadcasts.draft(ADMIN, "young", Audience(), NOW - 29 * DAY)
    sent = await storage.broadcasts.draft(ADMIN, "sent", Audience(), NOW - 99 * DAY)
    await storage.drafts.save(old, content="{}", payload="old", audience=Audience())
    await storage.broadcasts.approve(sent, NOW, NOW)
    await storage.publications.see([])
    assert await storage.publications.see(["news"]) == ["news"]
    assert await storage.publications.take("news", old)
    await storage.purge(NOW)
    found = [await storage.broadcasts.get(id_) is not None for id_ in (old, young, sent)]
    assert found == [False, True, True]
    assert await storage.drafts.content(old) == ""
    assert await storage.publications.waiting() == {"news": None}


async def test_deliveries_and_panels_go_48_hours_after_the_end(storage: Storage) -> None:
    await storage.subscribers.subscribe(5550001234, "en", frozenset(Topic))
    id_ = await storage.broadcasts.draft(ADMIN, "payload", Audience(), NOW)
    await storage.broadcasts.approve(id_, NOW, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    while await storage.deliveries.fan_out(id_, 10):
        pass
    (one,) = await storage.deliveries.tick([], id_, 10, NOW)
    sent = Result(id_, one.subscriber, DeliveryState.SENT, Cause.NONE, message_id=77)
    await storage.deliveries.tick([sent], None, 0, NOW)
    await storage.panels.set(Panel(id_, ADMIN, 5, "en", "progress"))
    await storage.deliveries.set_state(id_, BroadcastState.DONE, NOW)
    await storage.purge(NOW + 2 * DAY - 60)
    assert await chats_in(storage, id_, DeliveryState.SENT) == {5550001234}
    assert len(await storage.panels.of(id_)) == 1
    await storage.purge(NOW + 2 * DAY + 60)
    assert await storage.panels.of(id_) == []
    assert await chats_in(storage, id_, *DeliveryState) == set()


async def test_what_the_desk_waits_for_is_forgotten_after_a_day(storage: Storage) -> None:
    await storage.waiting.set(ADMIN, Awaited("text", 0, since=NOW))
    await storage.purge(NOW + DAY - 60)
    assert await storage.waiting.get(ADMIN) is not None
    await storage.purge(NOW + DAY + 60)
    assert await storage.waiting.get(ADMIN) is None


async def test_in_a_large_file_no_random_number_outlives_the_housekeeping(storage: Storage, tmp_path: Path) -> None:
    chats = range(5_550_000_000, 5_550_002_000)
    await enrol(storage, chats, "en", Topic.ALERTS, NOW)
    ids = []
    for chat in chats[::10]:
        reader = await storage.subscribers.get(chat)
        assert reader is not None
        ids.append(reader.id.to_bytes(8, "big"))
        await storage.subscribers.erase(chat)
    await storage.purge(NOW)
    whole = b"".join(path.read_bytes() for path in tmp_path.glob("dauys.sqlite3*"))
    assert sum(id_ in whole for id_ in ids) == 0
    assert len(ids) == 200


async def test_the_file_is_written_anew_only_after_somebody_was_erased_and_not_during_fan_out(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the file's size in memory, and holds readers up: no start may cost that."""
    times = 0
    real = storage._database.vacuum

    async def vacuum() -> None:
        nonlocal times
        times += 1
        await real()

    monkeypatch.setattr(storage._database, "vacuum", vacuum)
    for chat in (5550001234, 5550001235):
        await storage.subscribers.subscribe(chat, "en", frozenset(Topic))
    seen = []
    await storage.purge(NOW)
    seen.append(times)
    storage.subscribers.untidy = True  # as after a start
    await storage.purge(NOW)
    seen.append(times)
    await storage.subscribers.erase(5550001234)
    id_ = await storage.broadcasts.draft(ADMIN, "payload", Audience(), NOW)
    await storage.broadcasts.approve(id_, NOW, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    await storage.deliveries.fan_out(id_, 10)
    await storage.purge(NOW)
    seen.append(times)
    assert not await storage.deliveries.fan_out(id_, 10)
    await storage.purge(NOW)
    seen.append(times)
    assert seen == [1, 1, 1, 2]
