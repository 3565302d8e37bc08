"""/wipe: what it would do, and what it did."""

from __future__ import annotations

from bot.views.callback import Action
from bot.views.pieces import to
from bot.views.scene import Scene
from bot.views.view import Text, View


def ask(scene: Scene) -> View:
    words = scene.words
    text = Text().bold(words("Clear this chat")).line()
    text.line(words.c("stop", "Your record is erased: topics, followed cases, settings, what is on its way to you."))
    if scene.admin:
        text.line(words.c("stop", "Your drafts go too. What went out and the log of what admins did stay."))
    text.line(words.c("stop", "Then this chat's messages of the last 48 hours go, as far as Telegram lets a bot."))
    return text.view((to(scene, words("Erase and clear"), Action.WIPE_NOW),), (to(scene, words("Back"), Action.HOME),))


def wiped(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words.c("stop", "Erased. The messages of the last 48 hours go now, as far as Telegram lets us."))
    text.line(words.c("stop", "Older ones and this one stay: delete the chat on your phone."))
    return text.view()
