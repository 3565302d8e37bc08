"""/audit: what admins did, readable on a phone, with a chain that says when somebody had a hand in it."""

from __future__ import annotations

import re

from storage.open import open_storage
from tests.telegram.desk import execute
from tests.telegram.house import House, Person


async def test_an_admin_reads_what_was_done_and_turns_the_pages(house: House, owner: Person) -> None:
    assert "Nothing yet." in await owner.say("/audit")
    await house.stop()
    storage = await open_storage(
        url=None, data=house.data, key_file=house.data / "master.key", bot_id=house.sandbox.world.bot_id
    )
    for number in range(1, 20):
        await storage.audit.append(owner.id if number % 2 else 777_000_455, "pause", f"broadcast {number}")
    await storage.audit.append(0, "halt", "at the shell")
    await storage.close()
    await house.start()
    said = await owner.say("/audit")
    assert "20 entries, the chain is whole." in said
    assert re.search(r"\d\d:\d\d · the shell · halted everything", said)
    assert "you · paused · № 19" in said
    assert "…455 · paused · № 18" in said
    assert "777000455" not in said
    assert "№ 5" not in said
    await owner.press("Older")
    assert "№ 5" in owner.text
    await owner.press("Newer")
    assert "№ 19" in owner.text


async def test_tampering_is_said_on_the_first_line(house: House, owner: Person, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    await owner.say("/alert Court on Monday.")
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    for statement, said in (
        ("UPDATE audit SET actor = zeroblob(24) WHERE id = 1", "The log is broken at entry 1"),
        ("DELETE FROM audit", "Entry 1 was written and is missing"),
    ):
        await execute(house, statement)
        assert said in (await owner.say("/audit")).splitlines()[1]


async def test_a_reader_gets_the_answer_of_an_unknown_command(house: House, reader: Person) -> None:
    assert "No such command." in await reader.say("/audit")
    before = reader.text
    await reader.press_data(reader.last["message_id"], "1en.au.0")
    assert reader.text == before
