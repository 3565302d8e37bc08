"""/halt and /resume: within a second nothing is sent any more, and nothing is lost."""

from __future__ import annotations

import asyncio

from tests.telegram.house import House, Person, until
from tests.telegram.test_control import READERS, slow

__all__ = ["slow"]
TEXT = "Court on Monday."


def got(house: House) -> int:
    world = house.sandbox.world
    readers = [id_ for id_ in world.people if id_ > house.person(2).id]
    return sum(message.get("text") == TEXT for id_ in readers for message in world.messages(id_))


async def test_halt_stops_within_a_second_and_resume_goes_on(slow: House) -> None:
    owner = slow.person(2)
    await owner.say(f"/alert {TEXT}")
    await owner.press("Send now")
    await owner.press(f"Send to {READERS} readers")
    await until(lambda: got(slow))
    slow.sandbox.world.say(owner.id, "/halt")
    await owner.sees("1 broadcast stands still.")
    await asyncio.sleep(0.1)
    count = got(slow)
    assert 0 < count < READERS
    await asyncio.sleep(0.9)
    assert got(slow) == count
    slow.sandbox.world.say(owner.id, "/resume")
    await owner.sees("1 broadcast goes on.")
    await until(lambda: got(slow) == READERS)


async def test_readers_may_not(house: House, owner: Person, reader: Person) -> None:
    for command in ("/halt", "/resume"):
        assert "No such command" in await reader.say(command)
    assert "Sending is allowed again." in await owner.say("/resume")
