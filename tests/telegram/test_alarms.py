"""What may mean a stolen token reaches the owners: a second poller, a changed webhook, updates that are missing."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.telegram.house import TOKEN, House, Person, until


async def heard(owner: Person, words: str) -> None:
    await until(lambda: any(words in message["text"] for message in owner.seen()))


async def call(house: House, method: str, **fields: object) -> None:
    """As somebody else who has the token would."""
    async with aiohttp.ClientSession() as session:
        await session.post(f"{house.sandbox.bot_api}/bot{TOKEN}/{method}", json=fields)


async def test_a_second_poller_is_told_to_the_owners_once_and_polling_goes_on(house: House, owner: Person) -> None:
    await owner.say("/start")
    for _ in range(3):
        await call(house, "getUpdates", timeout=0)
        await asyncio.sleep(0.1)
    await heard(owner, "another program fetches this bot's updates")
    assert "/revoke" in owner.text
    assert "Help" in await house.person(1).say("/help") or house.person(1).seen()
    assert sum("another program" in message["text"] for message in owner.seen()) == 1


async def test_a_webhook_that_somebody_sets_is_taken_away_again_and_told(house: House, owner: Person) -> None:
    await owner.say("/start")
    await call(house, "setWebhook", url="https://thief.example/x")
    await heard(owner, "somebody changed where Telegram sends this bot's updates")
    assert not house.sandbox.world.webhook
    assert await house.person(1).say("/help")


@pytest.mark.parametrize(("stolen", "told"), [(3, False), (12, True)])
async def test_updates_that_never_came_are_told_from_ten_on(
    house: House, owner: Person, stolen: int, told: bool
) -> None:
    await owner.say("/start")
    world = house.sandbox.world
    for _ in range(stolen):
        next(world._update)
    await house.person(1).say("/help")
    if told:
        await heard(owner, "12 updates never reached this bot")
    else:
        await asyncio.sleep(0.2)
        assert not any("never reached" in message["text"] for message in owner.seen())


async def test_who_asks_too_much_is_told_once_and_an_owner_is_still_answered(house: House, owner: Person) -> None:
    reader = house.person(1)
    await owner.say("/start")
    for _ in range(60):
        house.sandbox.world.say(reader.id, "/help")
    await heard(reader, "Too many messages at once.")
    assert "Your id" in await owner.say("/whoami") or owner.seen()
    await reader.handled()
    assert sum("Too many messages" in message["text"] for message in reader.seen()) == 1
    assert len(reader.seen()) <= 14
    await house.stop()
    await house.start()
    assert reader.seen()


async def test_the_stop_of_who_asks_too_much_erases_all_the_same(house: House) -> None:
    reader = house.person(1)
    await reader.say("/start")
    await reader.press("Subscribe to all")
    assert (await house_status(house)) == 1
    for _ in range(60):
        house.sandbox.world.say(reader.id, "/help")
    house.sandbox.world.say(reader.id, "/stop")
    await reader.handled()
    assert (await house_status(house)) == 0


async def house_status(house: House) -> int:
    from bot.control import ask

    seen = await ask(house.data, "status")
    return sum(seen["readers"].values())
