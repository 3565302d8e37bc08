"""Photos, documents and albums: the Bot API's methods for them."""

from __future__ import annotations

import json
import secrets
from typing import Any

from bot.sandbox.files import Stored, Upload
from bot.sandbox.limits import caption, keyboard
from bot.sandbox.messages import flags, own, recipient, unchanged
from bot.sandbox.refusal import Json, Refusal
from bot.sandbox.world import MEDIA, World

ALBUM = 10
KINDS = ("photo", "document")


def file(world: World, kind: str, given: Any, fields: Json) -> Stored:
    """A multipart part, `attach://NAME` of one, or the file_id of what was sent before."""
    if isinstance(given, str) and given.startswith("attach://"):
        given = fields.get(given.removeprefix("attach://"))
        if not isinstance(given, Upload):
            raise Refusal(400, "Bad Request: can't parse InputMedia: media not found")
    if isinstance(given, Upload):
        return world.files.keep(kind, given)
    if not given:
        raise Refusal(400, f"Bad Request: there is no {kind} in the request")
    return world.files.again(kind, str(given))


def send_photo(world: World, fields: Json) -> Json:
    return _send(world, "photo", fields)


def send_document(world: World, fields: Json) -> Json:
    return _send(world, "document", fields)


def _send(world: World, kind: str, fields: Json) -> Json:
    person = recipient(world, fields)
    made = caption(fields)
    stored = file(world, kind, fields.get(kind), fields)
    return world.post(person.id, {**stored.in_message(), **made, **flags(fields)})


def send_media_group(world: World, fields: Json) -> list[Json]:
    person = recipient(world, fields)
    items = _items(fields.get("media"))
    if not items:
        raise Refusal(400, "Bad Request: there are no messages to send")
    if len(items) > ALBUM:
        raise Refusal(400, "Bad Request: too many messages to send as an album")
    made = [_item(world, item, fields) for item in items]
    if len({item["type"] for item in items}) > 1:
        raise Refusal(400, "Bad Request: document can't be mixed with other media types")
    group = {"media_group_id": str(secrets.randbits(63))} if len(items) > 1 else {}
    return [world.post(person.id, {**content, **group, **flags(fields)}) for content in made]


def _items(given: Any) -> list[Json]:
    try:
        items = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        items = None
    if items is None:
        raise Refusal(400, "Bad Request: can't parse media JSON object")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refusal(400, "Bad Request: expected an Array of InputMedia")
    return items


def _item(world: World, item: Json, fields: Json) -> Json:
    """Of an album, or of editMessageMedia: the file and its caption, as a message holds them."""
    kind = item.get("type")
    if kind not in KINDS:
        raise Refusal(400, f'Bad Request: can\'t parse InputMedia: type "{kind}" is unsupported')
    made = caption(item)
    made.pop("reply_markup", None)
    return {**file(world, kind, item.get("media"), fields).in_message(), **made}


def edit_caption(world: World, fields: Json) -> Json:
    message = own(world, fields)
    if not any(kind in message for kind in KINDS):
        raise Refusal(400, "Bad Request: there is no caption in the message to edit")
    made = {name: message[name] for name in MEDIA if name in message} | caption(fields)
    unchanged(message, made)
    return world.change(message["chat"]["id"], message["message_id"], made)


def edit_media(world: World, fields: Json) -> Json:
    """Another file, or a file for a message that was text."""
    message = own(world, fields)
    try:
        item = json.loads(fields["media"]) if isinstance(fields.get("media"), str) else fields.get("media")
    except ValueError:
        item = None
    if not isinstance(item, dict):
        raise Refusal(400, "Bad Request: can't parse input media JSON object")
    made = _item(world, item, fields)
    if "media_group_id" in message and not any(kind in message and kind in made for kind in KINDS):
        raise Refusal(400, "Bad Request: can't change media type in the album")
    markup = fields.get("reply_markup")
    if markup:
        made["reply_markup"] = keyboard(json.loads(markup) if isinstance(markup, str) else markup)
    unchanged(message, made)
    return world.change(message["chat"]["id"], message["message_id"], made)


def get_file(world: World, fields: Json) -> Json:
    stored = world.files.get(str(fields.get("file_id") or ""))
    return {**stored.as_file(), "file_path": stored.path}
