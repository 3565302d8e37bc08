"""What must hold between the records of a library, and inside one beyond its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from content.dates import When
from content.drafts import Drafts
from content.errors import Fault
from content.models import Basis, Case, CaseKind, Claim, Declaration, Person, Record, Source, Update
from content.strict_yaml import Loc

Rule = Callable[[Drafts], Iterator[Fault]]


class Dated(NamedTuple):
    """A date that a record gives, and the sources named beside it."""

    loc: Loc
    date: When
    sources: tuple[str, ...] = ()


def broken(drafts: Drafts) -> Iterator[Fault]:
    """Every fault of records that are each sound by themselves."""
    return chain.from_iterable(rule(drafts) for rule in RULES)


def dated(record: Record) -> Iterator[Dated]:
    """Every date of what a record tells; not those of the work on it."""
    if isinstance(record, Case):
        yield Dated(("summary_date",), record.summary_date, record.summary_sources)
        for index, status in enumerate(record.statuses):
            yield Dated(("statuses", index, "date"), status.date, status.sources)
        yield from _claims("events", record.events)
        for index, possible in enumerate(record.possible):
            yield Dated(("possible", index, "claim", "date"), possible.claim.date, possible.claim.sources)
    elif isinstance(record, Declaration):
        yield Dated(("date",), record.date, record.sources)
        yield Dated(("signatories", "date"), record.signatories.date, record.signatories.sources)
        for field, claims in (("says", record.says), ("calls", record.calls), ("notes", record.notes)):
            yield from _claims(field, claims)
    elif isinstance(record, Person):
        yield from _claims("points", record.points)
    elif isinstance(record, Update):
        yield Dated(("date",), record.date, record.sources)
    elif isinstance(record, Source) and record.published is not None:
        yield Dated(("published",), record.published)
    if isinstance(record, (Case, Person)):
        for index, correction in enumerate(record.corrections):
            yield Dated(("corrections", index, "date"), correction.date)


def _claims(field: str, claims: tuple[Claim, ...]) -> Iterator[Dated]:
    for index, claim in enumerate(claims):
        yield Dated((field, index, "date"), claim.date, claim.sources)


def _dates_are_past(drafts: Drafts) -> Iterator[Fault]:
    for draft in drafts:
        record = draft.record
        if record is None:
            continue
        checked = record.checked.first
        for each in dated(record):
            if each.date.first > checked:
                yield draft.fault(each.loc, f"{each.date} is after checked, {checked}; expected a day up to then")
        if isinstance(record, Person) and record.review_by.first <= checked:
            message = f"review by {record.review_by}, checked {checked}; expected a review after the check"
            yield draft.fault(("review_by",), message)
        if isinstance(record, Source) and record.seen.first > checked:
            yield draft.fault(("seen",), f"{record.seen} is after checked, {checked}; expected a day up to then")


def _sources_were_seen(drafts: Drafts) -> Iterator[Fault]:
    for draft, source in drafts.records(Source):
        if source.published is not None and source.published.first > source.seen.first:
            message = f"published {source.published}, seen {source.seen}; expected to be seen after that"
            yield draft.fault(("published",), message)


def _addresses_are_distinct(drafts: Drafts) -> Iterator[Fault]:
    """One page is one source, whether read over http or https, with or without its last slash."""
    seen: dict[str, str] = {}
    for draft, source in drafts.records(Source):
        page = str(source.url).partition("://")[2].rstrip("/")
        first = seen.setdefault(page, source.id)
        if first != source.id:
            yield draft.fault(("url",), f"the address of source {first!r} too; expected each address once")


def _ids_are_distinct(drafts: Drafts) -> Iterator[Fault]:
    """A person, a case and a declaration are asked for by id: it may mean one of them (or a person and their case)."""
    people, cases = drafts.by_kind["people"], drafts.by_kind["cases"]
    for draft, case in drafts.records(Case):
        if case.id in people and case.kind is not CaseKind.INDIVIDUAL:
            message = f"{case.id!r} is a person's id; expected another for a {case.kind.value} case"
            yield draft.fault(("id",), message)
    for stem, draft in drafts.by_kind["declarations"].items():
        for kind, others in (("person", people), ("case", cases)):
            if stem in others:
                yield draft.fault(("id",), f"{stem!r} is a {kind}'s id; expected another for a declaration")


def _parts_have_wholes(drafts: Drafts) -> Iterator[Fault]:
    """A case is part of a group or a theme, and no chain of parts comes back to where it began."""
    cases = {case.id: case for _, case in drafts.records(Case)}
    for draft, case in drafts.records(Case):
        whole = cases.get(case.part_of) if case.part_of else None
        if whole is not None and whole.kind is CaseKind.INDIVIDUAL:
            yield draft.fault(("part_of",), f"{whole.id!r} is an individual's case; expected a group's or a theme's")
        chain_ = _chain(case, cases)
        if chain_[-1] == case.id and case.id == min(chain_):
            yield draft.fault(("part_of",), f"a circle: {' → '.join(chain_)}; expected an end")


def _chain(case: Case, cases: dict[str, Case]) -> list[str]:
    """The ids from a case up through `part_of`, to the end or to the first that comes back."""
    found = [case.id]
    upper = case.part_of
    while upper and upper in cases:
        found.append(upper)
        if upper in found[:-1]:
            break
        upper = cases[upper].part_of
    return found if len(found) > 1 else [*found, ""]


def _related_to_others(drafts: Drafts) -> Iterator[Fault]:
    for draft in drafts:
        if isinstance(draft.record, (Case, Declaration)) and draft.record.id in draft.record.related:
            loc = ("related", draft.record.related.index(draft.record.id))
            yield draft.fault(loc, "itself; expected the ids of others")


def _inferences_stay_inferences(drafts: Drafts) -> Iterator[Fault]:
    """What we infer about somebody's identity is an alias and a possible claim: never a name, status or event."""
    for draft, person in drafts.records(Person):
        for language, spelling in person.name.items():
            if spelling.basis is Basis.INFERRED:
                message = "an inferred spelling as a name; expected it in aliases"
                yield draft.fault(("name", language, "basis"), message)
    people = {person.id: person for _, person in drafts.records(Person)}
    for draft, case in drafts.records(Case):
        if case.kind is not CaseKind.INDIVIDUAL:
            if case.possible:
                yield draft.fault(("possible",), f"in a {case.kind.value} case; expected in an individual's alone")
            continue
        doubtful = _doubtful_sources(case, people.get(case.id))
        told = [(("statuses", index), status.sources) for index, status in enumerate(case.statuses)]
        told += [(("events", index), event.sources) for index, event in enumerate(case.events)]
        for loc, sources in told:
            for place in (at for at, source in enumerate(sources) if source in doubtful):
                message = f"{sources[place]!r} names this person by our inference alone"
                yield draft.fault((*loc, "sources", place), f"{message}; expected it under possible")


def _doubtful_sources(case: Case, person: Person | None) -> set[str]:
    """Sources in which only an inference finds the person: no spelling of theirs was simply seen there."""
    doubtful = {source for possible in case.possible for source in possible.claim.sources}
    spellings = (*person.name.values(), *person.aliases) if person else ()
    doubtful |= {spelling.source for spelling in spellings if spelling.source and spelling.basis is Basis.INFERRED}
    return doubtful - {spelling.source for spelling in spellings if spelling.basis is Basis.SEEN}


RULES: tuple[Rule, ...] = (
    _dates_are_past,
    _sources_were_seen,
    _addresses_are_distinct,
    _ids_are_distinct,
    _parts_have_wholes,
    _related_to_others,
    _inferences_stay_inferences,
)
