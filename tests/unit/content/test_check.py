"""What `check` adds to the loader: warnings, reviews, days to come, counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from content.check import Report, check
from content.errors import Severity
from tests.unit.content.folder import KINDS, SOUND, written

TODAY = date(2026, 11, 24)
PERSON, CASE, GROUP, UPDATE = "people/ada.yaml", "cases/ada.yaml", "cases/club.yaml", "updates/u-1.yaml"
QUIET: Mapping[str, str | bytes | None] = {
    **SOUND,
    CASE: SOUND[CASE].replace("{en: Was held., ru: Была задержана.}", "Was held."),
}
"""The sound library without the one text that is in two languages: nothing to warn of."""


def checked(root: Path, files: Mapping[str, str | bytes | None], **options: object) -> Report:
    return check(written(root, files), today=TODAY, **options)  # type: ignore[arg-type]


def warnings(root: Path, files: Mapping[str, str | bytes | None], **options: object) -> list[str]:
    report = checked(root, files, **options)
    assert report.faults == ()
    assert all(warning.severity is Severity.WARNING for warning in report.warnings)
    return [str(warning).removeprefix(f"{root}/") for warning in report.warnings]


def test_nothing_to_say_of_a_quiet_library(tmp_path: Path) -> None:
    assert warnings(tmp_path, QUIET) == []


def test_files_are_counted_sound_or_not(tmp_path: Path) -> None:
    report = checked(tmp_path, {**QUIET, "updates/u-2.yaml": "no"})
    assert dict(report.counts) == dict(zip(KINDS, (2, 1, 2, 1, 2), strict=True))
    assert len(report.faults) == 1


def test_an_overdue_review_is_a_warning_and_at_a_release_a_fault(tmp_path: Path) -> None:
    files = {**QUIET, PERSON: SOUND[PERSON].replace("2027-05-23", "2026-11-24")}
    assert warnings(tmp_path, files) == []
    late = date(2026, 11, 25)
    sooner = check(tmp_path, today=late)
    line = "review overdue since 2026-11-24; expected the record compared anew, and a later day"
    assert [str(each) for each in sooner.warnings] == [f"{tmp_path}/{PERSON}:11:12: warning: {line}"]
    assert sooner.faults == ()
    release = check(tmp_path, release=True, today=late)
    assert [str(each) for each in release.faults] == [f"{tmp_path}/{PERSON}:11:12: {line}"]
    assert release.warnings == ()


def test_a_check_that_is_to_come_is_a_fault(tmp_path: Path) -> None:
    report = checked(tmp_path, {**QUIET, UPDATE: SOUND[UPDATE].replace("2026-11-23", "2026-11-25")})
    place = f"{tmp_path}/{UPDATE}:2:10"
    assert [str(each) for each in report.faults] == [f"{place}: 2026-11-25 is to come; expected a day up to 2026-11-24"]


def test_texts_are_wanted_in_each_language_that_the_library_uses(tmp_path: Path) -> None:
    lines = warnings(tmp_path, SOUND)
    assert f"{CASE}:5:10: warning: 3 texts without ru; expected each text in each language" in lines
    assert f"{UPDATE}:4:8: warning: 2 texts without ru; expected each text in each language" in lines
    assert len(lines) == 5


def test_a_translation_with_other_figures_has_its_place(tmp_path: Path) -> None:
    case = SOUND[CASE].replace("{en: Was held., ru: Была задержана.}", "{en: For 2 days., ru: 3 дня.}")
    line = f"{CASE}:14:11: warning: 2, 3 in en or in ru alone; expected the same figures in both"
    assert line in warnings(tmp_path, {**SOUND, CASE: case})


def test_or_in_each_that_is_asked_for(tmp_path: Path) -> None:
    lines = warnings(tmp_path, QUIET, languages=("en", "kk"))
    assert len(lines) == 5
    assert all(" without kk; " in line for line in lines)


def test_a_title_needs_no_translation_into_its_own_language(tmp_path: Path) -> None:
    declaration = SOUND["declarations/d-1.yaml"] + "title_translation: {ru: О клубе}\n"
    files = {**QUIET, "declarations/d-1.yaml": declaration}
    assert not [line for line in warnings(tmp_path, files, languages=("en",)) if "declarations" in line]


CASES = (
    (
        "a language of no text",
        {**QUIET, PERSON: SOUND[PERSON] + "unreviewed: [en, kk]\n"},
        [f"{PERSON}:12:18: warning: no text in kk; expected languages of its texts"],
    ),
    (
        "a private matter",
        {**QUIET, UPDATE: SOUND[UPDATE].replace("was taken to custody.", "was taken to a hospital.")},
        [f"{UPDATE}:5:7: warning: 'hospital' may be a matter of health; expected none on anybody's card"],
    ),
    (
        "namesakes",
        {
            **QUIET,
            "people/bob.yaml": SOUND[PERSON]
            .replace("id: ada", "id: bob")
            .replace("Ada Lynd", "LIND, ÁDA".replace(",", ""))
            + "discriminator: of Astana\npoints:\n  - {date: 2019-07, text: Spoke., sources: [page]}\n",
        },
        [
            f"{PERSON}:4:14: warning: also a spelling of bob; expected a discriminator for each",
        ],
    ),
    (
        "news that its source could not know",
        {**QUIET, UPDATE: SOUND[UPDATE].replace("2019-07-04", "2019-07-06")},
        [
            f"{UPDATE}:3:7: warning: 2019-07-06 is after each of its sources was published (2019-07-05 the last); "
            "expected a source that could know"
        ],
    ),
    (
        "a source that nothing cites",
        {**QUIET, "sources/third.yaml": SOUND["sources/other.yaml"].replace("other", "third")},
        ["sources/third.yaml:1:5: warning: cited by no record; expected one at least"],
    ),
    (
        "a person to whom nothing leads",
        {**QUIET, "people/bob.yaml": SOUND[PERSON].replace("ada", "bob").replace("Ada", "Bob").replace("Ада", "Боб")},
        ["people/bob.yaml:1:5: warning: in no case, declaration or update, and no points; expected one of them"],
    ),
    (
        "a group of nobody",
        {**QUIET, "cases/ring.yaml": SOUND[GROUP].replace("id: club", "id: ring").replace("people: [ada]\n", "")},
        ["cases/ring.yaml:1:5: warning: a group without people; expected people, or cases that are part of it"],
    ),
    (
        "a possible claim that no question finds",
        {**QUIET, CASE: str(QUIET[CASE]).replace("name: Ada Lynd", "name: Ada Lund")},
        [f"{CASE}:17:11: warning: 'Ada Lund' is no inferred alias of ada; expected one, so that it is found"],
    ),
)


@pytest.mark.parametrize(("name", "files", "says"), CASES, ids=[name for name, _, _ in CASES])
def test_each_doubt_has_its_place(
    name: str, files: Mapping[str, str | bytes | None], says: list[str], tmp_path: Path
) -> None:
    assert name
    assert warnings(tmp_path, files) == says


def test_people_whose_names_readers_would_confuse_need_a_discriminator_each(tmp_path: Path) -> None:
    points = "points:\n  - {date: 2019-07, text: Spoke., sources: [page]}\n"
    far = SOUND[PERSON].replace("id: ada", "id: bob").replace("Ada", "Bob").replace("Ада", "Боб") + points
    assert warnings(tmp_path / "far", {**QUIET, "people/bob.yaml": far}) == []
    near = SOUND[PERSON].replace("id: ada", "id: adda").replace("Ada", "Adda") + points
    says = warnings(tmp_path / "near", {**QUIET, "people/adda.yaml": near})
    assert [line.partition(" warning: ")[2] for line in says] == [
        "also a spelling of adda; expected a discriminator for each",
        "also a spelling of ada; expected a discriminator for each",
    ]
    told = "discriminator: {en: the elder}\n"
    both = {**QUIET, PERSON: str(QUIET[PERSON]) + told, "people/adda.yaml": near + told}
    assert not any("discriminator" in line for line in warnings(tmp_path / "told", both))


def test_an_unreadable_folder_is_a_fault_not_an_exception(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    report = check(tmp_path / "file", today=TODAY)
    assert [str(fault) for fault in report.faults] == [
        f"{tmp_path}/file:1:1: not a directory; expected a folder that can be read"
    ]
