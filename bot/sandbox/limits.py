"""Telegram's documented limits, refused in Telegram's words. https://core.telegram.org/bots/api"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from bot.sandbox.refusal import Json, Refusal

TEXT = 4096
CAPTION = 1024
ENTITIES = 100
DATA_BYTES = 64
KINDS = {
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
}


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def content(fields: Json) -> Json:
    """Text, entities and keyboard of sendMessage or editMessageText, checked and as Telegram keeps them."""
    text, entities = _formatted(fields, "text", "entities")
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if units(text) > TEXT:
        raise Refusal(400, "Bad Request: message is too long")
    return {"text": text} | ({"entities": entities} if entities else {}) | _markup(fields)


def caption(fields: Json) -> Json:
    """Likewise for what stands under a photo or a document; it may be empty."""
    text, entities = _formatted(fields, "caption", "caption_entities")
    if units(text) > CAPTION:
        raise Refusal(400, "Bad Request: message caption is too long")
    kept: Json = {"caption": text} if text.strip() else {}
    if kept and entities:
        kept["caption_entities"] = entities
    if fields.get("show_caption_above_media") in (True, "true"):
        kept["show_caption_above_media"] = True
    return kept | _markup(fields)


def _formatted(fields: Json, text_name: str, entities_name: str) -> tuple[str, list[Json]]:
    text = str(fields.get(text_name) or "").replace("\x00", "")
    mode = str(fields.get("parse_mode") or "")
    given = _decoded(fields, entities_name, list)
    if mode:
        text, given = parse(text, mode)
    return text, [_entity(entity, units(text)) for entity in given[:ENTITIES]]


def _markup(fields: Json) -> Json:
    markup = _decoded(fields, "reply_markup", dict)
    return {"reply_markup": keyboard(markup)} if markup else {}


def _decoded(fields: Json, name: str, kind: type) -> Any:
    value = fields.get(name)
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except ValueError:
            raise Refusal(400, f"Bad Request: can't parse {name} JSON object") from None
    if value and not isinstance(value, kind):
        raise Refusal(400, f"Bad Request: can't parse {name} JSON object")
    return value or kind()


def _entity(entity: Any, end: int) -> Json:
    if not isinstance(entity, dict) or entity.get("type") not in KINDS:
        raise Refusal(400, "Bad Request: can't parse entities: unsupported entity type")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 1 or offset + length > end:
        raise Refusal(
            400, "Bad Request: entity begins in a middle of a UTF-16 symbol or ends after the text at {offset}"
        )
    return entity


def keyboard(markup: Json) -> Json:
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup
    if sum(len(row) for row in rows) > 100:
        raise Refusal(400, "Bad Request: reply markup is too long")
    for row in rows:
        for button in row:
            _button(button)
    return {"inline_keyboard": [row for row in rows if row]}


def _button(button: Any) -> None:
    actions = (
        "callback_data",
        "url",
        "copy_text",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "web_app",
    )
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise Refusal(400, "Bad Request: can't parse inline keyboard button: text must be non-empty")
    if sum(action in button for action in actions) != 1:
        raise Refusal(
            400, "Bad Request: can't parse inline keyboard button: exactly one of the optional fields must be used"
        )
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_BYTES:
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise Refusal(400, f"Bad Request: inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "copy_text" in button and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise Refusal(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")


_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[Json] = []
        self.open: list[tuple[str, int, dict[str, str | None]]] = []

    def _refusal(self, what: str) -> Refusal:
        return Refusal(400, f"Bad Request: can't parse entities: {what} at byte offset {len(self.text.encode())}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise self._refusal(f'Unsupported start tag "{tag}"')
        self.open.append((tag, units(self.text), dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise Refusal(
                400, f"Bad Request: can't parse entities: Unexpected end tag at byte offset {len(self.text.encode())}"
            )
        _, start, attributes = self.open.pop()
        entity = {"type": _TAGS[tag], "offset": start, "length": units(self.text) - start}
        if tag == "a":
            entity["url"] = attributes.get("href") or ""
        if entity["length"]:
            self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data


def parse(text: str, mode: str) -> tuple[str, list[Json]]:
    """HTML as Telegram reads it. MarkdownV2 is refused: nothing here uses it."""
    if mode.lower() != "html":
        raise Refusal(400, "Bad Request: unsupported parse_mode")
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        tag = parser.open[-1][0]
        raise Refusal(
            400, f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"{tag}\""
        )
    return parser.text, parser.entities
