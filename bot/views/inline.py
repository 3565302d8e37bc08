"""Answers to an inline query: the same as in the chat, as articles that a person may post elsewhere.

Limits: https://core.telegram.org/bots/api#answerinlinequery and #inlinequeryresultsbutton.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.views.callback import Callback
from bot.views.found import ACTIONS, told
from bot.views.links import payload
from bot.views.router import screen
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from content.ask import Hit, Reply, Target

MOST = 50
"""Articles that one answer may have."""
TITLE = 64
"""Characters of a title that clients show."""
KINDS = {Target.PERSON: "person", Target.CASE: "case", Target.DECLARATION: "decl"}


@dataclass(frozen=True, slots=True)
class Article:
    """`id`: at most 64 bytes, unique in its answer. `view` is the message that is posted."""

    id: str
    title: str
    description: str
    view: View


def articles(scene: Scene, reply: Reply) -> Iterator[Article]:
    """A card for every exact hit; for a near one only name and role, without a claim."""
    for hit in reply.hits[:MOST]:
        label = told(scene, hit)
        if label and (view := _posted(scene, hit, label)) is not None:
            yield Article(payload(KINDS[hit.target], hit.id), _cut(label), _description(scene, hit), view)


def nothing(scene: Scene) -> str:
    """What stands over an empty answer; a press opens the chat with the bot."""
    return scene.words.c("no-record", "No record under this name.")


def _description(scene: Scene, hit: Hit) -> str:
    return "" if hit.exact else scene.words("A similar name is not the same person.")


def _posted(scene: Scene, hit: Hit, label: str) -> View | None:
    rows = _opens(scene, hit)
    if not hit.exact:
        text = Text().bold(label).line().line(scene.words("A similar name is not the same person."))
        return text.view(*rows)
    view = screen(scene, Callback(scene.language, ACTIONS[hit.target], (hit.id, "0", "h")))
    return view.with_rows(*rows) if view is not None else None


def _opens(scene: Scene, hit: Hit) -> list[tuple[Button, ...]]:
    name = scene.house.username
    address = f"https://t.me/{name}?start={payload(KINDS[hit.target], hit.id)}"
    return [(Button(scene.words("Open in the bot"), url=address),)] if name else []


def _cut(label: str) -> str:
    return label if len(label) <= TITLE else f"{label[: TITLE - 1].rstrip()}…"
