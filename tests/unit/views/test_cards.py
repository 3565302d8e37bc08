"""*Timeline*, *Cite* and *Share*, and what cards say once and not twice."""

from __future__ import annotations

import re

import pytest

from bot.views.callback import Action, Callback, pack
from bot.views.case_card import TIMELINE_FROM
from bot.views.router import screen
from bot.views.scene import Scene
from bot.views.timeline import _day
from bot.views.view import Kind, View
from bot.views.words import LANGUAGES
from bot.wire.fields import fields
from content.library import Library
from content.models import CaseKind
from tests.unit.views.test_walk import library, scene_of

__all__ = ["library"]

LABELS = {
    "en": ("Follow", "Timeline", "Sources", "Share", "Cite", "Report an error", "Back"),
    "ru": ("Следить", "Хронология", "Источники", "Поделиться", "Цитировать", "Сообщить об ошибке", "Назад"),
    "kk": ("Бақылау", "Хронология", "Дереккөздер", "Бөлісу", "Дәйексөз алу", "Қате туралы хабарлау", "Артқа"),
}


def shown(scene: Scene, action: Action, *args: object) -> View:
    view = screen(scene, Callback(scene.language, action, tuple(map(str, args))))
    assert view is not None
    fields(view)
    return view


def labels(view: View) -> list[str]:
    return [button.text for row in view.rows for button in row]


def whole(scene: Scene, action: Action, id_: str) -> str:
    """All parts of a card."""
    texts: list[str] = []
    while (text := shown(scene, action, id_, len(texts)).text) not in texts:
        texts.append(text)
    return "\n".join(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_buttons_of_a_case_by_their_labels(library: Library, language: str) -> None:
    scene = scene_of(library, language)
    follow, timeline, *others = LABELS[language]
    for case in library.cases.values():
        found = labels(shown(scene, Action.CASE, case.id, 0, "h"))
        assert {follow, *others} <= set(found), case.id
        assert (timeline in found) == (len(case.events) >= TIMELINE_FROM), case.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_timeline_runs_from_the_oldest_to_the_newest_and_misses_nothing(library: Library, language: str) -> None:
    scene = scene_of(library, language)
    for case in library.cases.values():
        if len(case.events) < TIMELINE_FROM:
            continue
        text = whole(scene, Action.TIMELINE, case.id)
        dates = {status.date for status in case.statuses} | {event.date for event in case.events}
        days = sorted(dates, key=lambda date: date.order)
        places = [text.index(f"\n{_day(scene, day)}\n") for day in days]
        assert places == sorted(places), case.id
        for event in case.events:
            assert scene.words.pick(event.text)[0] in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("letter", "id_"),
    [("C", "oksana-shevchuk"), ("C", "five-mothers"), ("P", "roberto-rampi"), ("D", "wd-682")],
)
def test_a_citation_is_plain_text_with_status_date_and_addresses(
    library: Library, language: str, letter: str, id_: str
) -> None:
    scene = scene_of(library, language)
    view = shown(scene, Action.CITE, letter, id_)
    assert {entity.kind for entity in view.entities} == {Kind.ITALIC, Kind.PRE}
    if letter == "C" and (status := library.cases[id_].status) is not None:
        assert scene.words.date(status.date) in view.text
        assert str(library.sources[status.sources[0]].url) in view.text
    assert ".." not in view.text
    addresses = re.findall(r"https?://\S+", view.text)
    assert addresses
    assert set(addresses) <= {str(source.url) for source in library.sources.values()}
    assert LABELS[language][-1] in labels(view)


@pytest.mark.parametrize("language", LANGUAGES)
def test_share_offers_the_source_first_and_the_card_next(library: Library, language: str) -> None:
    scene = scene_of(library, language)
    for letter, ids in (("C", library.cases), ("D", library.declarations), ("P", library.people)):
        for id_ in ids:
            first, second = shown(scene, Action.SHARE, letter, id_).rows[:2]
            assert (first[0].copy or first[0].url or "") in {str(source.url) for source in library.sources.values()}
            kind = {"C": "case", "D": "decl", "P": "person"}[letter]
            assert second[0].copy == f"https://t.me/dauys_bot?start={kind}_{id_}"


def test_share_in_english_says_what_a_forward_shows(library: Library) -> None:
    view = shown(scene_of(library, "en"), Action.SHARE, "C", "oksana-shevchuk")
    assert labels(view)[:2] == ["Copy source link", "Copy link to this card"]
    assert "A forwarded message, and the address of this card, show where they came from." in view.text


@pytest.mark.parametrize("action", [Action.SHARE, Action.CITE, Action.TIMELINE])
@pytest.mark.parametrize("args", [(), ("C",), ("X", "oksana-shevchuk"), ("C", "nobody"), ("nobody",), ("P", "wd-682")])
def test_buttons_of_cards_that_are_not_there_open_nothing(
    library: Library, action: Action, args: tuple[str, ...]
) -> None:
    assert screen(scene_of(library, "en"), Callback("en", action, args)) is None


def test_the_longest_ids_fit_their_buttons() -> None:
    longest = "x" * 40
    for action in (Action.SHARE, Action.CITE):
        assert len(pack("en", action, "D", longest, 99).encode()) <= 64
    assert len(pack("en", Action.TIMELINE, longest, 99).encode()) <= 64


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_inferred_identity_gives_its_reason_once(library: Library, language: str) -> None:
    scene = scene_of(library, language)
    case = library.cases["gulmira-kalykova"]
    text = whole(scene, Action.CASE, case.id)
    assert len(case.possible) == 2
    assert text.count(scene.words.pick(case.possible[0].reason)[0]) == 1
    assert all(scene.words.pick(entry.claim.text)[0] in text for entry in case.possible)


def test_a_date_that_claims_share_stands_once_above_them(library: Library) -> None:
    text = whole(scene_of(library, "en"), Action.DECLARATION, "wd-682")
    assert "What it says · 27 June 2019\n• According" in text
    assert "27 June 2019:" not in text


@pytest.mark.parametrize(
    ("language", "date"), [("en", "27 Jun 2019"), ("ru", "27 июн. 2019"), ("kk", "2019 ж. 27 мау.")]
)
def test_buttons_have_dates_of_their_language(library: Library, language: str, date: str) -> None:
    found = [label for page in (0, 1, 2) for label in labels(shown(scene_of(library, language), Action.UPDATES, page))]
    assert any(label.replace("\u202f", " ").startswith(date) for label in found), found
    assert not any(re.match(r"\d{4}-\d\d", label) for label in found)


def test_what_refers_to_a_record_is_a_button_on_it(library: Library) -> None:
    scene = scene_of(library, "en")
    assert "Declaration 682 (2019)" in labels(shown(scene, Action.DECLARATION, "wd-675"))
    assert "Declaration 675 (2019)" in labels(shown(scene, Action.DECLARATION, "wd-682"))
    for case in library.cases.values():
        for id_ in case.related:
            other = library.cases[id_]
            assert case in library.cases_related(other.id)
            if case.kind is not CaseKind.INDIVIDUAL and case.title is not None:
                assert case.title["en"] in labels(shown(scene, Action.CASE, other.id))
