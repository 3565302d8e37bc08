"""Doubts about how a text tells, and the ordinary sentences that raise none."""

from __future__ import annotations

import pytest

from content.wording import LONGEST_QUOTATION, PRIVATE, figures, wording

PRIVATE_SENTENCES = (
    ("Was taken to a hospital.", "health"),
    ("Её отвезли в больницу.", "health"),
    ("Аурухана оны қабылдады.", "health"),
    ("Is HIV positive.", "health"),
    ("A Jehovah's Witness.", "religion"),
    ("Верующая мусульманка.", "religion"),
    ("Мешіт имамы болған.", "religion"),
    ("Her husband waited.", "relatives"),
    ("Её муж ждал у суда.", "relatives"),
    ("Оның күйеуі сот алдында күтті.", "relatives"),
    ("Was a student at an institute.", "a place of work or study"),
    ("Учится в институте.", "a place of work or study"),
    ("Институтта оқиды.", "a place of work or study"),
)

ORDINARY = (
    "Mothers of minor children; five women; the five mothers.",
    "Матери несовершеннолетних детей, пять женщин, мужчины и женщины.",
    "Кәмелетке толмаған балалары бар аналар, бес белсенді әйел.",
    "The hearing in Geneva; Женева, в Женеве; Жителям роздали листовки.",
    "Братск, брать на себя, жениться запретили.",
    "The article describes it; a healthy distrust; the Christianity-free archivist.",
)


@pytest.mark.parametrize(("text", "matter"), PRIVATE_SENTENCES)
def test_a_private_matter_is_doubtful(text: str, matter: str) -> None:
    assert [each.partition(" may be a matter of ")[2] for each in wording({"en": text})] == [
        f"{matter}; expected none on anybody's card"
    ]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_are_not(text: str) -> None:
    assert list(wording({"en": text})) == []


def test_every_matter_is_tried_in_three_languages() -> None:
    tried = [matter for _, matter in PRIVATE_SENTENCES]
    assert set(tried) == {private.what for private in PRIVATE}
    assert all(tried.count(private.what) >= 3 for private in PRIVATE)


@pytest.mark.parametrize("marks", ["“”", "«»", '""'])
def test_a_quotation_is_short(marks: str) -> None:
    assert list(wording({"en": f"It says {marks[0]}{'a' * LONGEST_QUOTATION}{marks[1]}."})) == []
    longer = f"It says {marks[0]}{'a' * (LONGEST_QUOTATION + 1)}{marks[1]}."
    assert list(wording({"en": longer})) == [
        "a quotation of 201 characters; expected at most 200, the rest in own words"
    ]


def test_a_translation_keeps_the_figures() -> None:
    same = {
        "en": "At least 4,000 on 9 and 10 June",
        "ru": "Не менее 4 000, 9–10 июня",
        "kk": "Кемінде 4000, 9 және 10 маусым",
    }
    assert list(wording(same)) == []
    other = {"en": "15 days on 1 May", "ru": "15 суток, 1 мая", "kk": "5 тәулік, 1 мамыр"}
    assert list(wording(other)) == ["5, 15 in en or in kk alone; expected the same figures in both"]


def test_figures_join_thousands_and_nothing_else() -> None:
    told = "1,000 and 9, 10; Doc. 14933; 4\u00a0000; 2019, 250 people"
    assert figures(told) == {"1000", "9", "10", "14933", "4000", "2019", "250"}
