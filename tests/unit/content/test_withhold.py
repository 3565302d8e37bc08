"""A hidden person is nowhere: on no screen, in no language, under no spelling; everybody else is."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from bot.config import SHIPPED_LIBRARY
from bot.views.callback import Action, Callback
from bot.views.router import screen
from bot.views.scene import Scene
from bot.views.view import View
from content.asker import LibraryAsker
from content.library import Library
from content.loader import load
from content.models import Case, Declaration, Person, Source, Update
from content.withhold import Names, without
from tests.unit.views.test_walk import scene_of, walk

WORD = re.compile(r"[^\W\d_]+")
SHIPPED = load(SHIPPED_LIBRARY)


def surnames(person: Person) -> set[str]:
    """The last words of the spellings, as they stand there."""
    return {WORD.findall(spelling.text)[-1].casefold() for spelling in (*person.name.values(), *person.aliases)}


def said(view: View) -> Iterator[str]:
    yield view.text
    yield from (entity.url or "" for entity in view.entities)
    for button in (button for row in view.rows for button in row):
        yield f"{button.text} {button.data} {button.url}"


LISTS = (Action.DECLARATIONS, Action.CASES, Action.UPDATES, Action.SOURCES, Action.PEOPLE)
CARDS = {
    Source: (Action.SOURCE,),
    Person: (Action.PERSON,),
    Case: (Action.CASE, Action.CASE_SOURCES),
    Declaration: (Action.DECLARATION, Action.DECLARATION_SOURCES),
    Update: (Action.UPDATE,),
}


def screens(scene: Scene) -> Iterator[View]:
    """Every page of every list, every part of every card, and what *Report an error* shows."""
    places: list[tuple[Action, tuple[str, ...]]] = [(action, (str(page),)) for action in LISTS for page in range(6)]
    for record in scene.library.records:
        for action in CARDS[type(record)]:
            places += [(action, (record.id, str(part), "h")) for part in range(3)]
        places.append((Action.REPORT, (type(record).__name__[0], record.id)))
    for action, args in [*places, (Action.ABOUT, ()), (Action.HOME, ())]:
        view = screen(scene, Callback(scene.language, action, args))
        assert view is not None, (action, args)
        yield view


@pytest.mark.parametrize("person", SHIPPED.people.values(), ids=lambda person: person.id)
def test_a_hidden_person_is_on_no_screen_in_any_language(person: Person) -> None:
    library = without(SHIPPED, {person.id})
    wanted = surnames(person)
    assert wanted
    for language in ("en", "ru", "kk"):
        for text in {text for view in screens(scene_of(library, language)) for text in said(view)}:
            found = [word for word in WORD.findall(text.casefold()) if word.startswith(tuple(wanted))]
            assert not found, f"{found} in {text[:60]!r}"
    asked = LibraryAsker(library)
    for spelling in (*person.name.values(), *person.aliases):
        assert person.id not in {hit.id for hit in asked.ask(spelling.text).hits}
    assert library.people.keys() == SHIPPED.people.keys() - {person.id}
    assert library.declarations.keys() == SHIPPED.declarations.keys()


def test_nobody_to_hide_is_the_library_itself() -> None:
    assert without(SHIPPED, set()) is SHIPPED
    assert without(SHIPPED, {"nobody"}) is SHIPPED


def test_everybody_can_be_hidden() -> None:
    library = without(SHIPPED, set(SHIPPED.people))
    assert not library.people
    assert len(walk(scene_of(library, "en"))) > 50


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Оксана Шевчук", True),
        ("о деле Оксаны Шевчук.", True),
        ("SHEVCHUK", True),
        ("Жанбота Алжанова", True),
        ("Алжановой", True),
        ("Алжановаға", True),
        ("Šević", False),
        ("a chef", False),
        ("", False),
    ],
)
def test_names_in_texts(text: str, named: bool) -> None:
    people = [SHIPPED.people[id_] for id_ in ("oksana-shevchuk", "zhanbota-alzhanova")]
    assert Names(people).in_text(text) is named


def test_names_in_what_is_kept_of_a_broadcast() -> None:
    names = Names([SHIPPED.people["oksana-shevchuk"]])
    assert names.in_values({"full": {"ru": {"text": "Суд.\nШевчук", "n": [1, None]}}})
    assert names.in_values([{"callback_data": "1en.C.oksana-shevchuk.0.h"}])
    assert not names.in_values({"full": {"ru": {"text": "Суд."}}, "shevchuk": 1})


def large(library: Library, times: int) -> Library:
    people = list(library.people.values())
    more = [person.model_copy(update={"id": f"p{n}-{person.id}"[:40]}) for n in range(times) for person in people]
    return Library.build([*library.records, *more])


def test_it_is_quick_on_a_large_library() -> None:
    whole = large(SHIPPED, 120)
    assert len(whole.people) > 2000
    began = time.process_time()
    library = without(whole, {"oksana-shevchuk"})
    assert time.process_time() - began < 2.0
    assert "oksana-shevchuk" not in library.people
