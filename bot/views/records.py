"""Records to choose from: what a button calls them, in few enough bytes for callback data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.views.draft import CARDS, Attached
from bot.views.outgoing import card_title
from bot.views.scene import Scene

_TOKEN = 8


@dataclass(frozen=True, slots=True)
class Record:
    id: str
    label: str
    token: str


def token(kind: str, id_: str) -> str:
    """An id has up to 40 letters, too many beside a seal: eight of its hash name it."""
    return hashlib.sha256(f"{kind} {id_}".encode()).hexdigest()[:_TOKEN]


def choices(scene: Scene, kind: str) -> list[Record]:
    """All records of a kind, in the order of the lists."""
    ids = getattr(scene.library, CARDS[kind])
    return [Record(id_, card_title(scene, Attached(kind, id_)) or id_, token(kind, id_)) for id_ in ids]


def by_token(scene: Scene, kind: str, wanted: str) -> str | None:
    ids = getattr(scene.library, CARDS[kind]) if kind in CARDS else ()
    return next((id_ for id_ in ids if token(kind, id_) == wanted), None)
