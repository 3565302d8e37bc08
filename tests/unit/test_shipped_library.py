"""What must hold of the shipped records: whom they name, what each says, and how it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from content.library import Library
from content.loader import load
from content.models import Basis, CaseKind, Claim, NamingBasis, Possible, Source, SourceKind, StatusEntry

ROOT = Path(__file__).resolve().parents[2] / "content" / "data"
ARTICLE = "odf-wd-682-article"
LANGUAGES = {"en", "ru", "kk"}
SOURCES = dict(
    line.split() for line in Path(__file__).with_name("shipped_sources.txt").read_text(encoding="utf-8").splitlines()
)

AFTER = ">=2019-06-28"
PERSECUTED = ["persecuted " + AFTER]
AT_HOME = ["house-arrest " + AFTER]
TO_THE_END = [*AT_HOME, "custody 2019-07-04", "custody 2019-10-03", "restricted-freedom 2019-11-19"]
STATUSES = {
    "zhanbota-alzhanova": PERSECUTED,
    "dana-zhanay": PERSECUTED,
    "alimzhan-izbassarov": PERSECUTED,
    "daniyar-khassenov": [*PERSECUTED, "travel-ban 2019-06", "travel-ban 2019-07-11", "left-country 2019"],
    "maxat-mukarov": PERSECUTED,
    "oksana-shevchuk": TO_THE_END,
    "zhazira-demeuova": [*AT_HOME, "custody 2019-07-04", "house-arrest 2019-09-12", "restricted-freedom 2019-11-19"],
    "gulzipa-dzhaukerova": TO_THE_END,
    "akmaral-kerimbayeva": AT_HOME,
    "gulmira-kalykova": AT_HOME,
    "serik-zhakhin": ["arrested " + AFTER, "restricted-freedom 2019-10-15"],
}
EVENTS = {
    "zhanbota-alzhanova": ["2019-05-09", "2019-05-09"],
    "alimzhan-izbassarov": ["2019-05", "2019-05-23", "2019"],
    "daniyar-khassenov": ["2019-06-25", "2019-06", "2019-07-11", "2019"],
    "oksana-shevchuk": ["2019-07-04", "2019-10-03", "2019-10-03", "2019-11-19"],
    "zhazira-demeuova": ["2019-07-04", "2019-09-12", "2019-10-03", "2019-11-19"],
    "gulzipa-dzhaukerova": ["2019-07-04", "2019-10-03", "2019-10-03", "2019-11-19"],
    "akmaral-kerimbayeva": ["2019-08-05"],
    "serik-zhakhin": ["2019-08-05", "2019-10-15"],
}
DEFENDERS = ("zhanbota-alzhanova", "dana-zhanay", "alimzhan-izbassarov", "daniyar-khassenov", "maxat-mukarov")
MOTHERS = ("oksana-shevchuk", "zhazira-demeuova", "gulzipa-dzhaukerova", "akmaral-kerimbayeva", "gulmira-kalykova")
OFFICIALS = "donald-tusk fionnuala-ni-aolain kassym-jomart-tokayev nursultan-nazarbayev roberto-rampi ryszard-komenda"
UPDATES = (
    "2019-03-14 2019-04-11 2019-05-09 2019-05-09 2019-06-09 2019-06-10 2019-06-12 2019-06-13 2019-06-18 "
    "2019-06-25 2019-06-27 2019-07-04 2019-09-12 2019-10-04 2019-10-15 2019-10-21 2019-11-19"
)
LATIN_ALLOWED = re.compile(
    r"NetBlocks|Facebook|Instagram|Telegram|Doc\. \d+|P8_TA\(2019\)0203|"
    r"ReliefWeb|GlobalSecurity\.org|docslib\.org|ecoi\.net"
)
"""Names, numbers of documents, and the sites of copies."""
ATTRIBUTION = {"en": ("Open Dialogue", "ODF"), "ru": ("«Открытый диалог»",), "kk": ("«Ашық диалог»",)}
MINORS = re.compile(r"minor|несовершеннолетн|кәмелетке толмаған")


@pytest.fixture(scope="module")
def library() -> Library:
    return load(ROOT)


def inside(value: object) -> Iterator[BaseModel]:
    """A record and every claim, status and spelling in it."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from inside(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from inside(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from inside(item)


def texts(library: Library) -> list[tuple[str, dict[str, str]]]:
    """Every text that is shown in the reader's language, with `record: field`."""
    found = []
    for record in library.records:
        for part in inside(record):
            for name in type(part).model_fields:
                value = getattr(part, name)
                if isinstance(value, dict) and value and all(isinstance(text, str) for text in value.values()):
                    found.append((f"{record.id}: {name}", value))
    assert len(found) > 150
    return found


def claims(library: Library) -> list[tuple[str, Claim | StatusEntry]]:
    found = [
        (record.id, part)
        for record in library.records
        for part in inside(record)
        if isinstance(part, Claim | StatusEntry)
    ]
    assert len(found) > 90
    return found


