"""What the loader takes, what it passes over, and that nothing that it is given makes it fall."""

from __future__ import annotations

import gc
import os
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from content.check import check
from content.errors import InvalidLibrary
from content.library import Library
from content.loader import load
from content.strict_yaml import MAX_FLAWS, places, read
from tests.unit.content.folder import KINDS, SOUND, edited, written

PARSERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]

TOKENS = (
    *("id: ada\n", "name:\n", "  en: ", "- ", "? ", ": ", "&a ", "*a ", "!!str ", "<<: ", "checked: 2026-11-23\n"),
    *("{", "}", "[", "]", ",", "'", '"', "|\n", ">-\n", "\n", "  ", "\t", "#", "%YAML 9.9\n", "---\n", "...\n"),
    *("2019-06", "\\x", '"\\UFFFFFFFF"', "sources: [page]\n", "not_before: ", "null", "~", "\u202e", "\x00", "é", "😀"),
    *("\r", "\u2028", "\x85"),
)
yamlish = st.lists(st.sampled_from(TOKENS), max_size=40).map("".join)


def faults(root: Path) -> list[str]:
    with pytest.raises(InvalidLibrary) as caught:
        load(root)
    return [str(fault).removeprefix(f"{root}/") for fault in caught.value.faults]


def test_texts_are_what_was_written(tmp_path: Path) -> None:
    files = edited("people/ada.yaml", "role: activist", "role: {en: NO, ru: 0x1F, kk: 2019-06}")
    assert load(written(tmp_path, files)).people["ada"].role == {"en": "NO", "ru": "0x1F", "kk": "2019-06"}


def test_a_bare_string_is_in_the_fallback_language(tmp_path: Path) -> None:
    library = load(written(tmp_path, SOUND), language="fr")
    assert library.people["ada"].role == {"fr": "activist"}


def test_the_space_around_a_text_is_not_part_of_it(tmp_path: Path) -> None:
    files = edited("cases/club.yaml", "summary: Two who were held.", "summary: |\n  Two who\n  were held.\n\n")
    assert load(written(tmp_path, files)).cases["club"].summary == {"en": "Two who\nwere held."}


def test_quoted_words_that_mean_nothing_in_yaml_are_texts(tmp_path: Path) -> None:
    files = edited("people/ada.yaml", "role: activist", "role: 'null'")
    assert load(written(tmp_path, files)).people["ada"].role == {"en": "null"}


def test_what_is_no_record_is_passed_over(tmp_path: Path) -> None:
    extra = {"README.md": "x", "LICENSE": "x", ".git/config": "x", "schema/people.json": "{}", "people/.gitkeep": ""}
    assert len(load(written(tmp_path, {**SOUND, **extra})).records) == len(SOUND)


def test_progress_counts_every_file(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    load(written(tmp_path, SOUND), progress=lambda done, total: steps.append((done, total)))
    assert steps == [(done, len(SOUND)) for done in range(1, len(SOUND) + 1)]


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    written(tmp_path / "real", SOUND)
    (tmp_path / "current").symlink_to("real")
    assert len(load(tmp_path / "current").records) == len(SOUND)


def test_links_inside_are_refused(tmp_path: Path) -> None:
    root = written(tmp_path / "library", {**SOUND, "updates/u-1.yaml": None})
    (tmp_path / "outside.yaml").write_text(SOUND["updates/u-1.yaml"])
    (root / "updates" / "u-1.yaml").symlink_to("../../outside.yaml")
    assert faults(root) == ["updates/u-1.yaml:1:1: not a plain file; expected ID.yaml, no folder and no link"]


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    root = written(tmp_path / "library", {**SOUND, "updates/u-1.yaml": None})
    (root / "updates").rmdir()
    (root / "updates").symlink_to(tmp_path)
    assert faults(root) == ["updates:1:1: not a folder; expected one of its own, not a link"]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    root = written(tmp_path / "library", SOUND)
    os.mkfifo(root / "updates" / "u-2.yaml")
    assert faults(root) == ["updates/u-2.yaml:1:1: not a plain file; expected ID.yaml, no folder and no link"]


def test_a_file_that_vanishes_or_cannot_be_read_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = written(tmp_path / "library", SOUND)
    really = os.open

    def refusing(path: str, *rest: int) -> int:
        if str(path).endswith("u-1.yaml"):
            raise PermissionError(13, "Permission denied", path)
        return really(path, *rest)

    monkeypatch.setattr(os, "open", refusing)
    assert faults(root) == ["updates/u-1.yaml:1:1: permission denied; expected a file that can be read"]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidLibrary) as caught:
        load(tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path}/nowhere:1:1: no such file or directory; expected a folder that can be read"


