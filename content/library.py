"""The immutable, indexed whole. Built once from loaded records, swapped whole on reload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from content.models import AnyRecord, Case, CaseKind, Declaration, Person, Record, Source, Update

R = TypeVar("R", bound=Record)
Order = tuple[date, date]


@dataclass(frozen=True, eq=False)
class Library:
    """All records by id; each mapping runs in the order in which lists show it (newest first)."""

    sources: Mapping[str, Source]
    people: Mapping[str, Person]
    cases: Mapping[str, Case]
    declarations: Mapping[str, Declaration]
    updates: Mapping[str, Update]

    @classmethod
    def build(cls, records: Iterable[Record]) -> Library:
        """Sorts and indexes; the records are taken as checked (`content.loader.load` checks them)."""
        whole = tuple(records)
        return cls(
            _sorted(whole, Source, lambda source: (source.published or source.seen).order),
            _by_name(whole),
            _sorted(whole, Case, latest),
            _sorted(whole, Declaration, lambda declaration: declaration.date.order),
            _sorted(whole, Update, lambda update: update.date.order),
        )

    @property
    def records(self) -> tuple[AnyRecord, ...]:
        """Every record, kind by kind."""
        groups = (self.sources, self.people, self.cases, self.declarations, self.updates)
        return tuple(record for group in groups for record in group.values())

    @cached_property
    def last_checked(self) -> date:
        """The day on which a record was last compared with its sources; date.min for an empty library."""
        return max((record.checked.last for record in self.records), default=date.min)

    @cached_property
    def fingerprint(self) -> str:
        """Equal for libraries that say the same; 64 hex digits."""
        digest = hashlib.sha256()
        for record in sorted(self.records, key=lambda record: (type(record).__name__, record.id)):
            digest.update(f"{type(record).__name__} {record.model_dump_json()}\n".encode())
        return digest.hexdigest()

    def case_of(self, person_id: str) -> Case | None:
        """The individual's case, which bears the person's id."""
        case = self.cases.get(person_id)
        return case if case is not None and case.kind is CaseKind.INDIVIDUAL else None

    @cached_property
    def people_without_case(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people.values() if self.case_of(person.id) is None)

    def members(self, case_id: str) -> tuple[Person, ...]:
        """The persons of a case: those that it lists, in its order, then those whose own case is part of it."""
        return self._members.get(case_id, ())

    def groups_of(self, person_id: str) -> tuple[Case, ...]:
        """Group and theme cases that list the person, or that the person's own case is part of; newest first."""
        return self._groups.get(person_id, ())

    def parts(self, case_id: str) -> tuple[Case, ...]:
        """Cases whose `part_of` is this one, newest first."""
        return self._parts.get(case_id, ())

    def declarations_naming(self, person_id: str) -> tuple[Declaration, ...]:
        """Newest first."""
        return self._naming.get(person_id, ())

    def declarations_about(self, case_id: str) -> tuple[Declaration, ...]:
        """Those that speak of the case; of an individual's case, also those that name the person. Newest first."""
        return self._about.get(case_id, ())

    def declarations_related(self, declaration_id: str) -> tuple[Declaration, ...]:
        """Those that this one refers to, and those that refer to it. Newest first."""
        return self._related.get(declaration_id, ())

    def cases_related(self, case_id: str) -> tuple[Case, ...]:
        """Those that this one points to, and those that point to it. Newest first."""
        return self._related_cases.get(case_id, ())

    def updates_about(self, record_id: str) -> tuple[Update, ...]:
        """Of a case, a declaration or a person (their ids are distinct, save a person's and their case's)."""
        return self._updates_about.get(record_id, ())

    def cited_by(self, source_id: str) -> tuple[AnyRecord, ...]:
        """The records that rest on a source."""
        return self._cited.get(source_id, ())

    @cached_property
    def _parts(self) -> Mapping[str, tuple[Case, ...]]:
        return _index(self.cases.values(), lambda case: (case.part_of,) if case.part_of else ())

    @cached_property
    def _members(self) -> Mapping[str, tuple[Person, ...]]:
        found: dict[str, tuple[Person, ...]] = {}
        for case in self.cases.values():
            own = (part.id for part in self.parts(case.id) if part.kind is CaseKind.INDIVIDUAL)
            ids = dict.fromkeys((*case.people, *own))
            found[case.id] = tuple(self.people[id_] for id_ in ids if id_ in self.people)
        return MappingProxyType(found)

    @cached_property
    def _groups(self) -> Mapping[str, tuple[Case, ...]]:
        wider = (case for case in self.cases.values() if case.kind is not CaseKind.INDIVIDUAL)
        return _index(wider, lambda case: tuple(person.id for person in self.members(case.id)))

    @cached_property
    def _naming(self) -> Mapping[str, tuple[Declaration, ...]]:
        return _index(self.declarations.values(), lambda declaration: declaration.people)

    @cached_property
    def _about(self) -> Mapping[str, tuple[Declaration, ...]]:
        def subjects(declaration: Declaration) -> tuple[str, ...]:
            return (*declaration.cases, *(id_ for id_ in declaration.people if self.case_of(id_)))

        return _index(self.declarations.values(), subjects)

    @cached_property
    def _related(self) -> Mapping[str, tuple[Declaration, ...]]:
        return _both_ways(self.declarations.values(), lambda declaration: declaration.related)

    @cached_property
    def _related_cases(self) -> Mapping[str, tuple[Case, ...]]:
        return _both_ways(self.cases.values(), lambda case: case.related)

    @cached_property
    def _updates_about(self) -> Mapping[str, tuple[Update, ...]]:
        return _index(self.updates.values(), lambda update: (*update.cases, *update.declarations, *update.people))

    @cached_property
    def _cited(self) -> Mapping[str, tuple[AnyRecord, ...]]:
        return _index(self.records, cited_sources)


