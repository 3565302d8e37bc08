"""Every button of every screen, in every language: no dead end, nothing over a limit, no foreign words."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import SHIPPED_LIBRARY
from bot.views.callback import Action, Callback, unpack
from bot.views.paging import near_pages, parts
from bot.views.router import screen
from bot.views.scene import House, Scene
from bot.views.view import Text, View, units
from bot.views.words import LANGUAGES, load_words
from bot.wire.fields import fields
from content.asker import LibraryAsker
from content.library import Library
from content.loader import load
from storage.records import ReaderStatus, Subscriber, Topic
from tests.unit.test_shipped_library import LATIN_ALLOWED

ACTS = {
    Action.SUBSCRIBE_ALL,
    Action.URGENT_ONLY,
    Action.UNSUBSCRIBE,
    Action.WIPE_NOW,
    Action.TOGGLE,
    Action.FOLLOW,
    Action.UNFOLLOW,
    Action.SILENT,
    Action.HIDE,
    Action.PAUSE,
    Action.SET_LANGUAGE,
}
"""Buttons that change a row and then redraw one of the walked screens."""


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SHIPPED_LIBRARY)


def scene_of(library: Library, language: str, reader: Subscriber | None = None) -> Scene:
    house = House("Org", "https://example.org", "mail@example.org", "+0", "dauys_bot")
    return Scene(load_words()[language], library, house, date(2026, 11, 24), reader)


def walk(scene: Scene) -> dict[str, View]:
    """Every screen that can be reached from the start, by its callback data, with what it took to get there."""
    first = Callback(scene.language, Action.HOME)
    found: dict[str, View] = {}
    todo = [("home", first)]
    while todo:
        key, callback = todo.pop()
        view = screen(scene, callback)
        assert view is not None, f"a dead end: {key}"
        found[key] = view
        for row in view.rows:
            for button in row:
                if button.data is None or button.data in found:
                    continue
                target = unpack(button.data)
                assert target is not None, f"not callback data: {button.data}"
                assert target.language == scene.language
                if target.action not in ACTS:
                    found.setdefault(button.data, view)
                    todo.append((button.data, target))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_is_within_telegrams_limits(library: Library, language: str) -> None:
    found = walk(scene_of(library, language))
    for data, view in found.items():
        fields(view)
        assert "\n\n\n" not in view.text, f"an empty line doubled: {data}"
        assert all(len(row) <= 8 for row in view.rows)
    cards = {
        f"{target.action.value}:{target.arg(0)}"
        for data in found
        if (target := unpack(data)) is not None
        and target.action in (Action.CASE, Action.PERSON, Action.DECLARATION, Action.UPDATE, Action.SOURCE)
    }
    people = {f"P:{person.id}" for person in library.people.values()}
    wanted = people | {
        f"{letter}:{record.id}"
        for letter, records in (
            ("C", library.cases),
            ("D", library.declarations),
            ("U", library.updates),
            ("S", library.sources),
        )
        for record in records.values()
    }
    assert len(wanted) >= 80
    assert wanted - cards == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_of_a_card_is_shown_with_date_and_link(library: Library, language: str) -> None:
    scene = scene_of(library, language)
    shown = walk(scene)
    for case in library.cases.values():
        text, links = "", set()
        for data, view in shown.items():
            target = unpack(data)
            if target and target.action is Action.CASE and target.arg(0) == case.id:
                text += view.text
                links |= {entity.url for entity in view.entities if entity.url}
        assert ".." not in text, f"{case.id}: two full stops in {language}"
        for event in case.events:
            assert scene.words.pick(event.text)[0] in text, f"{case.id}: an event is missing in {language}"
            assert scene.words.date(event.date) in text
            assert {str(library.sources[id_].url) for id_ in event.sources} <= links


QUOTED = re.compile(r"[A-Za-z]{2,}")


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_no_english_words_in_other_languages(library: Library, language: str) -> None:
    """Latin letters stand only in what is quoted: titles, publishers, addresses, names, commands."""
    scene = scene_of(library, language)
    allowed = {
        "Telegram",
        "Dauys",
        "Org",
        "example",
        "org",
        "https",
        "mail",
        "YAML",
        "ask",
        "Doc",
        "NetBlocks",
        "English",
    }
    quoted: list[str] = []
    for source in library.sources.values():
        quoted += [source.title, source.publisher]
    for declaration in library.declarations.values():
        quoted += [declaration.title, declaration.document]
    for person in library.people.values():
        quoted += [spelling.text for spelling in person.name.values()]
        quoted += [spelling.text for spelling in person.aliases]
    known = allowed | {word for text in quoted for word in QUOTED.findall(text)}
    for data, view in walk(scene).items():
        words = set(
            QUOTED.findall(re.sub(r"https?://\S+|/[a-z]+|[CDPUS]-[a-z0-9-]+", "", LATIN_ALLOWED.sub("", view.text)))
        )
        assert words - known == set(), f"{data}: {words - known}"
        for row in view.rows:
            for button in row:
                label = re.sub(r"\w*…$", "", button.text)
                assert set(QUOTED.findall(label)) - known == set(), f"{data}: {button.text}"


def test_a_subscriber_walks_too(library: Library) -> None:
    reader = Subscriber(
        1, 2, "ru", frozenset(Topic), frozenset(library.cases), status=ReaderStatus.PAUSED, joined_week="2026-W48"
    )
    found = walk(scene_of(library, "ru", reader))
    for view in found.values():
        fields(view)
    assert any(target.action is Action.FOLLOWED for data in found if (target := unpack(data)))


CARDS = (Action.CASE, Action.PERSON, Action.DECLARATION, Action.UPDATE, Action.SOURCE)


def taps(scene: Scene) -> dict[tuple[Action, str, str], int]:
    """Card and part -> the fewest taps from the start."""
    depth = {"home": 0}
    todo = [("home", Callback(scene.language, Action.HOME))]
    found: dict[tuple[Action, str, str], int] = {}
    for key, callback in todo:
        if callback.action in CARDS:
            found.setdefault((callback.action, callback.arg(0), callback.arg(1)), depth[key])
        view = screen(scene, callback)
        assert view is not None
        for data in (button.data for row in view.rows for button in row):
            target = unpack(data)
            if data is not None and target is not None and data not in depth and target.action not in ACTS:
                depth[data] = depth[key] + 1
                todo.append((data, target))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_at_most_three_taps_from_the_start(library: Library, language: str) -> None:
    found = taps(scene_of(library, language))
    assert len(found) >= len(library.records)
    assert {key: depth for key, depth in found.items() if depth > 3} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_person_group_and_declaration_answers_one_question(library: Library, language: str) -> None:
    asker = LibraryAsker(library)
    for person in library.people.values():
        for spelling in (*person.name.values(), *person.aliases):
            hits = {hit.id for hit in asker.ask(spelling.text).hits}
            assert person.id in hits, spelling.text
    for case in library.cases.values():
        if case.title is not None and case.keywords:
            assert case.id in {hit.id for word in case.keywords for hit in asker.ask(word).hits}
    for declaration in library.declarations.values():
        assert [hit.id for hit in asker.ask(str(declaration.number)).hits] == [declaration.id]


def test_pages_to_jump_to() -> None:
    assert near_pages(0, 1) == [0]
    assert near_pages(7, 8) == list(range(8))
    for page in range(40):
        shown = near_pages(page, 40)
        assert len(shown) == 8
        assert {0, page, 39} <= set(shown)
        assert shown == sorted(set(shown))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=900), max_size=40))
def test_parts_keep_every_block_whole_and_in_order(texts: list[str]) -> None:
    blocks = [Text().bold(text).line() for text in texts]
    packed = [part.build() for part in parts(blocks)]
    joined = "".join("".join(part._parts) for part in parts(blocks))
    assert joined == "".join(text + "\n" for text in texts)
    for text, entities in packed:
        assert units(text) <= 4096
        assert len(entities) <= 100
        assert all(entity.offset + entity.length <= units(text) for entity in entities)
