"""What each job writes at the wire: method and fields, and a file that goes up once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from bot.broadcast.faults import Faults
from bot.config import load_settings
from bot.wire.bodies import Attached, encode
from bot.wire.sender import WireSender
from storage.media import File
from storage.records import Audience, Broadcast, BroadcastState, Cause, Delivery, Kind, Verb

TOKEN = "1234567890:" + "S" * 35
READER = Delivery(1, 2, 555, "en", message_id=77)
TEXT = encode({"en": {"text": "hello", "disable_notification": True}}, {"en": {"text": "New message"}})
PHOTO = encode({"en": {"caption": "hello"}}, {"en": {"text": "New message"}}, Attached("photo", digest="d"))


def job(kind: Kind, payload: str = TEXT) -> Broadcast:
    return Broadcast(1, 42, BroadcastState.RUNNING, Audience(), payload, kind=kind)


@dataclass
class Telegram:
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    uploads: int = 0
    refusal: str = ""
    made: dict[str, Any] = field(default_factory=lambda: {"photo": [{"file_id": "small"}, {"file_id": "large"}]})
    """What stands in the message that was sent."""
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        if request.content_type == "multipart/form-data":
            self.uploads += 1
            form = await request.post()
            self.calls.append((method, {name: value for name, value in form.items() if isinstance(value, str)}))
        else:
            self.calls.append((method, json.loads(await request.read())))
        if self.refusal:
            body = {"ok": False, "error_code": 400, "description": f"Bad Request: {self.refusal}"}
            return web.json_response(body, status=400)
        if method == "deleteMessage":
            return web.json_response({"ok": True, "result": True})
        return web.json_response({"ok": True, "result": {"message_id": 9, **self.made}})


@dataclass
class Kept:
    file: File | None = field(default_factory=lambda: File("d", "photo", "a.png", b"bytes"))

    async def get(self, digest: str) -> File | None:
        return self.file

    async def uploaded(self, digest: str, file_id: str) -> None:
        assert self.file is not None
        self.file = replace(self.file, file_id=file_id)


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    made = Telegram()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def sender(telegram: Telegram, kept: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Any:
    monkeypatch.chdir(str(tmp_path))
    made = WireSender(load_settings(token=TOKEN, api_url=telegram.url), kept)
    await made.open()
    yield made
    await made.close()


REPLY = {"message_id": 77, "allow_sending_without_reply": True}


@pytest.mark.parametrize(
    ("kind", "payload", "hidden", "method", "expected"),
    [
        (Kind.RECALL, "", False, "deleteMessage", {"message_id": 77}),
        (Kind.CORRECT, TEXT, False, "editMessageText", {"message_id": 77, "text": "hello"}),
        (Kind.CORRECT, TEXT, True, "editMessageText", {"message_id": 77, "text": "New message"}),
        (Kind.CORRECT, PHOTO, False, "editMessageCaption", {"message_id": 77, "caption": "hello"}),
        (
            Kind.NOTICE,
            TEXT,
            False,
            "sendMessage",
            {"reply_parameters": REPLY, "text": "hello", "disable_notification": True},
        ),
        (Kind.RETRY, TEXT, False, "sendMessage", {"text": "hello", "disable_notification": True}),
    ],
)
async def test_a_job_at_the_wire(
    telegram: Telegram,
    sender: WireSender,
    kind: Kind,
    payload: str,
    hidden: bool,
    method: str,
    expected: dict[str, Any],
) -> None:
    outcome = await sender.send(replace(READER, hidden=hidden), job(kind, payload))
    assert outcome.verb is Verb.SENT
    assert telegram.calls == [(method, {"chat_id": 555, **expected})]


async def test_a_file_goes_up_once_and_then_by_its_id(telegram: Telegram, sender: WireSender, kept: Kept) -> None:
    with_photo = job(Kind.SEND, PHOTO)
    assert sender.alone(with_photo)
    assert (await sender.send(READER, with_photo)).message_id == 9
    assert not sender.alone(with_photo)
    assert (await sender.send(replace(READER, chat_id=556), with_photo)).verb is Verb.SENT
    assert telegram.uploads == 1
    assert telegram.calls[1] == ("sendPhoto", {"chat_id": 556, "caption": "hello", "photo": "large"})
    assert kept.file is not None
    assert kept.file.file_id == "large"


async def test_after_a_restart_the_id_that_is_kept_is_used(telegram: Telegram, sender: WireSender, kept: Kept) -> None:
    await kept.uploaded("d", "large")
    assert (await sender.send(READER, job(Kind.SEND, PHOTO))).verb is Verb.SENT
    assert telegram.uploads == 0


@pytest.mark.parametrize("words", ["IMAGE_PROCESS_FAILED", "SOMETHING_NEW"])
async def test_a_file_that_is_refused_is_a_fault_of_the_content(
    telegram: Telegram, sender: WireSender, words: str
) -> None:
    telegram.refusal = words
    outcome = await sender.send(READER, job(Kind.SEND, PHOTO))
    assert (outcome.verb, outcome.cause) == (Verb.FAULT, Cause.CONTENT)
    assert sender.alone(job(Kind.SEND, PHOTO))


async def test_a_file_that_is_not_kept_any_more_is_one_too(sender: WireSender, kept: Kept) -> None:
    kept.file = None
    outcome = await sender.send(READER, job(Kind.SEND, PHOTO))
    assert (outcome.verb, outcome.cause) == (Verb.FAULT, Cause.CONTENT)


@pytest.mark.parametrize("made", [{"audio": {"file_id": "song"}}, {"photo": []}, {}])
async def test_a_file_of_which_telegram_makes_something_else_was_sent_all_the_same(
    telegram: Telegram, sender: WireSender, made: dict[str, Any]
) -> None:
    telegram.made = made
    outcome = await sender.send(READER, job(Kind.SEND, PHOTO))
    assert (outcome.verb, outcome.message_id) == (Verb.SENT, 9)


async def test_readers_who_hide_texts_since_do_not_stop_a_correction(telegram: Telegram, sender: WireSender) -> None:
    faults = Faults()
    for reader in range(60):
        delivery = replace(READER, subscriber=reader)
        telegram.refusal = "there is no caption in the message to edit"
        first = await sender.send(delivery, job(Kind.CORRECT, PHOTO))
        assert first.verb is Verb.RETRY
        assert faults.count(first) is None
        telegram.refusal = ""
        assert (await sender.send(delivery, job(Kind.CORRECT, PHOTO))).verb is Verb.SENT
    assert [method for method, _ in telegram.calls[:2]] == ["editMessageCaption", "editMessageText"]


@pytest.mark.parametrize(
    "payload",
    ["", "{", "[]", '{"full": {}, "hidden": {}}', '{"full": {"en": {}}, "media": {"kind": "photo", "new": 1}}'],
)
async def test_a_payload_that_cannot_be_read_is_a_fault_and_ends_nothing(
    telegram: Telegram, sender: WireSender, payload: str
) -> None:
    unreadable = job(Kind.SEND, payload)
    assert not sender.alone(unreadable)
    outcome = await sender.send(READER, unreadable)
    assert (outcome.verb, outcome.cause) == (Verb.FAULT, Cause.CONTENT)
    assert telegram.calls == []
