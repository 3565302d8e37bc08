"""Of each broken library, the whole of what is said: file:line:column: what is wrong; what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.errors import InvalidLibrary
from content.loader import load
from tests.unit.content.broken import Broken
from tests.unit.content.broken_folders import WHOLES
from tests.unit.content.broken_records import RECORDS
from tests.unit.content.folder import SOUND, written

TABLE = (*RECORDS, *WHOLES)


def said(root: Path) -> list[str]:
    with pytest.raises(InvalidLibrary) as caught:
        load(root)
    return [str(fault).removeprefix(f"{root}/") for fault in caught.value.faults]


def test_the_library_that_is_broken_below_is_sound(tmp_path: Path) -> None:
    library = load(written(tmp_path, SOUND))
    assert len(library.records) == len(SOUND)


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(TABLE) >= 45
    assert len({broken.name for broken in TABLE}) == len(TABLE)


@pytest.mark.parametrize("broken", TABLE, ids=lambda broken: broken.name)
def test_each_fault_is_named_with_its_place(broken: Broken, tmp_path: Path) -> None:
    lines = said(written(tmp_path / "library", broken.files))
    cut = [line[: len(start)] for line, start in zip(lines, broken.says, strict=False)]
    assert cut == list(broken.says), lines
    assert len(lines) == len(broken.says), lines[len(broken.says) :]


@pytest.mark.parametrize("broken", TABLE, ids=lambda broken: broken.name)
def test_each_fault_says_what_was_expected(broken: Broken, tmp_path: Path) -> None:
    for line in said(written(tmp_path / "library", broken.files)):
        assert "; expected " in line
        assert "\n" not in line
