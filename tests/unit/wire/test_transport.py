"""The transport at the wire: kinds of failure told apart, and no token in anything that is printed."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.config import load_settings
from bot.wire.bodies import encode
from bot.wire.sender import WireSender
from bot.wire.transport import AiohttpRequest, NotSent, SafeBot
from storage.records import Audience, Broadcast, BroadcastState, Cause, Delivery, Verb
from tests.ports import free_port

TOKEN = "1234567890:" + "S" * 35
DELIVERY = Delivery(1, 2, 5550001234, "kk")


def job(payload: str) -> Broadcast:
    return Broadcast(1, 42, BroadcastState.RUNNING, Audience(), payload)


class Wire:
    """A server that answers the next calls as it is told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answer: web.Response | str = web.json_response({"ok": True, "result": {"message_id": 9}})
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.read())
        if self.answer == "cut":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.answer == "slow":
            await asyncio.sleep(1)
            return web.Response()
        assert isinstance(self.answer, web.Response)
        return web.json_response(text=self.answer.text, status=self.answer.status)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


def unused() -> str:
    return f"http://127.0.0.1:{free_port()}"


async def fail(url: str, expected: type[TelegramError], **timeouts: float) -> str:
    """Everything that could be printed of the failure."""
    request = AiohttpRequest()
    bot = SafeBot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=request)
    await request.initialize()
    try:
        await bot.send_message(1, "x", **timeouts)  # type: ignore[arg-type]
    except expected as error:
        return "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(bot) + str(bot)
    finally:
        await request.shutdown()
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (web.Response(text='{"ok":false,"error_code":401,"description":"Unauthorized"}', status=401), TelegramError),
        (web.Response(text='{"ok":false,"error_code":404,"description":"Not Found"}', status=404), TelegramError),
        (web.Response(text="<html>bad</html>", status=502), NetworkError),
        (web.Response(text="not json", status=200), TelegramError),
        ("cut", NetworkError),
    ],
)
async def test_no_token_in_any_failure(wire: Wire, answer: web.Response | str, expected: type[TelegramError]) -> None:
    wire.answer = answer
    assert TOKEN not in await fail(wire.url, expected)


async def test_a_slow_answer_is_a_timeout_and_no_connection_is_surely_not_sent(wire: Wire) -> None:
    wire.answer = "slow"
    assert TOKEN not in await fail(wire.url, TimedOut, read_timeout=0.1)
    assert TOKEN not in await fail(unused(), NotSent)


def settings_for(url: str) -> WireSender:
    return WireSender(load_settings(token=TOKEN, api_url=url))


@pytest.mark.parametrize(
    ("answer", "verb", "cause"),
    [
        (web.json_response({"ok": True, "result": {"message_id": 9}}), Verb.SENT, Cause.NONE),
        ("cut", Verb.UNCERTAIN, Cause.UNCERTAIN),
        (web.Response(text="<html>", status=502), Verb.UNCERTAIN, Cause.SERVER),
    ],
)
async def test_the_engines_sender(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: object, answer: web.Response | str, verb: Verb, cause: Cause
) -> None:
    monkeypatch.chdir(str(tmp_path))
    wire.answer = answer
    sender = settings_for(wire.url)
    await sender.open()
    payload = encode({"en": {"text": "hello"}, "ru": {"text": "привет"}}, {"en": {"text": "New message"}})
    outcome = await sender.send(DELIVERY, job(payload))
    hidden = await sender.send(Delivery(1, 2, 7, "en", silent=True, hidden=True), job(payload))
    await sender.close()
    assert (outcome.verb, outcome.cause) == (verb, cause)
    assert hidden.verb is verb
    assert '{"chat_id":5550001234,"text":"привет"}'.encode() in wire.bodies[0]
    assert b'{"chat_id":7,"text":"New message","disable_notification":true}' in wire.bodies[-1]
    assert TOKEN not in repr(sender)


async def test_no_connection_is_a_retry_without_doubt(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.chdir(str(tmp_path))
    sender = settings_for(unused())
    await sender.open()
    outcome = await sender.send(DELIVERY, job(encode({"en": {"text": "x"}}, {})))
    await sender.close()
    assert (outcome.verb, outcome.cause) == (Verb.RETRY, Cause.NOT_SENT)
