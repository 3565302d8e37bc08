"""The rows of the promises that are measured from outside, shortly; and that their figures can be red."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.bench.delivery.yard import Yard
from tests.bench.promises import ROWS, run, tested
from tests.bench.promises.erased import Files, needles, varint

QUICK = Yard(quick=True, say=lambda text: None)


@pytest.mark.parametrize("name", ["erased", "webhook"])
async def test_it_is_kept(name: str) -> None:
    seen = await ROWS[name].play(QUICK)
    assert seen.held, seen.told


@pytest.mark.parametrize("number", [0, 127, 128, 5_000_000_001, (1 << 56) - 1, 1 << 56, (1 << 63) - 1])
def test_a_number_of_a_row_is_found_as_sqlite_writes_it(number: int, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data" / "dauys.sqlite3") as database:
        database.execute("CREATE TABLE subscriber (id INTEGER PRIMARY KEY, cid BLOB)")
        database.execute("INSERT INTO subscriber VALUES (?, ?)", (number, b"sealed"))
    assert varint(number) in (tmp_path / "data" / "dauys.sqlite3").read_bytes()
    found = Files(tmp_path)
    assert found.sealed([7]) == {7: needles(7, number, b"sealed")}
    assert found.found([b"sealed"]) == 1


async def test_a_red_test_is_a_promise_that_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "test_red.py").write_text(
        "def test_x(record_property):\n    record_property('told', '7')\n    assert 0\n"
    )
    seen = await tested.counted(QUICK, tests=[str(tmp_path / "test_red.py")])
    assert not seen.held
    assert seen.told == "7; 1 tests, 1 red: test_x"


def test_a_promise_that_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match="no row 'none'"):
        run(quick=True, only=["none"])
