"""Who runs this bot, what it keeps, what it can do."""

from __future__ import annotations

from bot.views.callback import Action
from bot.views.commands import admin_commands, reader_commands
from bot.views.labels import reader_label, topic_label
from bot.views.navigation import back
from bot.views.pieces import BACK_TOKENS, back_token, to
from bot.views.scene import Scene
from bot.views.view import Text, View
from bot.views.words import LANGUAGES
from storage.records import Topic


def help_(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words("Send a name in any spelling; inside a sentence works too.")).line()
    for command, told in reader_commands(words) + (admin_commands(words) if scene.admin else []):
        text.line(f"/{command} — {told}")
    text.line().line(words("Nobody reads this chat. Files are never opened."))
    return text.view((to(scene, words("Back"), Action.HOME),))


def about(scene: Scene) -> View:
    words, house = scene.words, scene.house
    text = Text().bold(words("About")).line()
    if house.org:
        text.line(words("This bot is run by {org}.", org=house.org))
    if house.site:
        text.line(words("Verify at {site}.", site=house.site))
    publishers = sorted({source.publisher for source in scene.library.sources.values()})
    text.line().line(words("This bot is not run by the publishers it quotes:"))
    quoted = Text().plain(", ".join(publishers))
    text.quote(quoted, folded=True).line()
    text.line().line(words("Records last checked {date}.", date=words.date(scene.library.last_checked)))
    text.line(words("Translations that no native speaker has reviewed say so."))
    if house.contact:
        text.line(words("For a correction or a removal write to {contact}.", contact=house.contact))
    if house.help:
        text.line(words("In danger now: {help}", help=house.help))
    return text.view((to(scene, words("Privacy"), Action.PRIVACY),), (to(scene, words("Back"), Action.HOME),))


def whoami(scene: Scene, user_id: int) -> View:
    text = Text().plain(scene.words("Your numeric id: ")).span("code", str(user_id)).line()
    text.line(scene.words("Only you see it, and this answer keeps nothing."))
    return text.view((to(scene, scene.words("Back"), Action.HOME),))


def privacy(scene: Scene) -> View:
    words, reader = scene.words, scene.reader
    text = Text().bold(words("Privacy")).line()
    if reader is None:
        text.line(words.c("privacy", "You are not subscribed: nothing about you is kept.")).line()
        text.line(words.c("privacy", "If you subscribe, this is kept:"))
    shown = {
        "l": LANGUAGES.get(reader.language, reader.language) if reader else "…",
        "t": ", ".join(topic_label(words, topic) for topic in Topic if topic in reader.topics) or "—"
        if reader
        else "…",
        "c": ", ".join(id_ if id_ in scene.library.cases else "…" for id_ in sorted(reader.cases)) or "—"
        if reader
        else "…",
        "s": f"{reader_label(words, reader.status)} ({reader.status_week})" if reader else "…",
        "w": reader.joined_week if reader else "…",
    }
    text.line(words.c("privacy", "Encrypted: your chat number."))
    text.line(
        words.c(
            "privacy",
            "Unencrypted beside it: language {l}, topics {t}, cases {c}, silent and hidden text, status and its week "
            "{s}, joining week {w}, hour of erasure if you blocked us.",
            **shown,
        )
    )
    text.line(words.c("privacy", "Delivery records: 48 hours after a broadcast ends."))
    text.line(words.c("privacy", "Never: name, phone, questions."))
    text.line(words.c("privacy", "Whoever has our database and key can read it. Telegram sees this chat."))
    text.line(words.c("privacy", "/stop erases at once; blocking, within a day; a year without reaching you, too."))
    text.line(
        words.c("privacy", "Then only a fingerprint of a random number stays, so that no backup brings you back.")
    )
    last = (to(scene, words("Unsubscribe"), Action.UNSUBSCRIBE),) if reader else ()
    return text.view(
        last, (to(scene, words("Clear this chat"), Action.WIPE),), (to(scene, words("Back"), Action.HOME),)
    )


def report(scene: Scene, letter: str, id_: str) -> View | None:
    """*Report an error*: whom to write to, and about what card; its letter is that of `BACK_TOKENS`. Sends nothing."""
    if letter not in BACK_TOKENS:
        return None
    words = scene.words
    text = Text().bold(words("Report an error")).line()
    if scene.house.contact:
        text.line(words("Write to {contact} and name this card:", contact=scene.house.contact))
    else:
        text.line(words("Tell who runs this bot, and name this card:"))
    text.span("code", f"{letter}-{id_}").line()
    text.line(words("Nothing is sent from here: nobody reads this chat."))
    return text.view((back(scene, back_token(BACK_TOKENS[letter], id_)),))
