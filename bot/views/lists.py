"""Paged lists, newest first, each row a button to its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.views.callback import Action
from bot.views.navigation import back
from bot.views.paging import near_pages, page_of
from bot.views.pieces import Numbers, back_token, link, plain_name, to, written
from bot.views.scene import Scene
from bot.views.titles import case_title, declaration_label, update_label
from bot.views.view import Button, Text, View
from content.models import Case, CaseKind, Declaration, Person, Source, Update

T = TypeVar("T")
TITLED = 6
"""More sources than this have buttons with their number alone, `A_ROW` a row: a phone shows them at once."""
A_ROW = 6


def _list(
    scene: Scene,
    title: str,
    action: Action,
    found: tuple[Sequence[T], int],
    row: Callable[[T, str], Button],
    more: tuple[tuple[Button, ...], ...] = (),
) -> View:
    items, page = found
    shown, page, pages = page_of(items, page)
    text = Text().bold(title).line()
    if pages > 1:
        text.line(scene.words("Page {n} of {m}", n=page + 1, m=pages))
    letter = back_token(action, page)
    turn = tuple(
        to(scene, f"· {number + 1} ·" if number == page else str(number + 1), action, number)
        for number in near_pages(page, pages)
    )
    rows = [(row(item, letter),) for item in shown]
    return text.view(*rows, turn if pages > 1 else (), *more, (back(scene, "h"),))


def declarations(scene: Scene, page: int) -> View:
    def row(declaration: Declaration, here: str) -> Button:
        return link(scene, declaration_label(scene, declaration), Action.DECLARATION, declaration.id, here)

    found = tuple(scene.library.declarations.values())
    return _list(scene, scene.words("Declarations"), Action.DECLARATIONS, (found, page), row)


def cases(scene: Scene, page: int) -> View:
    def row(case: Case, here: str) -> Button:
        label = case_title(scene, case)
        if case.kind is not CaseKind.INDIVIDUAL:
            label = f"▸ {label}"
        return link(scene, label, Action.CASE, case.id, here)

    found = sorted(scene.library.cases.values(), key=lambda case: case.kind is CaseKind.INDIVIDUAL)
    people = to(scene, scene.words("Other people named"), Action.PEOPLE, 0)
    return _list(scene, scene.words("Cases"), Action.CASES, (found, page), row, ((people,),))


def updates(scene: Scene, page: int) -> View:
    def row(update: Update, here: str) -> Button:
        return link(scene, update_label(scene, update), Action.UPDATE, update.id, here)

    found = tuple(scene.library.updates.values())
    return _list(scene, scene.words("Updates"), Action.UPDATES, (found, page), row)


def sources(scene: Scene, page: int) -> View:
    def row(source: Source, here: str) -> Button:
        return link(scene, f"{source.publisher}: {source.title}", Action.SOURCE, source.id, here)

    found = tuple(scene.library.sources.values())
    return _list(scene, scene.words("Sources"), Action.SOURCES, (found, page), row)


def people(scene: Scene, page: int) -> View:
    def row(person: Person, here: str) -> Button:
        return link(
            scene, f"{plain_name(scene, person)} · {written(scene, person.role)}", Action.PERSON, person.id, here
        )

    found = scene.library.people_without_case
    return _list(scene, scene.words("Other people named"), Action.PEOPLE, (found, page), row)


def followed(scene: Scene, page: int) -> View:
    """The cases that the reader follows, each to be opened or left."""
    words = scene.words
    ids = sorted(scene.reader.cases) if scene.reader is not None else []
    found = [scene.library.cases[id_] for id_ in ids if id_ in scene.library.cases]
    text = Text().bold(words("Followed cases")).line()
    if not found:
        text.line(words("You follow no case. Open a case and press Follow."))
    rows = [
        (
            link(scene, case_title(scene, case), Action.CASE, case.id, "h"),
            to(scene, words("Unfollow"), Action.UNFOLLOW, case.id, "fl"),
        )
        for case in page_of(found, page)[0]
    ]
    return text.view(*rows, (to(scene, words("Back"), Action.SETTINGS),))


def record_sources(scene: Scene, title: str, numbers: Numbers, here: str) -> View:
    """The sources of one card, each with a button to its own card."""
    text = Text().bold(title).line()
    for block in numbers.blocks():
        text.add(block)
    many = len(numbers.order) > TITLED
    buttons = [
        link(scene, str(number) if many else f"{number}. {source.title}", Action.SOURCE, source.id, here)
        for number, source in enumerate(numbers.order, 1)
    ]
    wide = A_ROW if many else 1
    rows = [tuple(buttons[i : i + wide]) for i in range(0, len(buttons), wide)]
    return text.view(*rows, (back(scene, here),))
