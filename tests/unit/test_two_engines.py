"""What only one of the two databases understands stands in a few named files, and in no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

STORAGE = Path(__file__).resolve().parents[2] / "storage"
OF_ONE = re.compile(
    r"PRAGMA|sqlite_|\browid\b|BEGIN IMMEDIATE|AUTOINCREMENT|INSERT OR |REPLACE INTO"
    r"|\bpg_\w+|::\w|SKIP LOCKED|\bLISTEN\b|\bNOTIFY\b|\bVACUUM\b|\bANALYZE\b|current_setting|set_config|jsonb"
    r"|\bsqlite\b|\bpostgresql\b|clock_timestamp|FOR UPDATE|COLLATE"
)
CALLS = {"with_for_update", "exec_driver_sql", "dialect", "collate"}
"""Of SQLAlchemy: what one of them does not do, or does otherwise."""
THERE = {
    "database.py": "SQLite's engine",
    "postgres.py": "PostgreSQL's engine",
    "inline.py": "work done in the thread of SQLite's driver",
    "batch.py": "one statement for many rows, as either driver takes it",
    "migrations/": "a revision serves both, and says what one of them needs",
    "replicas/": "there are replicas on PostgreSQL alone",
    "remarks.py": "what doctor says of a PostgreSQL server",
    "address.py": "a PostgreSQL server's address",
    "backup.py": "a backup is a SQLite file, whatever it was made of",
    "open.py": "an existing SQLite file is looked at before anything is opened",
    "move.py": "which of the two an address names",
    "transfer.py": "words in the order of their bytes on either",
}


def found(source: str) -> Iterator[tuple[int, str]]:
    """Line and what stands there: strings that are no docstring, and calls."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            hit = OF_ONE.search(node.value)
            if hit:
                yield node.lineno, hit[0]
        elif isinstance(node, ast.Attribute) and node.attr in CALLS:
            yield node.lineno, node.attr


def named(path: Path) -> str:
    relative = path.relative_to(STORAGE).as_posix()
    return f"{relative.split('/')[0]}/" if "/" in relative else relative


FILES = [path for path in sorted(STORAGE.rglob("*.py")) if path.stat().st_size]


@pytest.mark.parametrize("path", [path for path in FILES if named(path) not in THERE], ids=named)
def test_nothing_of_one_database_stands_elsewhere(path: Path) -> None:
    assert [f"{path.name}:{line}: {what}" for line, what in found(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", THERE)
def test_each_file_of_the_list_needs_its_place_there(name: str) -> None:
    assert any(list(found(path.read_text("utf-8"))) for path in FILES if named(path) == name)


@pytest.mark.parametrize(
    "line",
    [
        'text("PRAGMA user_version")',
        'text("SELECT pg_sleep(1)")',
        'text("SELECT id::int FROM subscriber")',
        "select(meta).with_for_update()",
        'connection.exec_driver_sql("SELECT 1")',
        'if connection.dialect.name == "sqlite": pass',
    ],
)
def test_it_would_be_found(line: str) -> None:
    assert list(found(line))