def test_every_source_has_the_address_under_which_it_was_read(library: Library) -> None:
    assert len(SOURCES) == 33
    assert {source.id: str(source.url) for source in library.sources.values()} == SOURCES
    assert {(str(source.seen), str(source.checked)) for source in library.sources.values()} == {("2026-11-23",) * 2}


def test_the_foundation_is_labelled_as_an_advocate(library: Library) -> None:
    own = [source for source in library.sources.values() if source.publisher == "Open Dialogue Foundation"]
    assert len(own) == 5
    assert {source.kind for source in own} == {SourceKind.ADVOCACY}


def test_no_source_lies_unused(library: Library) -> None:
    cited: set[str] = set()
    for record in library.records:
        for part in inside(record):
            for name in ("sources", "summary_sources", "role_sources"):
                cited.update(getattr(part, name, ()))
    assert sorted(set(library.sources) - cited) == []


def test_the_eleven_with_their_statuses_and_events(library: Library) -> None:
    cases = {id_: case for id_, case in library.cases.items() if case.kind is CaseKind.INDIVIDUAL}
    assert {id_: [f"{entry.status} {entry.date}" for entry in case.statuses] for id_, case in cases.items()} == STATUSES
    dates = {id_: [str(event.date) for event in case.events] for id_, case in cases.items() if case.events}
    assert dates == EVENTS
    for id_ in STATUSES:
        assert library.people[id_].naming_basis is NamingBasis.PRESS
        assert library.people[id_].role["en"] in {"human rights defender", "activist"}
        assert cases[id_].statuses[0].sources == (ARTICLE,)


def test_the_six_others_have_points_and_no_case(library: Library) -> None:
    others = {person.id: person for person in library.people.values() if person.id not in STATUSES}
    assert " ".join(sorted(others)) == OFFICIALS
    for person in others.values():
        assert person.naming_basis is NamingBasis.PUBLIC_OFFICIAL
        assert person.points
        assert person.id not in library.cases
    assert {str(person.review_by) for person in library.people.values()} == {"2027-05-23"}


def test_groups_and_themes(library: Library) -> None:
    gathered = {id_: case.kind for id_, case in library.cases.items() if case.kind is not CaseKind.INDIVIDUAL}
    assert gathered == {
        "letter-to-tusk": CaseKind.GROUP,
        "five-mothers": CaseKind.GROUP,
        "post-election-arrests": CaseKind.THEME,
        "internet-blockages": CaseKind.THEME,
    }
    for group, members in (("letter-to-tusk", DEFENDERS), ("five-mothers", MOTHERS)):
        assert library.cases[group].people == members
        assert {library.cases[id_].part_of for id_ in members} == {group}


def test_declarations(library: Library) -> None:
    found = {id_: (each.number, each.document, str(each.date)) for id_, each in library.declarations.items()}
    assert found == {
        "wd-682": (682, "Doc. 14933", "2019-06-27"),
        "wd-675": (675, "Doc. 14876", "2019-04-11"),
        "wd-695": (695, "Doc. 14983", "2019-10-04"),
    }
    whole = library.declarations["wd-682"]
    assert set(STATUSES) <= set(whole.people)
    assert len(whole.calls) == 4
    assert "32 members from 18 countries" in whole.signatories.text["en"]


def test_each_figure_of_the_detained_stands_with_its_own_source(library: Library) -> None:
    whole = library.declarations["wd-682"]
    figures = {"at least 4,000": "pace-wd-682", "nearly 4,000": "rferl-4000", "at least 1,000": "un-2019-06-12"}
    for figure, source in figures.items():
        for telling in (whole.says + whole.notes, library.cases["post-election-arrests"].events):
            found = [claim for claim in telling if figure in claim.text["en"]]
            assert found, figure
            assert all(source in claim.sources for claim in found), figure


def test_updates(library: Library) -> None:
    assert " ".join(sorted(str(update.date) for update in library.updates.values())) == UPDATES
    assert all(update.cases or update.declarations for update in library.updates.values())


def test_every_text_is_there_in_three_languages_and_marked_unreviewed(library: Library) -> None:
    for place, text in texts(library):
        wanted = LANGUAGES - {"en"} if place.endswith("title_translation") else LANGUAGES
        assert set(text) == wanted, place
    for record in library.records:
        has_texts = not isinstance(record, Source) or record.note is not None
        assert record.unreviewed == (("ru", "kk") if has_texts else ()), record.id


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_no_english_word_in_another_language(library: Library, language: str) -> None:
    for place, text in texts(library):
        assert not re.search("[A-Za-z]", LATIN_ALLOWED.sub("", text[language])), place


def test_kazakh_and_russian_are_not_one_text(library: Library) -> None:
    for place, text in texts(library):
        assert text["kk"] != text["ru"], place
        assert re.search("[ӘәҒғҚқҢңӨөҰұҮүІі]", text["kk"]) or len(text["kk"]) < 20, place
        assert not re.search("[ӘәҒғҚқҢңӨөҰұҮүҺһІі]", text["ru"]), place


