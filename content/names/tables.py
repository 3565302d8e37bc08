"""The tables beside this file, read once: rules that a linguist can extend without touching code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "tables"


class BadTable(ValueError):
    """A line of a table that cannot be used; says which and why."""


@dataclass(frozen=True, slots=True)
class Ending:
    """`typed` at the end of a word may stand for `nominative`; both in the fold's letters."""

    typed: str
    nominative: str
    kind: str
    """"case", "a" (a man's genitive or a woman's form) or "gender"."""


def rows(name: str, least: int) -> Iterator[list[str]]:
    """Lines of a table, split at tabs, without comments. BadTable: fewer columns than `least`."""
    for number, line in enumerate((FOLDER / name).read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) < least or not cells[0]:
            raise BadTable(f"{name}:{number}: {least} columns parted by tabs are needed: {line!r}")
        yield cells


@lru_cache(maxsize=1)
def cyrillic() -> Mapping[str, str]:
    return {cells[0]: cells[1] for cells in rows("cyrillic.tsv", 2)}


@lru_cache(maxsize=1)
def latin() -> Mapping[str, tuple[str, ...]]:
    """Letters -> what they may stand for, the likeliest first."""
    return {cells[0]: tuple(cells[1].split("|")) for cells in rows("latin.tsv", 2)}


@lru_cache(maxsize=1)
def endings() -> tuple[Ending, ...]:
    found = []
    for typed, nominative, kind, *_ in rows("endings.tsv", 3):
        if kind not in {"case", "a", "gender"}:
            raise BadTable(f"endings.tsv: {typed}: the kind is case, a or gender, not {kind!r}")
        found.append(Ending(typed, nominative.strip("-"), kind))
    return tuple(found)


@lru_cache(maxsize=1)
def layouts() -> tuple[dict[int, str], ...]:
    """For each pair of keyboard layouts, what was meant by what was typed."""
    pairs = [(typed, meant) for _, typed, meant, *_ in rows("layouts.tsv", 3)]
    return tuple({ord(key): letter for key, letter in zip(typed, meant, strict=True)} for typed, meant in pairs)


@lru_cache(maxsize=1)
def lookalikes() -> tuple[dict[int, str], dict[int, str]]:
    """Letters that look alike: as they were meant in a Cyrillic word, and in a Latin one."""
    table = list(rows("lookalikes.tsv", 3))
    return {ord(cells[0]): cells[1] for cells in table}, {ord(cells[0]): cells[2] for cells in table}


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    return frozenset(word for _, words, *_ in rows("stopwords.tsv", 2) for word in words.split())


def listed(kind: str) -> Iterator[str]:
    """Real names: kind "surnames" or "given", from every list of that kind."""
    for path in sorted(FOLDER.glob(f"{kind}-*.txt")):
        yield from (line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
