"""Lists of real names: a typed name that is itself another real name is no slip."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from content.names import tables
from content.names.fold import fold_lines
from content.names.inflect import nominatives


class RealNames:
    """Kept as folds. Only ever a reason to withhold a suggestion."""

    def __init__(self, surnames: Iterable[str], given: Iterable[str]) -> None:
        self._surnames = frozenset(fold_lines("\n".join(surnames)))
        self._given = frozenset(fold_lines("\n".join(given)))

    def surname(self, readings: Iterable[str]) -> bool:
        """Whether any reading of a word is a listed surname, in either gender's form."""
        return any(
            reading in self._surnames or not self._surnames.isdisjoint(nominatives(reading, cases=False))
            for reading in readings
        )

    def given(self, readings: Iterable[str]) -> bool:
        return not self._given.isdisjoint(readings)


@lru_cache(maxsize=1)
def shipped() -> RealNames:
    """The lists in `tables/`; reads them at first use."""
    return RealNames(tables.listed("surnames"), tables.listed("given"))
