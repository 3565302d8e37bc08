"""What owners are told when somebody else may have the token, and what a reader who asks too much is told."""

from __future__ import annotations

from bot.views.scene import Scene
from bot.views.view import Text, View


def second_poller(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words("Alarm: another program fetches this bot's updates with its token."))
    return text.line(_revoke(scene)).view()


def changed_webhook(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words("Alarm: somebody changed where Telegram sends this bot's updates. It was put back."))
    return text.line(_revoke(scene)).view()


def missing_updates(scene: Scene, count: int) -> View:
    words = scene.words
    said = words.n(
        "Alarm: {n} update never reached this bot; somebody else may have fetched it.",
        "Alarm: {n} updates never reached this bot; somebody else may have fetched them.",
        count,
        n=count,
    )
    return Text().line(said).line(_revoke(scene)).view()


def _revoke(scene: Scene) -> str:
    return scene.words(
        "If it is not a second copy of your own, the token is stolen: revoke it at @BotFather with /revoke, "
        "and start the bot with the new one."
    )


def slow_down(scene: Scene) -> View:
    return Text().line(scene.words("Too many messages at once. Please wait a little; /stop works always.")).view()
