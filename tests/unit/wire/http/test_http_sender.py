"""The engine's sender over connections of its own: what each answer, or its absence, means for a delivery."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import load_settings
from bot.wire.bodies import encode
from bot.wire.http import failures
from bot.wire.sender import WireSender
from storage.records import Audience, Broadcast, BroadcastState, Cause, Delivery, Verb
from tests.fakes.http_server import CLOSED, JSON, RESET, HttpServer, Told, chunked, http_server, sized

TOKEN = "1234567890:" + "S" * 35
PAYLOAD = encode({"en": {"text": "hello"}}, {"en": {"text": "New message"}})
JOB = Broadcast(1, 42, BroadcastState.RUNNING, Audience(), PAYLOAD)


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as made:
        yield made


@contextlib.asynccontextmanager
async def sender(url: str, **settings: Any) -> AsyncIterator[WireSender]:
    made = WireSender(load_settings(token=TOKEN, api_url=url, **settings))
    await made.open()
    try:
        yield made
    finally:
        await made.close()


FLOOD = b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7}}'


@pytest.mark.parametrize(
    ("told", "verb", "cause"),
    [
        (sized(), Verb.SENT, Cause.NONE),
        (chunked(), Verb.SENT, Cause.NONE),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + sized(), Verb.SENT, Cause.NONE),
        (b"HTTP/1.0 200 OK\r\n\r\n" + JSON, Verb.UNCERTAIN, Cause.UNCERTAIN),
        ((b"HTTP/1.0 200 OK\r\n\r\n" + JSON, CLOSED), Verb.SENT, Cause.NONE),
        ((b"HTTP/1.0 200 OK\r\n\r\n" + JSON[:-3], CLOSED), Verb.UNCERTAIN, Cause.SERVER),
        (sized(FLOOD, 429), Verb.FLOOD, Cause.FLOOD),
        (sized(b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}', 403),
         Verb.GONE, Cause.BLOCKED),
        (sized(b'{"ok":false,"error_code":401,"description":"Unauthorized"}', 401), Verb.HALT, Cause.HALT),
        (sized(b"<html>", 500), Verb.UNCERTAIN, Cause.SERVER),
        (sized(b"<html>", 301, b"Location: /elsewhere\r\n"), Verb.UNCERTAIN, Cause.SERVER),
        (sized(b"", 413), Verb.FAULT, Cause.CONTENT),
        (sized(b"\xff\xfe"), Verb.UNCERTAIN, Cause.SERVER),
        (RESET, Verb.UNCERTAIN, Cause.UNCERTAIN),
        (CLOSED, Verb.UNCERTAIN, Cause.UNCERTAIN),
        (b"nonsense\r\n\r\n", Verb.UNCERTAIN, Cause.UNCERTAIN),
    ],
)  # fmt: skip
async def test_what_each_answer_means_for_a_delivery(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: Told, verb: Verb, cause: Cause
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.wire.sender.READ_TIMEOUT", 0.5)
    server.told.append(told)
    async with sender(server.url) as made:
        outcome = await made.send(Delivery(1, 2, 55, "en"), JOB)
    assert (outcome.verb, outcome.cause) == (verb, cause)
    assert outcome.wait == (7 if verb is Verb.FLOOD else 0)
    assert server.requests == [
        b"POST /bot%b/sendMessage HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\nContent-Length: 29\r\n\r\n"
        b'{"chat_id":55,"text":"hello"}' % (TOKEN.encode(), server.url.removeprefix("http://").encode())
    ]


async def test_a_path_before_the_methods_and_an_idle_second_message(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with sender(f"{server.url}/telegram/test") as made:
        for chat in (-1001234567890, 7):
            assert (await made.send(Delivery(1, 2, chat, "en"), JOB)).message_id == 9
    assert [head.split(b" ")[1] for head in server.requests] == [
        b"/telegram/test/bot%b/sendMessage" % TOKEN.encode()
    ] * 2
    assert server.requests[0].endswith(b'{"chat_id":-1001234567890,"text":"hello"}')


async def test_with_a_proxy_all_goes_through_it(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with sender("http://telegram.invalid", proxy=server.url) as made:
        assert (await made.send(Delivery(1, 2, 55, "en"), JOB)).verb is Verb.SENT
    assert server.requests[0].startswith(b"POST http://telegram.invalid/bot")


async def test_nothing_that_can_be_printed_holds_the_token(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    server.told += [RESET, CLOSED, b"nonsense\r\n\r\n"]
    async with sender(server.url) as made:
        seen: list[Any] = [made, made._pool]
        for _ in range(5):
            pending = asyncio.ensure_future(made.send(Delivery(1, 2, 56, "en"), JOB))
            seen += [pending, *asyncio.all_tasks(), *(made._pool._all if made._pool else ())]
            seen.append(await pending)
    kinds = [kind for kind in vars(failures).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert failures.AnswerTimedOut in kinds
    assert len(seen) > 10
    assert TOKEN not in "".join(map(repr, seen)) + "".join(repr(kind()) + str(kind()) for kind in kinds) + caplog.text
