"""What a question found, as buttons: a hint, or a list to choose from on as few pages as let every card be two taps
away. The list keeps nothing: it is drawn anew from the reader's own message, to which it is a reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.views.callback import Action
from bot.views.paging import PAGE, ROW
from bot.views.pieces import back_token, link, plain_name, to, written
from bot.views.scene import Scene
from bot.views.titles import case_title, declaration_label
from bot.views.view import Button, Text, View
from content.ask import Hit, Target
from content.models import Person

PAGES = 2 * ROW
"""At most so many, in two rows of buttons; a longer list has longer pages."""
MOST_TOUCHED = 8
"""Buttons under an honest no."""
NEAR = "≈"
"""Before a name that only resembles what was typed, in a list with others that are exact."""


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
    return text.view(*buttons(scene, touched[:MOST_TOUCHED], back_token(Action.FOUND, 0)), browse(scene))


def browse(scene: Scene) -> tuple[Button, ...]:
    words = scene.words
    return (to(scene, words("Cases"), Action.CASES, 0), to(scene, words("Back"), Action.HOME))


def did_you_mean(scene: Scene, hits: Sequence[Hit], page: int = 0) -> View:
    words = scene.words
    text = Text().line(words("No exact match. Did you mean:")).line()
    text.line(words("A similar name is not the same person."))
    return _listed(scene, text, hits, page, (to(scene, words("None"), Action.NOBODY),))


def choice(scene: Scene, hits: Sequence[Hit], page: int = 0) -> View:
    words = scene.words
    text = Text().line(words("Several records fit. Choose one:")).line()
    if len({hit.typed for hit in hits if hit.typed}) > 1:
        text.line(words("Who is not in this list is not in our records. That does not mean nothing happened to them."))
    if marked(hits):
        text.line(words("{mark} stands before a name that is only similar.", mark=NEAR))
    text.line(words("A similar name is not the same person."))
    return _listed(scene, text, hits, page, (to(scene, words("None"), Action.NOBODY),))


def marked(hits: Sequence[Hit]) -> bool:
    """Whether exact and near names stand in one list."""
    return len({hit.exact for hit in hits if hit.target is Target.PERSON}) > 1


def _listed(scene: Scene, text: Text, hits: Sequence[Hit], page: int, last: tuple[Button, ...]) -> View:
    size = max(PAGE, -(-len(hits) // PAGES))
    pages = max(1, -(-len(hits) // size))
    page = min(max(page, 0), pages - 1)
    if pages > 1:
        text.line().line(scene.words("Page {n} of {m}", n=page + 1, m=pages))
    turn = [
        to(scene, f"· {number + 1} ·" if number == page else str(number + 1), Action.FOUND, number)
        for number in range(pages if pages > 1 else 0)
    ]
    shown = hits[page * size : (page + 1) * size]
    rows = buttons(scene, shown, back_token(Action.FOUND, page), near=marked(hits))
    return text.view(*rows, tuple(turn[:ROW]), tuple(turn[ROW:]), last)


def buttons(scene: Scene, hits: Sequence[Hit], back: str, *, near: bool = False) -> list[tuple[Button, ...]]:
    """A row a hit, each label unlike the others; a hit that is no longer in the library has none."""
    labels = {hit: label for hit in hits if (label := _label(scene, hit))}
    counts = Counter(labels.values())
    rows: list[tuple[Button, ...]] = []
    for hit, label in labels.items():
        told = label if counts[label] == 1 else f"{label} · {_more(scene, hit)}"
        shown = f"{NEAR} {told}" if near and not hit.exact else told
        rows.append((link(scene, shown, ACTIONS[hit.target], hit.id, back),))
    return rows


ACTIONS = {Target.PERSON: Action.PERSON, Target.CASE: Action.CASE, Target.DECLARATION: Action.DECLARATION}


def _label(scene: Scene, hit: Hit) -> str:
    """Name and one discriminator, never an allegation."""
    library = scene.library
    if hit.target is Target.PERSON and (person := library.people.get(hit.id)) is not None:
        return f"{plain_name(scene, person)} · {told_apart(scene, person)}"
    if hit.target is Target.CASE and (case := library.cases.get(hit.id)) is not None:
        return case_title(scene, case)
    if hit.target is Target.DECLARATION and (declaration := library.declarations.get(hit.id)) is not None:
        return declaration_label(scene, declaration)
    return ""


def told(scene: Scene, hit: Hit) -> str:
    """The label of one hit; nothing for what is not in the library."""
    return _label(scene, hit)


def told_apart(scene: Scene, person: Person) -> str:
    return written(scene, person.discriminator or person.role)


def _more(scene: Scene, hit: Hit) -> str:
    """What else tells apart two records that read alike; at last the id."""
    person = scene.library.people.get(hit.id)
    return written(scene, person.role) if person is not None and person.discriminator is not None else hit.id
