"""Settings and topics, for readers with a row and without."""

from __future__ import annotations

from bot.views.callback import Action
from bot.views.labels import reader_label, topic_label
from bot.views.pieces import to
from bot.views.scene import Scene
from bot.views.start import language_row
from bot.views.view import Button, Text, View
from storage.records import ReaderStatus, Topic


def topics(scene: Scene) -> View:
    words = scene.words
    held = scene.reader.topics if scene.reader is not None else frozenset()
    text = Text().bold(words("Topics")).line()
    text.line(words("Press a topic to switch it on or off. Alerts are urgent; the others are news of the records."))
    rows = [(_topic(scene, topic, topic in held),) for topic in Topic]
    return text.view(
        *rows,
        (
            to(scene, words("Subscribe to all"), Action.SUBSCRIBE_ALL),
            to(scene, words("Urgent only"), Action.URGENT_ONLY),
        ),
        (to(scene, words("Back"), Action.HOME),),
    )


def _topic(scene: Scene, topic: Topic, on: bool) -> Button:
    """The button says what it will set: pressed twice, or handled twice after a crash, it does the same."""
    label = f"{'✓' if on else '○'} {topic_label(scene.words, topic)}"
    return to(scene, label, Action.TOGGLE, topic.value, 0 if on else 1)


def _switch(scene: Scene, label: str, action: Action, on: bool) -> Button:
    return to(scene, f"{'✓' if on else '○'} {label}", action, 0 if on else 1)


def settings(scene: Scene) -> View:
    words, reader = scene.words, scene.reader
    text = Text().bold(words("Settings")).line()
    if reader is None:
        text.line(words("You are not subscribed, so nothing about you is kept."))
        text.line(words("A language that you choose here holds for the buttons; to keep it, subscribe."))
        return text.view(
            language_row(scene, Action.SETTINGS),
            (to(scene, words("Choose topics"), Action.TOPICS),),
            (to(scene, words("Back"), Action.HOME),),
        )
    held = ", ".join(topic_label(words, topic) for topic in Topic if topic in reader.topics) or "—"
    text.line(words("Topics: {topics}", topics=held))
    text.line(words("Followed cases: {n}", n=len(reader.cases)))
    if reader.status is not ReaderStatus.ACTIVE:
        text.line(words("Status: {status}", status=reader_label(words, reader.status)))
    text.line().line(words("Hide message text: a message then says only that there is one, with a button to read it."))
    return text.view(
        language_row(scene, Action.SETTINGS),
        (to(scene, words("Choose topics"), Action.TOPICS), to(scene, words("Followed cases"), Action.FOLLOWED)),
        (
            _switch(scene, words("Silent"), Action.SILENT, reader.silent),
            _switch(scene, words("Hide message text"), Action.HIDE, reader.hidden),
        ),
        (_switch(scene, words("Pause"), Action.PAUSE, reader.status is ReaderStatus.PAUSED),),
        (to(scene, words("Unsubscribe"), Action.UNSUBSCRIBE), to(scene, words("Back"), Action.HOME)),
    )
