"""The catalogues: every message there, none too many, placeholders and plurals right, dates in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from babel.messages.catalog import Message

from bot.locales.extract import used
from bot.views.pick_language import pick_language
from bot.views.words import LANGUAGES, RELEASE_CONTEXTS, UNREVIEWED, catalogue, fallbacks, load_words, unreviewed
from content.dates import When

FIELD = re.compile(r"{(\w+)}")


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def texts(given: object) -> list[str]:
    return [str(text) for text in given] if isinstance(given, tuple | list) else [str(given)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_what_the_code_uses(language: str) -> None:
    wanted = set(used())
    assert len(wanted) >= 150
    assert {(message.context, message.id) for message in messages(language)} == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_with_its_placeholders(language: str) -> None:
    for message in messages(language):
        forms = texts(message.string)
        wanted = texts(message.id)
        fields = {field for text in wanted for field in FIELD.findall(text)}
        assert len(forms) == (catalogue(language).num_plurals if message.pluralizable else 1)
        for form in forms:
            assert form.strip(), message.id
            assert set(FIELD.findall(form)) == fields, message.id


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_translations_are_marked_until_a_native_speaker_has_read_them(language: str) -> None:
    assert all(UNREVIEWED in message.user_comments for message in messages(language))
    assert {context for code, context, _ in unreviewed(RELEASE_CONTEXTS) if code == language} == set(RELEASE_CONTEXTS)


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        ("en", ["1 second", "2 seconds", "5 seconds", "21 seconds"]),
        ("ru", ["1 секунду", "2 секунды", "5 секунд", "21 секунду"]),
        ("kk", ["1 секунд", "2 секунд", "5 секунд", "21 секунд"]),
    ],
)
def test_plurals(language: str, counts: list[str]) -> None:
    words = load_words()[language]
    assert [words.n("{n} second", "{n} seconds", n, n=n) for n in (1, 2, 5, 21)] == counts


@pytest.mark.parametrize(
    ("language", "written", "shown"),
    [
        ("en", "2019", "2019"),
        ("en", "2019-06", "June 2019"),
        ("en", "2019-06-27", "27 June 2019"),
        ("en", {"not_before": "2019-06-28"}, "undated article, after 28 June 2019"),
        ("ru", "2019-06-27", "27 июня 2019\u202fг."),
        ("kk", "2019-06-27", "2019\u202fж. 27 маусым"),
        ("kk", {"not_before": "2019-06-28"}, "күні көрсетілмеген мақала, 2019\u202fж. 28 маусым күнінен кейін"),
    ],
)
def test_dates(language: str, written: object, shown: str) -> None:
    assert load_words()[language].date(When.parse(written)) == shown


def test_a_plain_day_too() -> None:
    assert load_words()["en"].date(date(2026, 11, 23)) == "23 November 2026"


def test_a_value_with_a_full_stop_of_its_own_ends_the_sentence() -> None:
    words = load_words()["ru"]
    assert words("Last checked {date}.", date=words.date(date(2026, 11, 23))).endswith("23 ноября 2026\u202fг.")


def test_fallbacks() -> None:
    words = load_words()["kk"]
    assert fallbacks("kk", "en") == ("kk", "ru", "en")
    assert fallbacks("en", "ru") == ("en", "ru")
    assert words.pick({"en": "e", "ru": "r"}) == ("r", "ru")
    assert words.pick({"fr": "f"}) == ("f", "fr")


@pytest.mark.parametrize(
    ("code", "question", "house", "expected"),
    [
        ("ru", "", "en", "ru"),
        ("kk", "", "en", "kk"),
        ("ru-RU", "", "en", "ru"),
        ("de", "", "en", "en"),
        (None, "", "ru", "ru"),
        ("en", "Гүлзипа", "en", "kk"),
        ("ru", "Жанбота", "en", "ru"),
        (None, "Жанбота", "en", "ru"),
        ("en", "Где Жанбота Алжанова?", "en", "ru"),
        ("en", "что с Жанботой Алжановой", "en", "ru"),
        ("en", "Жанбота Алжанова", "en", "en"),
        ("en", "Шевчук О., Джаукерова Г.", "en", "en"),
        ("en", "Список осуждённых: Шевчук Оксана, " * 4, "en", "en"),
        ("kk", "Жанбота", "en", "kk"),
        ("en", "Zhanbota", "ru", "en"),
        ("uk", "Оксана Шевчук, Київ", "en", "ru"),
    ],
)
def test_which_language_to_answer_in(code: str | None, question: str, house: str, expected: str) -> None:
    assert pick_language(code, question, house) == expected
