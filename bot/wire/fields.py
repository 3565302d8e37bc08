"""A View as fields of the Bot API: one way, for replies, previews and broadcasts alike.

Limits: https://core.telegram.org/bots/api#sendmessage and #inlinekeyboardbutton.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.views.view import Button, Entity, View, units

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
ENTITIES = 100
DATA_BYTES = 64
COPY_CHARACTERS = 256
ROW = 8
BUTTONS = 100
SEND_ONLY = ("disable_notification", "protect_content")
"""What sendMessage knows and editMessageText does not."""


def _entity(entity: Entity, end: int) -> dict[str, Any]:
    if entity.offset < 0 or entity.length < 1 or entity.offset + entity.length > end:
        raise ValueError(f"entity {entity.kind} at {entity.offset}+{entity.length} leaves the text of {end} units")
    given: dict[str, Any] = {"type": str(entity.kind), "offset": entity.offset, "length": entity.length}
    more = {"url": entity.url, "language": entity.language}
    return given | {name: value for name, value in more.items() if value is not None}


def _button(button: Button) -> dict[str, Any]:
    if sum(action is not None for action in (button.data, button.url, button.copy)) != 1:
        raise ValueError("a button needs exactly one of data, url and copy")
    if not button.text.strip():
        raise ValueError("a button needs a text")
    if button.data is not None:
        if not 1 <= len(button.data.encode()) <= DATA_BYTES:
            raise ValueError(f"callback data of {len(button.data.encode())} bytes; Telegram takes 1 to {DATA_BYTES}")
        return {"text": button.text, "callback_data": button.data}
    if button.copy is not None:
        if not 1 <= len(button.copy) <= COPY_CHARACTERS:
            raise ValueError(f"{len(button.copy)} characters to copy; Telegram takes 1 to {COPY_CHARACTERS}")
        return {"text": button.text, "copy_text": {"text": button.copy}}
    return {"text": button.text, "url": button.url}


def _keyboard(rows: Iterable[tuple[Button, ...]]) -> list[list[dict[str, Any]]]:
    keyboard = [[_button(button) for button in row] for row in rows if row]
    if any(len(row) > ROW for row in keyboard):
        raise ValueError(f"a row of {max(map(len, keyboard))} buttons; Telegram shows {ROW}")
    if sum(map(len, keyboard)) > BUTTONS:
        raise ValueError(f"{sum(map(len, keyboard))} buttons; Telegram takes {BUTTONS}")
    return keyboard


def fields(view: View) -> dict[str, Any]:
    """Fields of sendMessage without `chat_id`, ready for JSON; with a picture or document those of its caption,
    without the file. ValueError: the view is over a limit of Telegram; the message says which, and holds nothing of
    the text."""
    media = view.photo is not None or view.document is not None
    size, most = units(view.text), CAPTION_UNITS if media else TEXT_UNITS
    if not view.text.strip():
        raise ValueError("a message without text")
    if size > most:
        raise ValueError(f"a text of {size} UTF-16 units; Telegram takes {most}")
    if len(view.entities) > ENTITIES:
        raise ValueError(f"{len(view.entities)} entities; Telegram keeps {ENTITIES}")
    given: dict[str, Any] = {"caption" if media else "text": view.text}
    if view.entities:
        given["caption_entities" if media else "entities"] = [_entity(entity, size) for entity in view.entities]
    if keyboard := _keyboard(view.rows):
        given["reply_markup"] = {"inline_keyboard": keyboard}
    if not media:
        given["link_preview_options"] = {"is_disabled": not view.preview}
    if view.silent:
        given["disable_notification"] = True
    if view.protect:
        given["protect_content"] = True
    return given


def edit_fields(view: View) -> dict[str, Any]:
    """Fields of editMessageText without `chat_id` and `message_id`. Errors as for `fields`."""
    return {name: value for name, value in fields(view).items() if name not in SEND_ONLY}
