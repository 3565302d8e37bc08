"""The payload of a broadcast: what goes out, by language, in full and hidden, as Bot API fields."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views import alert
from bot.views.view import Button, Entity, View
from bot.views.words import Words
from bot.wire.fields import fields
from bot.wire.sender import encode, variant


def alert_payload(broadcast: int, view: View, words: Mapping[str, Words], language: str) -> str:
    """One text for all readers, in the house's language; the notice of a hidden one in each of ours."""
    hidden = {code: fields(alert.hidden(known, broadcast)) for code, known in words.items()}
    return encode({language: fields(view)}, hidden)


def view_of(payload: str, language: str, fallback: str) -> View:
    """The view that a reader of this language gets, for previews and for *Read*."""
    body = variant(payload, language, fallback)
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return View(
        body["text"],
        tuple(Entity(e["type"], e["offset"], e["length"], e.get("url")) for e in body.get("entities", [])),
        tuple(tuple(Button(b["text"], data=b.get("callback_data"), url=b.get("url")) for b in row) for row in rows),
    )
