"""/wipe: asked once, then nothing of the person is left, in the files or, as far as Telegram allows, in the chat."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.telegram.house import House, Person, until
from tests.telegram.test_reader import rows


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "master.key")


def row_of(house: House) -> tuple[bytes, int]:
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        cid, id_ = connection.execute("SELECT cid, id FROM subscriber").fetchone()
    return bytes(cid), int(id_)


async def test_nothing_happens_before_it_is_confirmed(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    assert "erased" in await reader.say("/wipe")
    await reader.press("Back")
    assert rows(house) == 1


async def test_the_record_and_the_chat_are_gone(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    await reader.say("Oksana Shevchuk")
    cid, id_ = row_of(house)
    assert cid in everything(house.data)
    await reader.say("/wipe")
    await reader.press("Erase and clear")
    await until(lambda: len(house.sandbox.world.messages(reader.id)) == 1)
    assert reader.text.startswith("Erased.")
    assert [rows(house, table) for table in ("subscriber", "subscription", "follow", "delivery")] == [0, 0, 0, 0]
    left = everything(house.data)
    assert [needle in left for needle in (cid, id_.to_bytes(8, "big"), str(reader.id).encode())] == [False] * 3


async def test_an_admins_drafts_go_too_and_the_log_stays(house: House, owner: Person) -> None:
    await owner.say("/start")
    await owner.press("Subscribe to all")
    await owner.say("/alert Sent to everybody.")
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    await owner.sees("Sent to everybody.")
    await owner.say("/alert A draft that nobody has seen.")
    assert rows(house, "broadcast") == 2
    logged = rows(house, "audit")
    assert "Your drafts go too." in await owner.say("/wipe")
    await owner.press("Erase and clear")
    assert (rows(house, "broadcast"), rows(house, "delivery")) == (1, 0)
    assert rows(house, "audit") == logged
    assert b"nobody has seen" not in everything(house.data)


@pytest.mark.parametrize("language", ["Русский", "Қазақша"])
async def test_it_is_said_in_the_readers_language(reader: Person, language: str) -> None:
    await reader.say("/start")
    await reader.press(language)
    await reader.press({"Русский": "Подписаться на всё", "Қазақша": "Барлығына жазылу"}[language])
    await reader.say("/wipe")
    await reader.press({"Русский": "Стереть и очистить", "Қазақша": "Өшіру және тазалау"}[language])
    await reader.sees({"Русский": "Стёрто.", "Қазақша": "Өшірілді."}[language])


async def test_a_reader_without_a_row_can_clear_the_chat_too(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.say("/wipe")
    await reader.press("Erase and clear")
    await until(lambda: len(house.sandbox.world.messages(reader.id)) == 1)
    assert rows(house) == 0


async def test_deliveries_far_back_are_found_by_their_numbers(
    house: House, reader: Person, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handlers.wipe.REACH", 2)
    await reader.say("/start")
    await reader.press("Urgent only")
    await owner.say("/start")
    await owner.say("/alert Bring water.")
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    await reader.sees("Bring water.")
    for _ in range(3):
        await reader.say("/help")
    await reader.say("/wipe")
    await reader.press("Erase and clear")
    await until(lambda: not any("Bring water." in message["text"] for message in reader.seen()))
