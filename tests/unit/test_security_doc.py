"""docs/security.md promises nothing without a proof: each row of its table names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FEWEST = 20
"""Rows that the table has at least."""


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return cells[2:]


def there() -> set[str]:
    """Every test of this folder, by name."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"^\s*(?:async )?def (test_\w+)\(", text, re.MULTILINE)}


def test_every_threat_names_tests_and_each_of_them_exists() -> None:
    table = rows()
    assert len(table) >= FEWEST
    assert all(len(row) == 3 and all(row) for row in table)
    known = there()
    missing = {
        row[0]: sorted(named - known) or "names none"
        for row in table
        if not (named := set(re.findall(r"`(test_\w+)`", row[2]))) or named - known
    }
    assert missing == {}
