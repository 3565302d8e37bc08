"""The library's orders and indexes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from content.library import Library, cited_sources
from content.loader import load
from content.models import Record
from tests.unit.content.folder import SOUND, edited, written


@pytest.fixture
def library(tmp_path: Path) -> Library:
    bob = SOUND["people/ada.yaml"].replace("id: ada", "id: bob").replace("Ada", "Bob").replace("Ада", "Боб")
    files = {
        **SOUND,
        "people/bob.yaml": bob,
        "cases/bob.yaml": SOUND["cases/ada.yaml"].replace("ada", "bob").replace("2019-07-04", "2019-06-01"),
        "people/zoe.yaml": bob.replace("id: bob", "id: zoe").replace("Bob Lind", "Aa Zoe"),
        "declarations/d-2.yaml": SOUND["declarations/d-1.yaml"].replace("d-1", "d-2").replace("people: [ada]\n", ""),
        "declarations/d-3.yaml": SOUND["declarations/d-1.yaml"].replace("d-1", "d-3").replace("2019-07-05", "2019-08"),
        "updates/u-2.yaml": SOUND["updates/u-1.yaml"].replace("u-1", "u-2").replace("2019-07-04", "2019-07-05"),
        "updates/u-0.yaml": SOUND["updates/u-1.yaml"].replace("u-1", "u-0").replace("[ada]", "[club]"),
    }
    return load(written(tmp_path, files))


def ids(records: tuple[Record, ...]) -> list[str]:
    return [record.id for record in records]


def test_lists_run_from_the_newest_with_ties_by_id(library: Library) -> None:
    assert list(library.declarations) == ["d-3", "d-1", "d-2"]
    assert list(library.updates) == ["u-2", "u-0", "u-1"]


def test_cases_go_by_their_latest_status_or_event_and_else_by_their_summary(library: Library) -> None:
    assert list(library.cases) == ["ada", "bob", "club"]


def test_sources_go_by_publication_and_else_by_the_day_on_which_they_were_seen(library: Library) -> None:
    assert list(library.sources) == ["other", "page"]


def test_people_go_by_their_first_name_as_written(library: Library) -> None:
    assert list(library.people) == ["zoe", "ada", "bob"]


def test_a_person_and_their_case(library: Library) -> None:
    assert library.case_of("ada") is library.cases["ada"]
    assert library.case_of("zoe") is None
    assert library.case_of("club") is None
    assert ids(library.people_without_case) == ["zoe"]


def test_members_are_those_listed_then_those_whose_case_is_part(library: Library) -> None:
    assert ids(library.members("club")) == ["ada", "bob"]
    assert ids(library.members("ada")) == ["ada"]
    assert library.members("nobody") == ()


def test_groups_of_a_person(library: Library) -> None:
    assert ids(library.groups_of("ada")) == ["club"]
    assert ids(library.groups_of("bob")) == ["club"]
    assert library.groups_of("zoe") == ()


def test_parts_of_a_case(library: Library) -> None:
    assert ids(library.parts("club")) == ["ada", "bob"]


def test_declarations_by_person_and_by_case(library: Library) -> None:
    assert ids(library.declarations_naming("ada")) == ["d-3", "d-1"]
    assert ids(library.declarations_about("ada")) == ["d-3", "d-1"]
    assert ids(library.declarations_about("club")) == ["d-3", "d-1", "d-2"]
    assert library.declarations_naming("zoe") == ()


def test_updates_by_case_and_by_declaration(library: Library) -> None:
    assert ids(library.updates_about("ada")) == ["u-2", "u-1"]
    assert ids(library.updates_about("club")) == ["u-0"]
    assert ids(library.updates_about("d-1")) == ["u-2", "u-0", "u-1"]


def test_what_rests_on_a_source(library: Library) -> None:
    assert ids(library.cited_by("other")) == ["zoe", "ada", "bob", "ada", "bob"]
    assert len(library.cited_by("page")) == len(library.records) - len(library.sources)
    assert library.cited_by("none") == ()


def test_the_sources_of_a_record_in_the_order_in_which_it_cites_them(library: Library) -> None:
    assert cited_sources(library.cases["ada"]) == ("page", "other")
    assert cited_sources(library.sources["page"]) == ()


def test_the_last_check_is_the_latest_of_all(tmp_path: Path) -> None:
    library = load(written(tmp_path, edited("updates/u-1.yaml", "2026-11-23", "2026-11-24")))
    assert library.last_checked == date(2026, 11, 24)
    assert Library.build([]).last_checked == date.min


def test_a_fingerprint_tells_what_is_said_not_how_it_is_written(tmp_path: Path) -> None:
    first = load(written(tmp_path / "a", SOUND)).fingerprint
    commented = edited("updates/u-1.yaml", "title: To custody", "title: 'To custody'  # so it was")
    assert load(written(tmp_path / "b", commented)).fingerprint == first
    other = load(written(tmp_path / "c", edited("updates/u-1.yaml", "To custody", "Into custody")))
    assert other.fingerprint != first
    assert len(first) == 64


def test_nothing_can_be_changed(library: Library) -> None:
    for mapping in (library.sources, library.people, library.cases, library.declarations, library.updates):
        assert isinstance(mapping, MappingProxyType)
    with pytest.raises(FrozenInstanceError):
        library.people = {}  # type: ignore[misc]
