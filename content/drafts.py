"""A library while it is read: its files, the records in them, and the faults so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TypeVar

from content.errors import Fault, Severity
from content.files import places_in
from content.models import KINDS, Record
from content.strict_yaml import Loc

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Draft:
    """One file of a library, and the record in it if it is one."""

    kind: str
    stem: str
    path: str
    record: Record | None = None
    _places: Mapping[Loc, tuple[int, int]] | None = None

    def place(self, loc: Loc) -> tuple[int, int]:
        """Line and column of a value; of the nearest value around it where there is none."""
        if self._places is None:
            # Few files have faults: their places are worth a second reading, not the memory of all texts.
            self._places = places_in(self.path)
        while loc not in self._places and loc:
            loc = loc[:-1]
        return self._places.get(loc, (1, 1))

    def fault(self, loc: Loc, message: str, severity: Severity = Severity.FAULT) -> Fault:
        return Fault(self.path, *self.place(loc), message, severity)


@dataclass(slots=True)
class Drafts:
    """A library as read: its files, by kind and stem, and the faults of each file by itself."""

    by_kind: dict[str, dict[str, Draft]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    faults: list[Fault] = field(default_factory=list)

    def __iter__(self) -> Iterator[Draft]:
        return (draft for drafts in self.by_kind.values() for draft in drafts.values())

    @property
    def known(self) -> Mapping[str, Set[str]]:
        """Kind -> the ids that its files' names promise, whether or not the files are sound."""
        return {kind: drafts.keys() for kind, drafts in self.by_kind.items()}

    def records(self, kind: type[R]) -> Iterator[tuple[Draft, R]]:
        """The sound ones of a kind, with their files."""
        return ((draft, draft.record) for draft in self if isinstance(draft.record, kind))
