"""Photos, documents and albums in the stand-in: what it keeps, and what it refuses in Telegram's words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.files import PHOTO_BYTES, UPLOAD_BYTES, image_size
from tests.fakes.pictures import GIF, JPEG, WEBP, png, png_head
from tests.telegram.caller import READER, TOKEN, Caller, calling

PICTURE = ("a.png", png(32, 20))
PAPER = ("Doc 682.pdf", b"%PDF-1.4 not really")


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


async def photo(call: Caller, **fields: Any) -> dict[str, Any]:
    status, answer = await call.upload("sendPhoto", {"photo": PICTURE}, chat_id=READER, **fields)
    assert status == 200, answer
    return dict(answer["result"])


async def document(call: Caller) -> dict[str, Any]:
    _, answer = await call.upload("sendDocument", {"document": PAPER}, chat_id=READER)
    return dict(answer["result"])


@pytest.mark.parametrize("data", [png_head(30, 20), GIF, JPEG, WEBP], ids=["png", "gif", "jpeg", "webp"])
def test_the_size_of_a_picture(data: bytes) -> None:
    assert image_size(data) == (30, 20)
    assert image_size(data[:9]) is None
    assert image_size(b"%PDF") is None


async def test_a_photo_is_uploaded_once_and_sent_again_by_its_id(call: Caller) -> None:
    sent = await photo(call, caption="Custody, 4 July", caption_entities=[{"type": "bold", "offset": 0, "length": 7}])
    size = sent["photo"][-1]
    assert (size["width"], size["height"], size["file_size"]) == (32, 20, len(PICTURE[1]))
    assert (sent["caption"], sent["caption_entities"][0]["length"]) == ("Custody, 4 July", 7)
    status, again = await call("sendPhoto", chat_id=READER, photo=size["file_id"])
    assert (status, again["result"]["photo"]) == (200, sent["photo"])
    assert "caption" not in again["result"]


async def test_a_document_keeps_its_name_and_type(call: Caller) -> None:
    sent = await document(call)
    kept = sent["document"]
    assert (kept["file_name"], kept["mime_type"]) == ("Doc 682.pdf", "application/pdf")
    assert "photo" not in sent


async def test_get_file_and_download(call: Caller) -> None:
    kept = (await document(call))["document"]
    _, told = await call("getFile", file_id=kept["file_id"])
    path = told["result"]["file_path"]
    async with call.session.get(f"{call.sandbox.url}/file/bot{TOKEN}/{path}") as answer:
        assert (answer.status, await answer.read()) == (200, PAPER[1])
    for wrong in (f"/file/bot1:no/{path}", f"/file/bot{TOKEN}/documents/none.pdf"):
        async with call.session.get(call.sandbox.url + wrong) as answer:
            assert answer.status == 404
    status, refused = await call("getFile", file_id="nothing")
    assert (status, refused["description"]) == (400, "Bad Request: invalid file_id")


async def test_an_album_is_messages_of_one_group(call: Caller) -> None:
    known = (await photo(call))["photo"][-1]["file_id"]
    media = [
        {"type": "photo", "media": "attach://one", "caption": "First"},
        {"type": "photo", "media": known},
    ]
    status, answer = await call.upload("sendMediaGroup", {"one": PICTURE}, chat_id=READER, media=media)
    first, second = answer["result"]
    assert status == 200
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("First", False)
    assert second["photo"][-1]["file_id"] == known
    place = {"chat_id": READER, "message_id": first["message_id"]}
    paper = {"type": "document", "media": "attach://paper"}
    status, refused = await call.upload("editMessageMedia", {"paper": PAPER}, **place, media=paper)
    assert (status, refused["description"]) == (400, "Bad Request: can't change media type in the album")


async def test_captions_and_files_are_edited_and_not_twice(call: Caller) -> None:
    sent = await photo(call, caption="one", reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "d"}]]})
    place = {"chat_id": READER, "message_id": sent["message_id"]}
    status, edited = await call("editMessageCaption", **place, caption="two", show_caption_above_media=True)
    assert (status, edited["result"]["caption"], edited["result"]["photo"]) == (200, "two", sent["photo"])
    assert "reply_markup" not in edited["result"]
    status, again = await call("editMessageCaption", **place, caption="two", show_caption_above_media=True)
    assert (status, "message is not modified" in again["description"]) == (400, True)
    other = {"type": "photo", "media": "attach://new", "caption": "three"}
    status, replaced = await call.upload("editMessageMedia", {"new": ("b.gif", GIF)}, **place, media=other)
    assert (status, replaced["result"]["photo"][-1]["width"], replaced["result"]["caption"]) == (200, 30, "three")
    _, marked = await call(
        "editMessageReplyMarkup", **place, reply_markup={"inline_keyboard": [[{"text": "y", "callback_data": "e"}]]}
    )
    assert marked["result"]["caption"] == "three"


async def test_text_becomes_a_photo_and_is_not_confused_with_a_caption(call: Caller) -> None:
    _, text = await call("sendMessage", chat_id=READER, text="words")
    place = {"chat_id": READER, "message_id": text["result"]["message_id"]}
    status, refused = await call("editMessageCaption", **place, caption="x")
    assert (status, refused["description"]) == (400, "Bad Request: there is no caption in the message to edit")
    media = {"type": "photo", "media": "attach://p"}
    status, turned = await call.upload("editMessageMedia", {"p": PICTURE}, **place, media=media)
    assert (status, "text" in turned["result"], turned["result"]["photo"][-1]["width"]) == (200, False, 32)
    status, refused = await call("editMessageText", **place, text="x")
    assert (status, refused["description"]) == (400, "Bad Request: there is no text in the message to edit")


async def test_a_copy_takes_the_file_along(call: Caller) -> None:
    sent = await photo(call, caption="one")
    given = {"chat_id": READER, "from_chat_id": READER, "message_id": sent["message_id"]}
    await call("copyMessage", **given)
    await call("copyMessage", **given, caption="other")
    _, forwarded = await call("forwardMessage", **given)
    copies = call.sandbox.world.messages(READER)[-3:-1]
    assert [(copy["caption"], copy["photo"]) for copy in copies] == [
        ("one", sent["photo"]),
        ("other", sent["photo"]),
    ]
    assert forwarded["result"]["photo"] == sent["photo"]


REFUSED: list[tuple[str, str, tuple[str, bytes], str]] = [
    ("sendPhoto", "photo", ("a.png", b""), "file must be non-empty"),
    ("sendPhoto", "photo", ("a.png", b"not a picture"), "IMAGE_PROCESS_FAILED"),
    ("sendPhoto", "photo", ("a.png", png_head(9000, 1001)), "PHOTO_INVALID_DIMENSIONS"),
    ("sendPhoto", "photo", ("a.png", png_head(2001, 100)), "PHOTO_INVALID_DIMENSIONS"),
    ("sendPhoto", "photo", ("a.png", png_head(9, 9) + bytes(PHOTO_BYTES)), "too big for a photo; the maximum size is"),
    ("sendPhoto", "wrong", PICTURE, "there is no photo in the request"),
    ("sendDocument", "document", ("a.bin", bytes(UPLOAD_BYTES + 1)), "Request Entity Too Large"),
    ("sendDocument", "document", ("a.bin", bytes(UPLOAD_BYTES + 2_000_000)), "Request Entity Too Large"),
]


@pytest.mark.parametrize(("method", "part", "file", "expected"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
async def test_files_that_are_refused(
    call: Caller, method: str, part: str, file: tuple[str, bytes], expected: str
) -> None:
    status, answer = await call.upload(method, {part: file}, chat_id=READER)
    assert expected in answer["description"]
    assert status == answer["error_code"] == (413 if "Large" in expected else 400)
    assert call.sandbox.world.messages(READER) == []


async def test_words_and_ids_that_are_refused(call: Caller) -> None:
    file_id = (await photo(call))["photo"][-1]["file_id"]
    one = {"type": "photo", "media": file_id}
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("sendPhoto", {"photo": file_id, "caption": "😀" * 513}, "message caption is too long"),
        ("sendPhoto", {"photo": "nothing"}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"photo": "https://example.org/a.png"}, "failed to get HTTP URL content"),
        ("sendDocument", {"document": file_id}, "can't use file of type Photo as Document"),
        ("sendMediaGroup", {"media": []}, "there are no messages to send"),
        ("sendMediaGroup", {"media": "{"}, "can't parse media JSON object"),
        ("sendMediaGroup", {"media": "[1]"}, "expected an Array of InputMedia"),
        ("sendMediaGroup", {"media": [one] * 11}, "too many messages to send as an album"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "attach://no"}]}, "media not found"),
        ("sendMediaGroup", {"media": [{"type": "sticker", "media": file_id}]}, 'type "sticker" is unsupported'),
        ("editMessageMedia", {"message_id": 1, "media": "x"}, "can't parse input media JSON object"),
    ]
    for method, fields, expected in cases:
        status, answer = await call(method, chat_id=READER, **fields)
        assert (status, expected in answer["description"]) == (400, True), (method, answer)
    mixed = json.dumps([one, {"type": "document", "media": "attach://d"}])
    _, answer = await call.upload("sendMediaGroup", {"d": PAPER}, chat_id=READER, media=mixed)
    assert answer["description"] == "Bad Request: document can't be mixed with other media types"
    assert len(call.sandbox.world.messages(READER)) == 1


async def page_upload(call: Caller, secret: str, files: list[tuple[str, bytes]], **fields: str) -> tuple[int, Any]:
    form = aiohttp.FormData({"person": str(READER), **fields}, quote_fields=False, default_to_multipart=True)
    for number, (name, data) in enumerate(files):
        form.add_field(f"file{number}", data, filename=name)
    url = f"{call.sandbox.url}/page/upload"
    async with call.session.post(url, data=form, headers={"X-Sandbox": secret}) as answer:
        return answer.status, await answer.json() if answer.status != 403 else None


async def test_a_person_sends_pictures_from_the_page(call: Caller) -> None:
    async with call.session.get(call.sandbox.url) as answer:
        secret = (await answer.text()).split('data-secret="')[1].split('"')[0]
    assert (await page_upload(call, "guess", [PICTURE]))[0] == 403
    assert (await page_upload(call, secret, [PICTURE, PICTURE], caption="/alert Two"))[0] == 200
    assert (await page_upload(call, secret, [PAPER], as_files="true"))[0] == 200
    refused = [
        await page_upload(call, secret, [PAPER]),
        await page_upload(call, secret, []),
        await page_upload(call, secret, [PICTURE] * 11),
        await page_upload(call, secret, [PICTURE], caption="x" * 1025),
    ]
    assert all(said["error"] for _, said in refused)
    _, polled = await call("getUpdates")
    first, second, paper = (update["message"] for update in polled["result"])
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], first["caption_entities"][0]["type"]) == ("/alert Two", "bot_command")
    assert (paper["document"]["file_name"], "text" in paper) == ("Doc 682.pdf", False)
    async with call.session.get(f"{call.sandbox.url}/page/file/{first['photo'][-1]['file_id']}") as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", PICTURE[1])
    async with call.session.get(f"{call.sandbox.url}/page/file/{paper['document']['file_id']}") as answer:
        assert answer.headers["Content-Disposition"] == "attachment"
    async with call.session.get(f"{call.sandbox.url}/page/file/none") as answer:
        assert answer.status == 404
