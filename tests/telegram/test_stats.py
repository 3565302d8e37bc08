"""/stats in the chat: a picture with its figures in words, for admins alone."""

from __future__ import annotations

import sqlite3

from storage.open import open_storage
from storage.records import Topic
from tests.telegram.house import House, Person, until

READERS = 23


async def test_an_admin_gets_a_picture_with_the_figures_as_text(house: House, owner: Person) -> None:
    await house.stop()
    key, bot = house.data / "master.key", house.sandbox.world.bot_id
    storage = await open_storage(url=None, data=house.data, key_file=key, bot_id=bot)
    for number in range(READERS):
        await storage.subscribers.subscribe(7_000_000_000 + number, "ru" if number < 20 else "kk", frozenset(Topic))
    await storage.close()
    await house.start()
    house.sandbox.world.say(owner.id, "/stats")
    await until(lambda: any("photo" in message for message in owner.seen()))
    shown = owner.last
    assert shown["caption"].startswith("Readers: 20+")
    assert "Русский: 20+\nҚазақша: < 10" in shown["caption"]
    assert "Alerts: 20+" in shown["caption"]
    assert str(READERS) not in shown["caption"].replace("23 Nov", "")
    assert {entity["type"] for entity in shown["caption_entities"]} == {"bold", "italic"}
    data = house.sandbox.world.files.by_id[shown["photo"][0]["file_id"]].data
    assert data.startswith(b"\x89PNG")
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM subscriber").fetchone() == (READERS,)


async def test_a_reader_gets_the_answer_of_an_unknown_command(house: House, reader: Person) -> None:
    assert "No such command." in await reader.say("/stats")
