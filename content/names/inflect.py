"""Case and gender forms of names, at the level of folds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from content.names import tables
from content.names.tables import Ending

SHORTEST = 3
"""Letters of a nominative."""


@lru_cache(maxsize=1)
def _by_typed() -> Mapping[str, tuple[Ending, ...]]:
    table: dict[str, list[Ending]] = {}
    for ending in tables.endings():
        table.setdefault(ending.typed, []).append(ending)
    return {typed: tuple(found) for typed, found in table.items()}


def nominatives(fold: str, *, cases: bool = True) -> dict[str, str]:
    """What a word may be a form of -> the kind of form ("case", "a", "gender"). Without `cases` only gender."""
    found: dict[str, str] = {}
    table = _by_typed()
    for length in (5, 4, 3, 2, 1):
        for ending in table.get(fold[-length:], ()) if len(fold) > length else ():
            nominative = fold[: len(fold) - length] + ending.nominative
            wanted = len(nominative) >= SHORTEST and (cases or ending.kind == "gender")
            if wanted and found.get(nominative) != "case":
                found[nominative] = ending.kind
    return found


def same_surname(typed: str, stored: str) -> bool:
    """Whether one is a form of the other, gender forms included."""
    return typed == stored or stored in nominatives(typed)
