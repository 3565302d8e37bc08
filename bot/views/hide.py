"""What an owner sees of people who are taken off every screen."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.callback import Action
from bot.views.pieces import plain_name, to
from bot.views.records import token
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from content.models import Person

MOST = 20
"""Buttons."""
KIND = "person"


def _button(scene: Scene, label: str, action: Action, id_: str) -> Button:
    """Sealed for the person of the scene; an id may be too long beside a seal."""
    said = token(KIND, id_)
    return to(scene, label, action, said, scene.seal(action, said))


def choose(scene: Scene, given: str, found: Sequence[Person], hidden: Sequence[Person]) -> View:
    """Whom the typed name may mean, and who is hidden now."""
    words = scene.words
    text = Text().bold(words("Hide a person")).line()
    if given and not found:
        text.line(words("Nobody of this name or id is in the records."))
    elif found:
        text.line(words("Whom? It takes effect at once."))
    else:
        text.line(words("Write /hide and the person's id or name. It takes effect at once, for all readers."))
    text.line().line(words("Hidden now: {n}.", n=len(hidden)))
    rows = [
        (_button(scene, words("Hide {name}", name=plain_name(scene, person)), Action.HIDE_PERSON, person.id),)
        for person in found[:MOST]
    ]
    rows += [
        (_button(scene, words("Show {name} again", name=plain_name(scene, person)), Action.SHOW_PERSON, person.id),)
        for person in hidden[:MOST]
    ]
    return text.view(*rows)


def hidden(scene: Scene, person: Person, stopped: int, dropped: int) -> View:
    words = scene.words
    text = Text().bold(words("Hidden: {name}.", name=plain_name(scene, person))).line()
    text.line(words("Off every card, list, button and link; asked for, the answer is the ordinary no."))
    if stopped:
        text.line(words.n("{n} broadcast was stopped.", "{n} broadcasts were stopped.", stopped, n=stopped))
    if dropped:
        text.line(words.n("{n} draft was discarded.", "{n} drafts were discarded.", dropped, n=dropped))
    text.line(words("What readers have received already stays with them."))
    return text.view((_button(scene, words("Show again"), Action.SHOW_PERSON, person.id),))


def shown(scene: Scene, person: Person | None, id_: str) -> View:
    name = plain_name(scene, person) if person is not None else id_
    return Text().line(scene.words("Shown again: {name}.", name=name)).view()


def nobody(scene: Scene, id_: str) -> View:
    words = scene.words
    text = Text().line(words("Nobody to change under this id:")).span("code", id_ or "…").line()
    return text.line(words("/hide alone lists who is hidden.")).view()
