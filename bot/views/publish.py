"""What an editor sees of content updates that have not gone out yet."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.callback import Action, pack
from bot.views.outgoing import short
from bot.views.records import token
from bot.views.scene import Scene
from bot.views.titles import update_label
from bot.views.view import Button, Text, View
from content.models import Update

MOST = 20
"""Buttons."""
KIND = "update"


def publish_button(scene: Scene, update: Update, label: str) -> Button:
    """Sealed for the person of the scene."""
    said = token(KIND, update.id)
    seal = scene.seal(Action.PUBLISH, said)
    return Button(short(label), data=pack(scene.language, Action.PUBLISH, said, seal))


def waiting(scene: Scene, updates: Sequence[Update]) -> View:
    words, n = scene.words, len(updates)
    text = Text().bold(words("Updates that have not gone out")).line()
    if not updates:
        return text.line(words("None. New ones are offered when the library is read again.")).view()
    text.line(words.n("{n} update.", "{n} updates.", n, n=n))
    text.line(words("Each can go out once. A button makes a draft; nothing is sent before you confirm it."))
    return text.view(*((publish_button(scene, update, update_label(scene, update)),) for update in updates[:MOST]))


def offer(scene: Scene, update: Update) -> View:
    """Under the preview of one new update."""
    words = scene.words
    text = Text().bold(words("New in the library. Above is what readers would get.")).line()
    text.line(words("Later too: /publish."))
    return text.view((publish_button(scene, update, words("Publish …")),))


def by_itself(scene: Scene, update: Update, broadcast: int) -> View:
    words = scene.words
    text = Text().bold(words("Goes out by itself: № {n}", n=broadcast)).line().line(update_label(scene, update))
    return text.line(words("To stop it: /broadcasts, or /halt.")).view()


def gone(scene: Scene) -> str:
    return scene.words("This update has its broadcast already, or is no longer in the library.")