def latest(case: Case) -> Order:
    """The newest date of a case: of its statuses and events, or else of its summary."""
    dates = [entry.date.order for entry in case.statuses] + [event.date.order for event in case.events]
    return max(dates, default=case.summary_date.order)


def cited_sources(record: Record) -> tuple[str, ...]:
    """The ids of the sources that a record rests on, each once, in the order in which it cites them."""
    found: list[str] = []
    if isinstance(record, Person):
        spellings = (*record.name.values(), *record.aliases)
        found += record.role_sources
        found += [spelling.source for spelling in spellings if spelling.source]
        found += [source for point in record.points for source in point.sources]
    elif isinstance(record, Case):
        found += record.summary_sources
        found += [source for status in record.statuses for source in status.sources]
        claims = (*record.events, *(possible.claim for possible in record.possible))
        found += [source for claim in claims for source in claim.sources]
    elif isinstance(record, Declaration):
        found += record.sources
        points = (*record.says, *record.calls, record.signatories, *record.notes)
        found += [source for point in points for source in point.sources]
    elif isinstance(record, Update):
        found += record.sources
    return tuple(dict.fromkeys(found))


def _sorted(records: Iterable[Record], kind: type[R], order: Callable[[R], Order]) -> Mapping[str, R]:
    """Newest first; ties by id."""
    chosen = sorted((record for record in records if isinstance(record, kind)), key=lambda record: record.id)
    chosen.sort(key=order, reverse=True)
    return MappingProxyType({record.id: record for record in chosen})


def _by_name(records: Iterable[Record]) -> Mapping[str, Person]:
    """People have no date of their own: by their first name as written, then by id."""

    def name(person: Person) -> tuple[str, str]:
        return next(iter(person.name.values())).text.casefold(), person.id

    people = sorted((record for record in records if isinstance(record, Person)), key=name)
    return MappingProxyType({person.id: person for person in people})


def _index(records: Iterable[R], keys: Callable[[R], Iterable[str]]) -> Mapping[str, tuple[R, ...]]:
    """Key -> the records that have it, in the order given, each once."""
    found: dict[str, list[R]] = {}
    for record in records:
        for key in dict.fromkeys(keys(record)):
            found.setdefault(key, []).append(record)
    return MappingProxyType({key: tuple(chosen) for key, chosen in found.items()})


def _both_ways(records: Iterable[R], related: Callable[[R], Iterable[str]]) -> Mapping[str, tuple[R, ...]]:
    """Id -> the records that it refers to and those that refer to it, in the order given."""
    whole = tuple(records)
    referring = _index(whole, related)
    return _index(whole, lambda record: (*related(record), *(other.id for other in referring.get(record.id, ()))))
