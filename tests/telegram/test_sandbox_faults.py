"""The faults that the page plays: met by what they should meet, as often as they should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox import faults
from bot.sandbox.faults import FAULTS
from tests.telegram.caller import READER, Caller, calling


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


async def say(call: Caller) -> tuple[int, str]:
    status, answer = await call("sendMessage", chat_id=READER, text="x")
    return status, str(answer.get("description", ""))


async def test_a_flood_is_met_as_often_as_was_asked(call: Caller) -> None:
    call.sandbox.trouble.play("flood", None, 2)
    status, answer = await call("sendMessage", chat_id=READER, text="x")
    assert (status, answer["parameters"]) == (429, {"retry_after": 3})
    assert await say(call) == (429, "Too Many Requests: retry after 3")
    assert (await say(call))[0] == 200
    assert call.sandbox.trouble.told()["playing"] == []


async def test_only_whom_it_is_for_and_only_what_writes(call: Caller) -> None:
    trouble = call.sandbox.trouble
    call.sandbox.world.people[5550000103].started = True
    trouble.play("blocked", READER, 0)
    assert (await call("sendMessage", chat_id=5550000103, text="x"))[0] == 200
    assert (await call("getUpdates"))[0] == (await call("getMe"))[0] == 200
    assert (await call("sendChatAction", chat_id=READER, action="typing"))[0] == 200
    for _ in range(3):
        assert await say(call) == (403, "Forbidden: bot was blocked by the user")
    assert trouble.told()["playing"][0]["met"] == 3
    trouble.clear()
    assert (await say(call))[0] == 200


@pytest.mark.parametrize(
    ("name", "arrives"), [("cut-before", 0), ("cut-after", 1), ("slow", 1)], ids=["before", "after", "slow"]
)
async def test_a_connection_that_is_cut(call: Caller, name: str, arrives: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = faults.Fault("slow", 0, taken=True, delay=0.05)
    monkeypatch.setitem(FAULTS, "slow", slow)
    call.sandbox.trouble.play(name, None, 1)
    begun = asyncio.get_running_loop().time()
    with pytest.raises(aiohttp.ClientError):
        await say(call)
    assert len(call.sandbox.world.messages(READER)) == arrives
    assert asyncio.get_running_loop().time() - begun >= FAULTS[name].delay


async def test_a_proxys_page_and_a_migration(call: Caller) -> None:
    call.sandbox.trouble.play("html", None, 1)
    async with call.session.post(
        f"{call.sandbox.url}/bot{call.token}/sendMessage", json={"chat_id": READER, "text": "x"}
    ) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    call.sandbox.trouble.play("upgraded", None, 1)
    _, told = await call("sendMessage", chat_id=READER, text="x")
    assert told["parameters"]["migrate_to_chat_id"] == READER + faults.NEW_CHAT_OFFSET


@pytest.mark.parametrize("name", [name for name in FAULTS if FAULTS[name].code and not FAULTS[name].html])
async def test_every_refusal_comes_in_its_words(call: Caller, name: str) -> None:
    call.sandbox.trouble.play(name, None, 1)
    assert await say(call) == (FAULTS[name].code, FAULTS[name].description)
    assert len(call.sandbox.world.messages(READER)) == int(FAULTS[name].taken)


def test_a_fault_that_does_not_exist() -> None:
    from bot.sandbox.trouble import Trouble

    with pytest.raises(KeyError):
        Trouble().play("no such fault", None, 1)
