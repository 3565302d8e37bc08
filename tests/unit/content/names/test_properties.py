"""What holds for any question and any set of names."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from content.asker import names_in
from content.loader import load
from content.names import Answer, Name, NameIndex, Verdict
from content.names.fold import folds, plain, settle
from tests.unit.content.names.test_questions import LIBRARY, questions

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)
ASKED = st.sampled_from([question.text for question in questions()])
GIVEN = st.sampled_from(["Серик", "Оксана", "Данияр", "Айгуль", "Тарас", "Жанбота", "Марат", "Дана", "Иван"])
SURNAMES = st.sampled_from(["Жахин", "Шевчук", "Хасенов", "Алжанова", "Шевченко", "Ким", "Ахметов", "Жанай", "Жаксин"])
NAMES = st.builds("{} {}".format, GIVEN, SURNAMES)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(names_in(load(LIBRARY)))


def told(answer: Answer) -> tuple[Verdict, set[str]]:
    return answer.verdict, {candidate.key for candidate in answer.candidates}


@given(asked=ASKED | TEXTS, spaces=st.integers(2, 5))
@settings(deadline=None)
def test_doubled_spaces_change_nothing(index: NameIndex, asked: str, spaces: int) -> None:
    assert told(index.ask(f" {asked.replace(' ', ' ' * spaces)} ")) == told(index.ask(asked))


@given(first=GIVEN, last=SURNAMES)
@settings(deadline=None)
def test_order_and_letter_case_of_a_name_change_nothing(index: NameIndex, first: str, last: str) -> None:
    answers = [told(index.ask(text)) for text in (f"{first} {last}", f"{last} {first}", f"{last}, {first}")]
    answers += [told(index.ask(way(f"{first} {last}"))) for way in (str.lower, str.upper, str.title)]
    assert all(answer == answers[0] for answer in answers)


@given(TEXTS | ASKED | NAMES)
@settings(deadline=None)
def test_folding_is_idempotent(text: str) -> None:
    for word in text.split():
        assert plain(plain(word)) == plain(word)
        assert folds(plain(word)) == folds(word)
        for fold in folds(word):
            assert settle(fold) == fold


@given(people=st.lists(NAMES, min_size=1, max_size=6, unique=True), newcomer=NAMES)
@settings(deadline=None)
def test_who_is_added_never_turns_a_right_card_into_a_wrong_one(people: list[str], newcomer: str) -> None:
    assume(newcomer not in people)
    before = NameIndex(Name(name, name) for name in people)
    after = NameIndex(Name(name, name) for name in [*people, newcomer])
    for name in people:
        assert told(before.ask(name)) == (Verdict.CARD, {name})
        assert told(after.ask(name)) == (Verdict.CARD, {name})


@given(TEXTS)
@settings(deadline=None)
def test_any_text_gets_an_answer_that_fits_its_verdict(index: NameIndex, text: str) -> None:
    answer = index.ask(text, explain=True)
    assert (answer.verdict is Verdict.NO) == (not answer.candidates)
    assert answer.verdict is not Verdict.CARD or (len(answer.candidates) == 1 and answer.candidates[0].exact)
    assert answer.steps


def test_an_inferred_spelling_never_leads_to_a_card() -> None:
    index = NameIndex([Name("a", "Гульмира Калыкова"), Name("a", "Гульмира Халыкова", inferred=True)])
    assert told(index.ask("Гульмира Калыкова")) == (Verdict.CARD, {"a"})
    assert told(index.ask("Халыкова Гульмира")) == (Verdict.HINT, {"a"})


def test_namesakes_are_a_choice_and_a_patronymic_decides() -> None:
    index = NameIndex([Name("a", "Серик Маратович Жахин"), Name("b", "Серик Болатович Жахин")])
    assert told(index.ask("Серик Жахин")) == (Verdict.CHOICE, {"a", "b"})
    assert index.ask("Жахин Серик Маратович").candidates[0].key == "a"


def test_names_of_an_editors_text_are_found_and_strangers_too(index: NameIndex) -> None:
    text = "Today Oksana Shevchuk and Тарас Шевченко were heard. A. K. spoke. The European Parliament met."
    mentions = index.people_in(text)
    assert [(one.text, one.keys, one.sure) for one in mentions] == [
        ("Oksana Shevchuk", ("oksana-shevchuk",), True),
        ("Тарас Шевченко", (), False),
        ("A. K.", (), False),
    ]
