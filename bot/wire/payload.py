"""The payload of a broadcast: what goes out, by language, in full and hidden, as Bot API fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from bot.views import alert
from bot.views.view import Button, Entity, View
from bot.views.words import Words
from bot.wire.bodies import encode, variant
from bot.wire.fields import fields


def alert_payload(broadcast: int, view: View, words: Mapping[str, Words], language: str) -> str:
    """One text for all readers; the notice of a hidden one in each of our languages."""
    return draft_payload(broadcast, {language: view}, words)


def draft_payload(
    broadcast: int,
    views: Mapping[str, View],
    words: Mapping[str, Words],
    *,
    hidden: Callable[[Words, int], View] = alert.hidden,
) -> str:
    """`views`: language of the reader -> what they get. What `hidden` ones get instead, in each of our languages."""
    notices = {code: fields(hidden(known, broadcast)) for code, known in words.items()}
    text = encode({code: fields(view) for code, view in views.items()}, notices)
    media = next((named for view in views.values() if (named := _media(view))), None)
    return json.dumps(json.loads(text) | {"media": media}, ensure_ascii=False, sort_keys=True) if media else text


def _media(view: View) -> dict[str, str]:
    named = {"photo": view.photo, "document": view.document}
    return next(({"kind": kind, "file_id": id_} for kind, id_ in named.items() if id_ is not None), {})


def view_of(payload: str, language: str, fallback: str) -> View:
    """The view that a reader of this language gets, for previews and for *Read*."""
    body = variant(payload, language, fallback)
    media = json.loads(payload).get("media") or {}
    entities = body.get("caption_entities" if media else "entities", [])
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return View(
        body["caption" if media else "text"],
        tuple(Entity(e["type"], e["offset"], e["length"], e.get("url"), e.get("language")) for e in entities),
        tuple(tuple(Button(b["text"], data=b.get("callback_data"), url=b.get("url")) for b in row) for row in rows),
        **({media["kind"]: media.get("file_id", "")} if media else {}),
    )
