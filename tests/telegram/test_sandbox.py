"""The stand-in refuses what Telegram refuses, in Telegram's words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.telegram.caller import READER, TOKEN, Caller, calling
from tests.telegram.documented import undocumented


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def key(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **button}]]}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"chat_id": READER, "text": " \n"}, "Bad Request: message text is empty"),
    ("sendMessage", {"chat_id": READER}, "Bad Request: message text is empty"),
    ("sendMessage", {"chat_id": READER, "text": "😀" * 2049}, "Bad Request: message is too long"),
    ("sendMessage", {"chat_id": 1, "text": "x"}, "Bad Request: chat not found"),
    ("sendMessage", {"chat_id": "x", "text": "x"}, "Bad Request: chat_id is invalid"),
    ("sendMessage", {"chat_id": 5550000101, "text": "x"}, "Forbidden: bot can't initiate conversation with a user"),
    ("sendMessage", {"chat_id": READER, "text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
    ("sendMessage", {"chat_id": READER, "text": "x</b>", "parse_mode": "HTML"}, "can't parse entities"),
    ("sendMessage", {"chat_id": READER, "text": "<x>y</x>", "parse_mode": "HTML"}, "Unsupported start tag"),
    ("sendMessage", {"chat_id": READER, "text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
     "entity"),
    ("sendMessage", {"chat_id": READER, "text": "x", "entities": [{"type": "loud", "offset": 0, "length": 1}]},
     "unsupported entity type"),
    ("sendMessage", {"chat_id": READER, "text": "x", "reply_markup": key(callback_data="ы" * 33)},
     "BUTTON_DATA_INVALID"),
    ("sendMessage", {"chat_id": READER, "text": "x", "reply_markup": key()}, "exactly one"),
    ("sendMessage", {"chat_id": READER, "text": "x", "reply_markup": key(url="javascript:x")}, "Wrong HTTP URL"),
    ("sendMessage", {"chat_id": READER, "text": "x",
                     "reply_markup": {"inline_keyboard": [[{"text": "x", "url": "https://x.y"}]] * 101}},
     "reply markup is too long"),
    ("editMessageText", {"chat_id": READER, "message_id": 999, "text": "x"}, "message to edit not found"),
    ("deleteMessage", {"chat_id": READER, "message_id": 999}, "message to delete not found"),
    ("deleteMessages", {"chat_id": READER, "message_ids": list(range(101))}, "from 1 to 100"),
    ("answerCallbackQuery", {"callback_query_id": "999"}, "query is too old"),
    ("setMyDescription", {"description": "x" * 513}, "DESCRIPTION_TOO_LONG"),
    ("setMyShortDescription", {"short_description": "x" * 121}, "SHORT_DESCRIPTION_TOO_LONG"),
    ("setMyCommands", {"commands": [{"command": "x", "description": "y"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
    ("setMyCommands", {"commands": [{"command": "x" * 33, "description": "y"}]}, "BOT_COMMAND_INVALID"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "fields", "expected"), REFUSED, ids=[f"{r[0]} {r[2]}" for r in REFUSED])
async def test_refusals(call: Caller, method: str, fields: dict[str, Any], expected: str) -> None:
    status, answer = await call(method, **fields)
    assert answer["ok"] is False
    assert answer["error_code"] == status in (400, 403)
    assert expected in answer["description"]


async def test_an_unknown_token_and_an_unknown_method(call: Caller) -> None:
    assert (await call("getMe", token="1:no"))[0] == 401
    assert (await call("noSuchMethod"))[0] == 404
    assert (await call("GETME"))[1]["result"]["is_bot"] is True


async def test_a_message_edits_and_is_not_modified_twice(call: Caller) -> None:
    _, sent = await call("sendMessage", chat_id=READER, text="one")
    place = {"chat_id": READER, "message_id": sent["result"]["message_id"]}
    status, edited = await call("editMessageText", **place, text="two")
    assert (status, edited["result"]["text"]) == (200, "two")
    status, again = await call("editMessageText", **place, text="two")
    assert (status, "message is not modified" in again["description"]) == (400, True)
    own = call.sandbox.world.say(READER, "mine")
    status, foreign = await call("editMessageText", chat_id=READER, message_id=own["message_id"], text="x")
    assert (status, foreign["description"]) == (400, "Bad Request: message can't be edited")


async def test_a_message_older_than_48_hours_stays(call: Caller) -> None:
    _, sent = await call("sendMessage", chat_id=READER, text="old")
    now = call.sandbox.world.now()
    call.sandbox.world.now = lambda: now + 48 * 3600 + 5
    status, _ = await call("deleteMessage", chat_id=READER, message_id=sent["result"]["message_id"])
    assert status == 400


async def test_a_callback_dies_after_150_seconds(call: Caller) -> None:
    _, sent = await call("sendMessage", chat_id=READER, text="x", reply_markup=key(callback_data="d"))
    call.sandbox.world.press(READER, sent["result"]["message_id"], "d")
    _, polled = await call("getUpdates")
    query = polled["result"][-1]["callback_query"]
    now = call.sandbox.world.now()
    call.sandbox.world.now = lambda: now + 151
    status, _ = await call("answerCallbackQuery", callback_query_id=query["id"])
    assert status == 400


async def test_blocking_is_an_update_and_refuses_messages(call: Caller) -> None:
    call.sandbox.world.set_blocked(READER, True)
    status, answer = await call("sendMessage", chat_id=READER, text="x")
    assert (status, answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    _, polled = await call("getUpdates")
    assert polled["result"][-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"


async def test_updates_come_again_until_they_are_confirmed(call: Caller) -> None:
    call.sandbox.world.say(READER, "one")
    call.sandbox.world.say(READER, "two")
    _, first = await call("getUpdates")
    _, second = await call("getUpdates")
    assert [update["message"]["text"] for update in first["result"]] == ["one", "two"]
    assert second == first
    _, third = await call("getUpdates", offset=first["result"][1]["update_id"])
    assert [update["message"]["text"] for update in third["result"]] == ["two"]


async def test_a_second_poller_ends_the_first(call: Caller) -> None:
    import asyncio

    first = asyncio.ensure_future(call("getUpdates", timeout=5))
    await asyncio.sleep(0.1)
    second = asyncio.ensure_future(call("getUpdates", timeout=1))
    status, answer = await first
    assert (status, answer["description"].startswith("Conflict: terminated by other getUpdates")) == (409, True)
    assert (await second)[0] == 200


@pytest.mark.parametrize("form", ["json", "urlencoded", "multipart", "query"])
async def test_parameters_in_every_documented_form(call: Caller, form: str) -> None:
    address = f"{call.sandbox.url}/bot{TOKEN}/sendMessage"
    fields = {
        "chat_id": str(READER),
        "text": "hello",
        "entities": json.dumps([{"type": "bold", "offset": 0, "length": 5}]),
    }
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    sending = {
        "json": {"json": fields},
        "urlencoded": {"data": fields},
        "multipart": {"data": multipart},
        "query": {"params": fields},
    }[form]
    async with call.session.request("GET" if form == "query" else "POST", address, **sending) as answer:  # type: ignore[arg-type]
        result = (await answer.json())["result"]
    assert (result["text"], result["entities"][0]["type"]) == ("hello", "bold")


async def test_commands_by_scope_and_language(call: Caller) -> None:
    world = call.sandbox.world
    await call("setMyCommands", commands=[{"command": "a", "description": "all"}])
    scope = {"type": "all_private_chats"}
    await call("setMyCommands", commands=[{"command": "b", "description": "рус"}], scope=scope, language_code="ru")
    mine = {"type": "chat", "chat_id": 5550000103}
    await call("setMyCommands", commands=[{"command": "c", "description": "own"}], scope=mine)
    names = {person.language: world.commands_for(person)[0]["command"] for person in world.people.values()}
    world.people[READER].language = "ru"
    assert (names["kk"], names["en"]) == ("a", "c")
    assert world.commands_for(world.people[READER])[0]["command"] == "b"


async def test_only_this_machine_and_this_page_may_drive_it(call: Caller) -> None:
    async with call.session.get(call.sandbox.url, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    async with call.session.post(f"{call.sandbox.url}/page/do", json={"do": "say", "person": READER}) as answer:
        assert answer.status == 403
    async with call.session.get(call.sandbox.url) as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "fields", "found"),
    [
        ("sendMessage", ["chat_id", "text", "entities", "protect_content"], []),
        ("sendMessage", ["chat_id", "text", "colour"], ["sendMessage: colour"]),
        ("sendTelepathy", ["chat_id"], ["sendTelepathy"]),
        ("getUpdates", ["offset", "timeout", "allowed_updates"], []),
    ],
)
def test_what_is_undocumented_is_noticed(method: str, fields: list[str], found: list[str]) -> None:
    assert undocumented(method, dict.fromkeys(fields, "1")) == found
