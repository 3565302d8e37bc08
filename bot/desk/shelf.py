"""The library as it is served: read from its folder, without the people whom an owner has hidden."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from content.ask import Asker
from content.asker import LibraryAsker
from content.library import Library
from content.loader import load
from content.withhold import Names, without


@dataclass(frozen=True)
class Shelf:
    """One reading. `whole` is all of it; `library` and `asker` are what readers meet."""

    whole: Library
    hidden: frozenset[str]
    library: Library
    asker: Asker
    names: Names
    """The names of the hidden."""


def read_shelf(folder: Path, language: str, hidden: Set[str]) -> Shelf:
    """InvalidLibrary with every fault."""
    return arranged(load(folder, language=language), hidden)


def arranged(whole: Library, hidden: Set[str]) -> Shelf:
    library = without(whole, hidden)
    return Shelf(whole, frozenset(hidden), library, LibraryAsker(library), names_of(whole, hidden))


def names_of(whole: Library, ids: Set[str]) -> Names:
    return Names(whole.people[id_] for id_ in sorted(ids) if id_ in whole.people)


def names_one(names: Names, *kept: str) -> bool:
    """Whether a JSON text that is kept of a broadcast (payload, draft) names one of them."""
    return any(names.in_values(json.loads(text)) for text in kept if text)
