"""The first screen, subscribing and stopping."""

from __future__ import annotations

from bot.views.callback import Action
from bot.views.labels import topic_label
from bot.views.pieces import to
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from bot.views.words import LANGUAGES
from storage.records import Topic


def language_row(scene: Scene, screen: Action = Action.HOME) -> tuple[Button, ...]:
    """A button a language; the present one is marked."""
    return tuple(
        to(scene, f"• {name}" if code == scene.language else name, Action.SET_LANGUAGE, code, screen.value)
        for code, name in LANGUAGES.items()
    )


def nowhere(scene: Scene) -> View:
    """The start, for whom a link brought that names no record of ours."""
    return welcome(scene, scene.words("The record that this link names is not here. Here is the start."))


def welcome(scene: Scene, notice: str = "") -> View:
    words, house = scene.words, scene.house
    text = Text()
    if notice:
        text.line(notice).line()
    text.plain(words("Declarations and cases, dated and sourced."))
    if house.org:
        text.plain(" " + words("Run by {org}.", org=house.org))
    if house.site:
        text.plain(" " + words("Verify at {site}.", site=house.site))
    text.line().line().line(words("Send a name in any spelling, or subscribe."))
    text.line(words("Nobody reads this chat. Telegram can see it, and so can whoever holds your phone."))
    subscribed = scene.reader is not None
    first = (
        (to(scene, words("Settings"), Action.SETTINGS), to(scene, words("Unsubscribe"), Action.UNSUBSCRIBE))
        if subscribed
        else (to(scene, words("Subscribe to all"), Action.SUBSCRIBE_ALL),)
    )
    second = (
        ()
        if subscribed
        else (to(scene, words("Urgent only"), Action.URGENT_ONLY), to(scene, words("Choose topics"), Action.TOPICS))
    )
    return text.view(
        language_row(scene),
        first,
        second,
        (to(scene, words("Declarations"), Action.DECLARATIONS, 0), to(scene, words("Cases"), Action.CASES, 0)),
        (to(scene, words("Updates"), Action.UPDATES, 0), to(scene, words("Sources"), Action.SOURCES, 0)),
        (to(scene, words("Help"), Action.HELP), to(scene, words("About"), Action.ABOUT)),
        (to(scene, words("Privacy"), Action.PRIVACY),),
    )


def languages(scene: Scene) -> View:
    return (
        Text()
        .bold(scene.words("Language"))
        .line()
        .view(language_row(scene), (to(scene, scene.words("Back"), Action.HOME),))
    )


def subscribed(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words("Done. Messages may show on your locked screen."))
    if scene.reader is not None:
        topics = ", ".join(topic_label(words, topic) for topic in Topic if topic in scene.reader.topics)
        text.line(words("You get: {topics}.", topics=topics))
    return text.view(
        (to(scene, words("Hide message text"), Action.HIDE, 1), to(scene, words("Silent"), Action.SILENT, 1)),
        (to(scene, words("Choose topics"), Action.TOPICS), to(scene, words("Unsubscribe"), Action.UNSUBSCRIBE)),
        (to(scene, words("Back"), Action.HOME),),
    )


def stopped(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words.c("stop", "Stopped, and your record is erased."))
    text.line(
        words.c(
            "stop",
            "This chat stays on your phone: /wipe clears what Telegram allows of the last 48 hours; "
            "then delete the chat.",
        )
    )
    return text.view(
        (to(scene, words("Clear this chat"), Action.WIPE),),
        (to(scene, words("Subscribe to all"), Action.SUBSCRIBE_ALL), to(scene, words("Back"), Action.HOME)),
    )
