"""A table in a document: written whole, or only the rows that were measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import figures
from tests.bench.delivery import ROWS, run
from tests.bench.figures import Figure, Report


def test_a_part_replaces_its_rows_and_keeps_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "DOCS", tmp_path)
    (tmp_path / "d.md").write_text("before\n<!-- bench s -->\n<!-- end s -->\nafter\n")
    Report("s", "S", "d.md", [Figure("one", "1", "2", held=True), Figure("two", "1", "0", held=False)]).write()
    Report("s", "S", "d.md", [Figure("two", "1", "3", held=True), Figure("three", "", "7")], partial=True).write()
    rows = [line for line in (tmp_path / "d.md").read_text().splitlines() if line.startswith("| ")]
    assert rows[1:] == ["| one | 1 | 2 | yes |", "| two | 1 | 3 | yes |", "| three |  | 7 |  |"]
    assert (tmp_path / "d.md").read_text().startswith("before\n")
    assert (tmp_path / "d.md").read_text().endswith("after\n")


def test_rows_are_named_in_the_document() -> None:
    told = (Path(__file__).resolve().parents[2] / "docs" / "delivery.md").read_text("utf-8")
    assert [name for name in ROWS if f"`{name}`" not in told] == []
    with pytest.raises(ValueError, match="no row 'none'"):
        run(quick=True, only=["none"])
