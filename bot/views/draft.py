"""What an editor has written so far, as a value, and as the JSON that is kept of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.views.view import Entity

CARDS = {"case": "cases", "person": "people", "decl": "declarations", "source": "sources"}
"""Kinds of cards that can be attached -> where the library keeps them."""
MEDIA = ("photo", "document")


@dataclass(frozen=True, slots=True)
class Written:
    """One language's text, with the formatting that was typed."""

    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """`kind` of CARDS with a record's id, or of MEDIA with Telegram's file id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Draft:
    texts: Mapping[str, Written] = field(default_factory=dict)
    card: Attached | None = None
    media: Attached | None = None
    at: float = 0.0
    """Unix seconds of the schedule; 0: as soon as it is sent."""
    corrects: float = 0.0
    """Unix seconds at which the message went out that a new one corrects, because it cannot be edited any more."""

    def with_text(self, language: str, written: Written | None) -> Draft:
        texts = {code: text for code, text in self.texts.items() if code != language}
        return replace(self, texts=texts | ({language: written} if written is not None else {}))


def pack_draft(draft: Draft) -> str:
    return json.dumps(
        {
            "texts": {
                code: {"text": written.text, "entities": [_packed(entity) for entity in written.entities]}
                for code, written in draft.texts.items()
            },
            "card": [draft.card.kind, draft.card.id] if draft.card else None,
            "media": [draft.media.kind, draft.media.id] if draft.media else None,
            "at": draft.at,
            "corrects": draft.corrects,
        },
        ensure_ascii=False,
    )


def _packed(entity: Entity) -> list[Any]:
    return [str(entity.kind), entity.offset, entity.length, entity.url, entity.language]


def unpack_draft(text: str) -> Draft:
    """Of an empty text: an empty draft."""
    if not text:
        return Draft()
    parts = json.loads(text)
    return Draft(
        {
            code: Written(written["text"], tuple(Entity(*entity) for entity in written["entities"]))
            for code, written in parts["texts"].items()
        },
        Attached(*parts["card"]) if parts["card"] else None,
        Attached(*parts["media"]) if parts["media"] else None,
        parts["at"],
        parts.get("corrects", 0.0),
    )
