"""Names in a text that is to go out: in the records, near one of them, not in them, or hidden."""

from __future__ import annotations

from collections.abc import Set

import pytest

from bot.config import SHIPPED_LIBRARY
from bot.desk.check import names_in
from bot.desk.shelf import Shelf, arranged
from bot.views.preflight import Standing
from content.library import Library
from content.loader import load

HIDDEN, UNKNOWN, CAPITALS, PERHAPS, KNOWN = Standing
TEXTS: dict[str, list[tuple[str, Standing]]] = {
    "В понедельник судят Оксану Шевчук и Ивана Петрова.": [("Ивана Петрова", UNKNOWN), ("Оксану Шевчук", KNOWN)],
    "Встреча с Жанботой Алжановой.": [("Жанботой Алжановой", KNOWN)],
    "Оксана Шевчукке сот дүйсенбіде. Жанбота Алжановаға хат жазыңыз.": [
        ("Оксана Шевчукке", KNOWN),
        ("Жанбота Алжановаға", KNOWN),
    ],
    "Серік Жахинді және Айгүл Өтепованы босатты.": [("Айгүл Өтепованы", UNKNOWN), ("Серік Жахинді", KNOWN)],
    "O. Shevchuk was released; A. K. was not.": [("A. K.", UNKNOWN), ("O. Shevchuk", PERHAPS)],
    "Задержан Шевчук О.П., а И. Шевчук нет.": [("И. Шевчук", UNKNOWN), ("Шевчук О.П.", PERHAPS)],
    "Shevchuk spoke.": [("Shevchuk", PERHAPS)],
    "Оксана Шевчук в суде. О. П. Шевчук просила прийти, И. Шевчук нет.": [
        ("И. Шевчук", UNKNOWN),
        ("О. П. Шевчук", PERHAPS),
        ("Оксана Шевчук", KNOWN),
    ],
    "Our colleague Thibault Delacroix was there.": [("Thibault Delacroix", CAPITALS)],
    "Дулат Ағаділ туралы.": [("Дулат Ағаділ", CAPITALS)],
    "The court sits on Monday at ten. Bring water.": [],
    "Суд в понедельник. Возьмите воду.": [],
    "Сот дүйсенбіде. Су алып келіңіз.": [],
    "": [],
}


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SHIPPED_LIBRARY)


def shelf_of(library: Library, hidden: Set[str] = frozenset()) -> Shelf:
    return arranged(library, hidden)


@pytest.fixture(scope="module")
def shelf(library: Library) -> Shelf:
    return shelf_of(library)


@pytest.mark.parametrize("text", TEXTS)
def test_each_name_is_told_with_its_standing(shelf: Shelf, text: str) -> None:
    assert [(one.text, one.standing) for one in names_in([text], shelf)] == TEXTS[text]


def test_a_person_of_the_records_is_told_once_over_all_languages(shelf: Shelf) -> None:
    texts = ["Oksana Shevchuk is free.", "Оксана Шевчук на свободе.", "Оксана Шевчук бостандықта."]
    (one,) = names_in(texts, shelf)
    assert (one.text, one.standing, one.people) == ("Oksana Shevchuk", KNOWN, ("oksana-shevchuk",))


@pytest.mark.parametrize("text", ["Суд над Оксаной Шевчук.", "O. Shevchuk.", "ШЕВЧУКТІҢ ісі", "about shevchuk"])
def test_who_is_hidden_is_nobody_of_the_records_and_told_as_hidden(library: Library, text: str) -> None:
    (one,) = names_in([text], shelf_of(library, {"oksana-shevchuk"}))
    assert (one.standing, one.people) == (HIDDEN, ())
    assert one.text in text


def test_a_text_of_very_many_words_is_read_to_its_end(shelf: Shelf) -> None:
    text = "a b " * 900 + "Oksana Shevchuk"
    assert [one.standing for one in names_in([text], shelf)] == [KNOWN]
