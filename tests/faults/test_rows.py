"""Every row of `make bench-faults`, played once and shortly; the document names each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.delivery.yard import Yard
from tests.bench.faults import ROWS, run
from tests.faults.nest import Nest, nest

TOLD = (Path(__file__).resolve().parents[2] / "docs" / "reliability.md").read_text("utf-8")


@pytest.fixture(scope="module")
def lives() -> Iterator[Nest]:
    with nest() as made:
        yield made


@pytest.fixture(autouse=True)
def _from_the_nest(lives: Nest, monkeypatch: pytest.MonkeyPatch) -> None:
    """At full length each life is a process that begins with nothing."""
    for module in ("tests.bench.faults.lives", "bot.bench.stage"):
        monkeypatch.setattr(f"{module}.started", lives.started)


@pytest.mark.parametrize("name", list(ROWS))
async def test_the_fault_is_survived(name: str) -> None:
    seen = await ROWS[name].play(Yard(quick=True, say=lambda text: None))
    assert seen.held, seen.told


def test_the_document_lists_the_faults_that_are_played() -> None:
    cells = re.findall(r"^\| (`[\w-]+`(?:, `[\w-]+`)*) \|", TOLD, re.MULTILINE)
    listed = [name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)]
    assert sorted(listed) == sorted(ROWS)
    with pytest.raises(ValueError, match="no row 'none'"):
        run(quick=True, only=["none"])


def test_the_measured_table_has_no_row_that_is_not_played() -> None:
    measured = TOLD.partition("<!-- bench faults -->")[2].partition("<!-- end faults -->")[0]
    assert set(re.findall(r"^\| `([\w-]+)`: ", measured, re.MULTILINE)) <= set(ROWS)
