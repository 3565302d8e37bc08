"""The immutable, indexed whole. Built once from loaded records, swapped whole on reload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from content.models import Case, CaseKind, Declaration, Person, Record, Source, Update


@dataclass(frozen=True)
class Library:
    """All records by id; each mapping runs in the order in which lists show it (newest first)."""

    sources: Mapping[str, Source]
    people: Mapping[str, Person]
    cases: Mapping[str, Case]
    declarations: Mapping[str, Declaration]
    updates: Mapping[str, Update]
