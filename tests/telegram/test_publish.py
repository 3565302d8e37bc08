"""Content updates: offered once, one broadcast each ever, in the reader's language, once where several topics match."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from bot.desk.news import goes_by_itself
from content.loader import load
from tests.telegram.house import House, Person, running
from tests.telegram.test_alert import subscribed
from tests.unit.content.folder import SOUND, written


def news(id_: str, day: str = "2026-11-25") -> dict[str, str]:
    text = f"""\
id: {id_}
checked: 2026-11-26
date: {day}
title: {{en: News of {id_}, ru: Весть {id_}}}
text: {{en: It happened., ru: Это произошло.}}
cases: [ada]
declarations: [d-1]
sources: [page]
"""
    return {f"updates/{id_}.yaml": text}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "library", SOUND)


@pytest.fixture
async def house(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data", library=folder) as started:
        yield started


def got(person: Person, words: str) -> int:
    return sum(words in str(message.get("text")) for message in person.seen())


async def reloaded(owner: Person) -> None:
    """The offer may come before the answer."""
    owner.sandbox.world.say(owner.id, "/reload")
    await owner.sees("Read again")


def broadcasts(house: House) -> list[str]:
    return [row[0] for row in house.rows("SELECT state FROM broadcast ORDER BY id")]


async def test_a_new_update_is_offered_once_and_goes_out_once(house: House, owner: Person, folder: Path) -> None:
    kazakh, english = await subscribed(house, 0, 1)
    await owner.say("/start")
    assert "None." in await owner.say("/publish")
    written(folder, news("u-2"))
    await reloaded(owner)
    await owner.sees("New in the library.")
    assert got(owner, "News of u-2") == 1
    await owner.press("Publish …")
    await owner.sees("Draft. Above is exactly what readers will get.")
    await owner.press("Send now")
    await owner.press("Send to fewer than 10 readers")
    assert "It happened." in (await english.sees("News of u-2"))["text"]
    assert "Это произошло." in (await kazakh.sees("Весть u-2"))["text"]
    await owner.sees("Done")
    assert [got(english, "News of u-2"), got(kazakh, "Весть u-2")] == [1, 1]
    assert "None." in await owner.say("/publish")
    for table in ("delivery", "broadcast"):
        house.rows(f"DELETE FROM {table}")  # noqa: S608 - constants alone
    await house.stop()
    await house.start()
    assert "None." in await owner.say("/publish")
    assert got(owner, "New in the library.") == 1


async def test_the_first_start_sends_and_offers_nothing(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    assert "None." in await owner.say("/publish")
    assert got(owner, "New in the library.") == 0
    assert broadcasts(house) == []


async def test_two_taps_make_one_draft_and_a_discarded_one_is_free_again(
    house: House, owner: Person, folder: Path
) -> None:
    await owner.say("/start")
    written(folder, news("u-2"))
    await reloaded(owner)
    await owner.sees("New in the library.")
    message, data = owner.button("Publish …")
    await owner.press_data(message["message_id"], data)
    said = await owner.press_data(message["message_id"], data)
    assert "has its broadcast already" in said["text"]
    assert broadcasts(house) == ["draft"]
    await owner.press("Discard")
    assert "1 update." in await owner.say("/publish")


async def test_many_at_once_are_a_list(house: House, owner: Person, folder: Path) -> None:
    await owner.say("/start")
    for number in range(6):
        written(folder, news(f"n-{number}"))
    await reloaded(owner)
    await owner.sees("6 updates.")
    assert got(owner, "New in the library.") == 0


async def test_readers_and_forged_buttons_are_refused(
    house: House, owner: Person, reader: Person, folder: Path
) -> None:
    await owner.say("/start")
    written(folder, news("u-2"))
    await reloaded(owner)
    await owner.sees("New in the library.")
    _, data = owner.button("Publish …")
    assert "No such command" in await reader.say("/publish")
    await reader.press_data(reader.last["message_id"], data)
    await owner.press_data(owner.last["message_id"], data[:-1] + ("a" if data[-1] != "a" else "b"))
    assert broadcasts(house) == []


@pytest.mark.parametrize(("day", "itself"), [("2026-11-25", True), ("2026-10-01", False)])
async def test_autopublish(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, day: str, itself: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.handlers.context.Services.today", lambda _: date(2026, 11, 26))
    async with running(tmp_path / "data", library=folder, autopublish=True) as house:
        (reader,) = await subscribed(house, 1)
        owner = house.person(2)
        await owner.say("/start")
        written(folder, news("u-2", day))
        await reloaded(owner)
        if itself:
            await owner.sees("Goes out by itself: № 1")
            await reader.sees("News of u-2")
            await house.stop()
            await house.start()
            await asyncio.sleep(0.3)
            assert got(reader, "News of u-2") == 1
            assert len(broadcasts(house)) == 1
        else:
            await owner.sees("New in the library.")
            assert broadcasts(house) == []
            assert got(reader, "News of u-2") == 0


def test_when_updates_go_by_themselves(folder: Path) -> None:
    for number in range(6):
        written(folder, news(f"n-{number}"))
    new = [update for update in load(folder).updates.values() if update.id.startswith("n-")]
    assert goes_by_itself(new[:5], date(2026, 12, 9))
    assert not goes_by_itself(new, date(2026, 11, 26))
    assert not goes_by_itself(new[:1], date(2026, 12, 10))
