"""The library as it is served: read from its folder, without the people whom an owner has hidden."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from content.ask import Asker
from content.asker import LibraryAsker
from content.library import Library
from content.loader import load
from content.withhold import without


@dataclass(frozen=True)
class Shelf:
    """One reading. `whole` is all of it; `library` and `asker` are what readers meet."""

    whole: Library
    hidden: frozenset[str]
    library: Library
    asker: Asker


def read_shelf(folder: Path, language: str, hidden: Set[str]) -> Shelf:
    """InvalidLibrary with every fault."""
    return arranged(load(folder, language=language), hidden)


def arranged(whole: Library, hidden: Set[str]) -> Shelf:
    library = without(whole, hidden)
    return Shelf(whole, frozenset(hidden), library, LibraryAsker(library))
