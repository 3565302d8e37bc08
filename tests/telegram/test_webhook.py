"""Updates by webhook, over HTTP: who is let in, what is answered when, and what a repeat does."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import socket
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import Refused
from bot.config import ConfigError, load_settings
from bot.inbound import Inbound
from bot.wire.webhook import LARGEST, SECRET_HEADER
from tests.ports import free_port
from tests.telegram.house import TOKEN, House, running, until

SECRET = "s" * 40
Json = dict[str, Any]


@pytest.fixture
async def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.chdir(tmp_path)
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    async with running(tmp_path / "data", webhook_url=url, webhook_secret=SECRET, listen=f"127.0.0.1:{port}") as house:
        yield house


async def call(house: House, body: bytes | Json, secret: str | None = SECRET, **more: Any) -> int:
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with aiohttp.ClientSession() as session:
        url = house.settings["webhook_url"]
        async with session.post(url, data=data, headers=headers | more.pop("headers", {}), **more) as answer:
            return answer.status


def said(house: House, number: int, text: str, index: int = 1) -> Json:
    """An update that Telegram would send for this person."""
    person = house.sandbox.world.people[house.person(index).id]
    person.started = True
    message: Json = {
        "message_id": number,
        "date": int(time.time()),
        "chat": person.as_chat(),
        "from": person.as_user(),
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"update_id": number, "message": message}


def readers(house: House) -> int:
    with contextlib.closing(sqlite3.connect(house.data / "dauys.sqlite3")) as connection:
        return int(connection.execute("SELECT count(*) FROM subscriber").fetchone()[0])


async def test_a_conversation_by_webhook(hooked: House) -> None:
    reader = hooked.person(1)
    assert "Send a name in any spelling" in await reader.say("/start")
    await reader.press("Subscribe to all")
    assert readers(hooked) == 1
    await reader.say("/stop")
    assert readers(hooked) == 0


async def test_whatever_comes_first_finds_all_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_, names = Inbound.open, list[str]()

    async def opened(inbound: Inbound) -> None:
        names.append(inbound.alarms._services.house.username)
        await open_(inbound)

    monkeypatch.setattr(Inbound, "open", opened)
    async with running(tmp_path / "data") as house:
        assert names == [house.sandbox.world.username]


async def test_telegram_is_given_the_address_the_secret_and_the_kinds(hooked: House) -> None:
    given = hooked.sandbox.world.webhook
    assert given["secret_token"] == SECRET
    assert TOKEN.partition(":")[2] not in given["url"]
    assert sorted(given["allowed_updates"]) == ["callback_query", "inline_query", "message", "my_chat_member"]


@pytest.mark.parametrize(
    ("secret", "status"),
    [(None, 403), ("", 403), ("s" * 39, 403), ("S" * 40, 403), ("é" * 40, 403), (SECRET, 200)],
    ids=["none", "empty", "too short", "other letters", "not ASCII", "right"],
)
async def test_only_who_knows_the_secret_is_heard(hooked: House, secret: str | None, status: int) -> None:
    before = len(hooked.person(1).seen())
    assert await call(hooked, said(hooked, 900_000_001, "/help"), secret) == status
    assert len(hooked.person(1).seen()) - before == (status == 200)


async def test_a_replayed_call_does_nothing_again(hooked: House) -> None:
    update = said(hooked, 900_000_002, "/help")
    assert [await call(hooked, update) for _ in range(3)] == [200] * 3
    assert len(hooked.person(1).seen()) == 1


async def test_an_old_subscription_that_comes_again_after_the_stop_does_not_undo_it_even_over_a_restart(
    hooked: House,
) -> None:
    reader = hooked.person(1)
    await reader.say("/start")
    message, data = reader.button("Subscribe to all")
    press = {"id": "1", "from": hooked.sandbox.world.people[reader.id].as_user(), "chat_instance": "1", "data": data}
    subscribed = {"update_id": 900_000_010, "callback_query": {**press, "message": message}}
    assert await call(hooked, subscribed) == 200
    assert readers(hooked) == 1
    assert await call(hooked, said(hooked, 900_000_011, "/stop")) == 200
    assert readers(hooked) == 0
    await hooked.stop()
    await hooked.start()
    assert await call(hooked, subscribed) == 200
    assert readers(hooked) == 0


async def test_two_calls_of_one_update_at_once_are_one(hooked: House) -> None:
    update = said(hooked, 900_000_020, "/help")
    assert await asyncio.gather(*(call(hooked, update) for _ in range(5))) == [200] * 5
    assert len(hooked.person(1).seen()) == 1


BODIES = [
    ("not JSON", b"{", 400),
    ("not UTF-8", b"\xff\xfe{}", 400),
    ("a list", b"[]", 400),
    ("no number", b'{"message": {}}', 400),
    ("a number that is none", b'{"update_id": "7"}', 400),
    ("too deep", b"[" * 100_000, 400),
    ("too large", b'{"update_id": 7, "x": "' + b"x" * LARGEST + b'"}', 413),
]


@pytest.mark.parametrize(("what", "body", "status"), BODIES, ids=[body[0] for body in BODIES])
async def test_what_is_no_update_is_refused(hooked: House, what: str, body: bytes, status: int) -> None:
    assert await call(hooked, body) == status


async def test_a_body_that_only_says_that_it_is_large_is_not_read(hooked: House) -> None:
    started = time.monotonic()
    head = f"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n{SECRET_HEADER}: {SECRET}\r\n\r\n"
    assert b" 413 " in await raw(hooked, head.encode())
    assert time.monotonic() - started < 5


async def test_a_body_in_chunks_is_bounded_too(hooked: House) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (1 << 16)

    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(
                hooked.settings["webhook_url"], data=chunks(), headers={SECRET_HEADER: SECRET}
            ) as answer:
                assert answer.status == 413
        except aiohttp.ClientConnectionError:
            pass  # refused while it was still sending: the connection was cut


async def test_a_slow_body_is_given_up_and_others_are_served_meanwhile(
    hooked: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.wire.webhook.SLOWEST", 0.3)
    head = f"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n{SECRET_HEADER}: {SECRET}\r\n\r\n{{"
    slow = asyncio.create_task(raw(hooked, head.encode()))
    assert await call(hooked, said(hooked, 900_000_030, "/help")) == 200
    assert b" 408 " in await slow


async def test_other_paths_and_methods_are_nothing(hooked: House) -> None:
    base = hooked.settings["webhook_url"].removesuffix("/hook")
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/hook/", f"/bot{TOKEN}/hook", "/hook%2f.."):
            async with session.post(base + path, json={}, headers={SECRET_HEADER: SECRET}) as answer:
                assert answer.status in (404, 405)
        async with session.get(base + "/hook") as answer:
            assert answer.status in (404, 405)


async def test_a_stopped_bot_leaves_what_it_did_not_handle_to_the_next(hooked: House) -> None:
    reader = hooked.person(1)
    await reader.say("/start")
    await hooked.stop()
    hooked.sandbox.world.say(reader.id, "/help")
    await asyncio.sleep(0.3)
    assert len(hooked.sandbox.world.updates) == 1
    await hooked.start()
    await until(lambda: not hooked.sandbox.world.updates)
    assert len(reader.seen()) == 2


async def test_an_address_that_is_taken_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Refused, match=r"DAUYS_LISTEN: cannot listen on .*; choose another address"):
            async with running(tmp_path / "data", webhook_url="http://h/x", webhook_secret=SECRET, listen=listen):
                pass


SETTINGS = [
    ({"webhook_url": "https://x.example/hook"}, "DAUYS_WEBHOOK_SECRET: not set"),
    ({"webhook_secret": SECRET}, "DAUYS_WEBHOOK_URL: not set"),
    ({"webhook_url": "https://x.example/hook", "webhook_secret": "short"}, "DAUYS_WEBHOOK_SECRET: expected 16"),
    ({"webhook_url": "https://x.example/hook", "webhook_secret": "a b" * 9}, "DAUYS_WEBHOOK_SECRET: expected 16"),
    ({"webhook_url": f"https://x.example/{TOKEN}", "webhook_secret": SECRET}, "DAUYS_WEBHOOK_URL: holds the token"),
    ({"webhook_url": "http://x.example/hook", "webhook_secret": SECRET}, "DAUYS_WEBHOOK_URL: Telegram calls https"),
]


@pytest.mark.parametrize(("given", "expected"), SETTINGS, ids=[row[1] + str(i) for i, row in enumerate(SETTINGS)])
def test_it_refuses_to_start_with(given: Json, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(token=TOKEN, **given)
    assert [fault[: len(expected)] for fault in caught.value.faults] == [expected]


async def raw(house: House, request: bytes) -> bytes:
    """What comes back for these bytes until the connection ends or an answer is there."""
    port = int(house.settings["listen"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(8):
        answer = await reader.read(4096)
    writer.close()
    return answer
