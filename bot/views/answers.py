"""Answers to what a reader wrote."""

from __future__ import annotations

from bot.views.callback import Action, Callback
from bot.views.found import ACTIONS, browse, choice, did_you_mean, no_record
from bot.views.pieces import plain_name, to
from bot.views.router import screen
from bot.views.scene import Scene
from bot.views.view import Text, View
from content.ask import Reply
from content.names.answer import Verdict


def draw(scene: Scene, reply: Reply, page: int = 0) -> View:
    """The screen for a reply; `page` of its list, from 0."""
    if reply.verdict is Verdict.CARD:
        hit = reply.hits[0]
        view = screen(scene, Callback(scene.language, ACTIONS[hit.target], (hit.id, "0", "h")))
        if view is not None:
            return view
    if reply.verdict is Verdict.HINT:
        return did_you_mean(scene, reply.hits, page)
    if reply.verdict is Verdict.CHOICE:
        return choice(scene, reply.hits, page)
    return no_record(scene, reply.hits)


def how_to_ask(scene: Scene) -> View:
    text = scene.words("Write a name after the command, such as: /ask {name}", name=_example(scene))
    return Text().line(text).view(browse(scene))


def _example(scene: Scene) -> str:
    person = next(iter(scene.library.people.values()), None)
    return plain_name(scene, person) if person is not None else "…"


def unknown_command(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words("No such command. Send a name, or see what there is:"))
    return text.view((to(scene, words("Help"), Action.HELP), to(scene, words("Back"), Action.HOME)))


def nobody_reads(scene: Scene) -> View:
    """To files, voices and stickers, which are never fetched."""
    words, house = scene.words, scene.house
    text = Text().line(words("Nobody reads this chat, and files are never opened."))
    text.line(words("Please send no details here. To ask about somebody, write their name."))
    if house.contact:
        text.line(words.c("no-record", "Contact: {contact}.", contact=house.contact))
    if house.help:
        text.line(words.c("no-record", "In danger now: {help}.", help=house.help))
    return text.view(browse(scene))


def went_wrong(scene: Scene) -> View:
    words = scene.words
    return Text().line(words("Something went wrong here; it is not your fault. Please try again.")).view(browse(scene))


def away(scene: Scene) -> View:
    """The database cannot be reached: what was asked waits at Telegram, and nothing of it is kept here."""
    words = scene.words
    said = words("We cannot reach our records just now. Please wait: what you sent will be answered, and is not kept.")
    return Text().line(said).view()


def list_is_gone(scene: Scene) -> str:
    """The message that a list answered is no longer there, and nothing of it was kept."""
    return scene.words("Nothing of your question is kept: please send it again.")
