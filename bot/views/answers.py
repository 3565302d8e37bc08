"""Answers to what a reader wrote."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.callback import Action, Callback
from bot.views.pieces import link, plain_name, to, written
from bot.views.scene import Scene
from bot.views.titles import case_title, declaration_label
from bot.views.view import Button, Text, View
from content.ask import Hit, Reply, Target
from content.names.answer import Verdict

MOST = 30
"""Buttons of a choice."""


def draw(scene: Scene, reply: Reply) -> View:
    """The screen for a reply."""
    from bot.views.router import screen

    if reply.verdict is Verdict.CARD:
        hit = reply.hits[0]
        view = screen(scene, Callback(scene.language, _ACTIONS[hit.target], (hit.id, "0", "h")))
        if view is not None:
            return view
    if reply.verdict is Verdict.HINT:
        return did_you_mean(scene, reply.hits)
    if reply.verdict is Verdict.CHOICE:
        return choice(scene, reply.hits)
    return no_record(scene, reply.hits)


_ACTIONS = {Target.PERSON: Action.PERSON, Target.CASE: Action.CASE, Target.DECLARATION: Action.DECLARATION}


def hit_button(scene: Scene, hit: Hit) -> Button | None:
    """Name and one discriminator, never an allegation."""
    library = scene.library
    if hit.target is Target.PERSON and (person := library.people.get(hit.id)) is not None:
        told = person.discriminator or person.role
        return link(scene, f"{plain_name(scene, person)} · {written(scene, told)}", Action.PERSON, hit.id, "h")
    if hit.target is Target.CASE and (case := library.cases.get(hit.id)) is not None:
        return link(scene, case_title(scene, case), Action.CASE, hit.id, "h")
    if hit.target is Target.DECLARATION and (declaration := library.declarations.get(hit.id)) is not None:
        return link(scene, declaration_label(scene, declaration), Action.DECLARATION, hit.id, "h")
    return None


def _buttons(scene: Scene, hits: Sequence[Hit]) -> list[tuple[Button, ...]]:
    found = (hit_button(scene, hit) for hit in hits[:MOST])
    return [(button,) for button in found if button is not None]


def did_you_mean(scene: Scene, hits: Sequence[Hit]) -> View:
    words = scene.words
    text = Text().line(words("No exact match. Did you mean:")).line()
    text.line(words("A similar name is not the same person."))
    return text.view(*_buttons(scene, hits), (to(scene, words("None"), Action.NOBODY),))


def choice(scene: Scene, hits: Sequence[Hit]) -> View:
    words = scene.words
    text = Text().line(words("Several records fit. Choose one:")).line()
    text.line(words("A similar name is not the same person."))
    return text.view(*_buttons(scene, hits), (to(scene, words("None"), Action.NOBODY),))


def no_record(scene: Scene, touched: Sequence[Hit] = ()) -> View:
    """The honest no; `touched` are records of other kinds that the question's words lead to."""
    words, house = scene.words, scene.house
    text = Text().line(words.c("no-record", "No record under this name."))
    text.line(words.c("no-record", "That does not mean nothing happened: we record few people. Try another spelling."))
    text.line(words.c("no-record", "Please send no details here: nobody reads this chat."))
    if house.contact:
        text.line(words.c("no-record", "Contact: {contact}.", contact=house.contact))
    if house.help:
        text.line(words.c("no-record", "In danger now: {help}.", help=house.help))
    if touched:
        text.line().line(words("These records are about what your words speak of:"))
    return text.view(*_buttons(scene, touched), _browse(scene))


def _browse(scene: Scene) -> tuple[Button, ...]:
    words = scene.words
    return (to(scene, words("Cases"), Action.CASES, 0), to(scene, words("Back"), Action.HOME))


def how_to_ask(scene: Scene) -> View:
    text = scene.words("Write a name after the command, such as: /ask {name}", name=_example(scene))
    return Text().line(text).view(_browse(scene))


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
    return text.view(_browse(scene))


def went_wrong(scene: Scene) -> View:
    words = scene.words
    return Text().line(words("Something went wrong here; it is not your fault. Please try again.")).view(_browse(scene))