def test_an_empty_folder_lacks_all(tmp_path: Path) -> None:
    assert faults(tmp_path) == sorted(f"{kind}:1:1: no such folder; expected one, be it empty" for kind in KINDS)


def test_empty_folders_are_no_library(tmp_path: Path) -> None:
    with pytest.raises(InvalidLibrary, match="an empty library; expected at least one record"):
        load(written(tmp_path, {}))


def test_one_file_cannot_flood_the_list(tmp_path: Path) -> None:
    many = ", ".join(f"s-{n}" for n in range(20_000))
    keys = "".join("id: u-1\n" for _ in range(20_000))
    root = written(tmp_path, {**SOUND, "updates/u-2.yaml": f"sources: [{many}]\n", "updates/u-3.yaml": keys})
    assert MAX_FLAWS < len(faults(root)) <= 4 * MAX_FLAWS


def test_the_collector_works_again_after_a_failed_load(tmp_path: Path) -> None:
    assert gc.isenabled()
    faults(tmp_path)
    assert gc.isenabled()


@pytest.mark.parametrize("parser", PARSERS)
def test_both_parsers_give_the_same_trees_and_places(parser: type) -> None:
    assert len(PARSERS) >= 1
    for text in SOUND.values():
        assert read(text, parser) == read(text)
        assert places(text, parser) == places(text)


@pytest.mark.parametrize("parser", PARSERS)
@given(text=yamlish | st.text(max_size=60))
@example('a: "\\UFFFFFFFF"')
@example("a: &a\n- *a")
def test_no_text_makes_a_parser_fall(parser: type, text: str) -> None:
    tree, flaws = read(text.encode("utf-8", "ignore").decode(), parser)
    assert tree is None or isinstance(tree, (str, list, dict))
    assert all(flaw.line >= 1 and flaw.column >= 1 and flaw.message for flaw in flaws)


def loads_or_says_why(root: Path) -> None:
    report = check(root, today=date.max)
    assert all(fault.line >= 1 and fault.column >= 1 for fault in report.faults)
    assert [fault for fault in report.faults if "; expected " not in str(fault) and "not read" not in str(fault)] == []
    if report.faults:
        with pytest.raises(InvalidLibrary):
            load(root)
    else:
        assert isinstance(load(root), Library)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=200) | yamlish.map(str.encode), kind=st.sampled_from(KINDS))
def test_no_file_makes_the_loader_fall(junk: bytes, kind: str, tmp_path: Path) -> None:
    loads_or_says_why(written(tmp_path, {f"{kind}/junk.yaml": junk}))
    (tmp_path / kind / "junk.yaml").unlink()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(SOUND)))
def test_no_slip_in_a_sound_file_makes_the_loader_fall(data: st.DataObject, name: str, tmp_path: Path) -> None:
    text = SOUND[name]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 10))
    slip = data.draw(yamlish | st.text(max_size=3))
    changed = (text[:at] + slip + text[at + cut :]).encode("utf-8", "surrogatepass")
    loads_or_says_why(written(tmp_path, {**SOUND, name: changed}))