def test_names_in_a_text_are_spelled_as_in_the_record(library: Library) -> None:
    both = [person for person in library.people.values() if {"ru", "kk"} <= set(person.name)]
    assert {person.id for person in both} == {"alimzhan-izbassarov", "gulzipa-dzhaukerova"}
    for place, text in texts(library):
        for person in both:
            for language, other in (("ru", "kk"), ("kk", "ru")):
                surname = person.name[other].text.split()[-1].rstrip("а")
                assert surname not in text[language], place
        assert not re.search("Тоқаев|Қасым|Нұрсұлтан|Әлжанов|Керімбаев|Мұқаров", text["kk"]), place


def test_spellings_say_how_they_are_known(library: Library) -> None:
    ours = {person.id for person in library.people.values() if person.name["ru"].basis is Basis.TRANSLITERATED}
    officials = set(OFFICIALS.split()) - {"ryszard-komenda", "fionnuala-ni-aolain"}
    assert ours == {"dana-zhanay", "maxat-mukarov", "gulmira-kalykova"} | officials
    assert all(person.name["en"].basis is Basis.SEEN for person in library.people.values())
    assert all(next(iter(person.name)) == "en" for person in library.people.values())


def test_an_inferred_identity_never_carries_a_status(library: Library) -> None:
    inferred = {
        spelling.text: person.id
        for person in library.people.values()
        for spelling in person.aliases
        if spelling.basis is Basis.INFERRED
    }
    assert inferred == dict.fromkeys(("Гульмира Халыкова", "Gulmira Khalykova", "Gulmira Halykova"), "gulmira-kalykova")
    case = library.cases["gulmira-kalykova"]
    assert {source for entry in case.statuses for source in entry.sources} == {ARTICLE}
    assert case.events == ()
    assert [str(possible.claim.date) for possible in case.possible] == ["2019-08-05", "2019-10-21"]
    guesses = [part for record in library.records for part in inside(record) if isinstance(part, Possible)]
    assert len(guesses) == len(case.possible)
    for id_, claim in claims(library):
        if "azattyq-khalykova" in claim.sources:
            assert id_ == "gulmira-kalykova"
    update = next(update for update in library.updates.values() if "azattyq-khalykova" in update.sources)
    assert "possibly" in update.title["en"]
    assert "our inference" in update.title["en"]


def test_children_are_mentioned_once_and_attributed(library: Library) -> None:
    for language in sorted(LANGUAGES):
        found = [(place, text[language]) for place, text in texts(library) if MINORS.search(text.get(language, ""))]
        assert [place for place, _ in found] == ["five-mothers: summary"], language
        assert any(name in found[0][1] for name in ATTRIBUTION[language]), language


def test_what_only_the_article_says_is_said_to_be_its(library: Library) -> None:
    alone = [(id_, claim) for id_, claim in claims(library) if claim.sources == (ARTICLE,) and claim.text]
    assert len(alone) > 25
    for id_, claim in alone:
        for language, text in (claim.text or {}).items():
            assert any(name in text for name in ATTRIBUTION[language]), f"{id_}: {text}"


def test_every_claim_has_a_known_source_and_a_date(library: Library) -> None:
    for id_, claim in claims(library):
        assert claim.sources, id_
        assert set(claim.sources) <= set(library.sources), id_
        assert str(claim.date), id_


def test_a_denial_stands_beside_the_charge(library: Library) -> None:
    for entry in library.cases["serik-zhakhin"].statuses[1:]:
        assert "rejected the charges" in (entry.text or {})["en"]
    charges = [(id_, claim) for id_, claim in claims(library) if claim.text and "charged with" in claim.text["en"]]
    assert {id_ for id_, _ in charges} == {"oksana-shevchuk", "zhazira-demeuova", "gulzipa-dzhaukerova", "five-mothers"}
    for id_, claim in charges:
        text = (claim.text or {})["en"]
        assert "According to the Kazakhstan International Bureau for Human Rights" in text, id_
        assert "do not belong to it" in text, id_


def test_the_movement_is_described_from_both_sides(library: Library) -> None:
    both = ("banned", "peaceful opposition movement")
    naming = [record for record in library.records if "Democratic Choice of Kazakhstan" in record.model_dump_json()]
    assert len(naming) == 8
    for record in naming:
        whole = record.model_dump_json()
        assert all(words in whole for words in both), record.id


def test_no_address_and_no_handle_stands_in_a_text(library: Library) -> None:
    for place, text in texts(library):
        for words in text.values():
            assert not re.search(r"https?:|www\.|t\.me|@\w", words), place


def test_files_lead_an_editor_to_the_schema() -> None:
    files = sorted(ROOT.glob("*/*.yaml"))
    assert len(files) == 85
    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema=../schema/{path.parent.name}.json", path.name
