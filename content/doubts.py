"""What is no fault of a library, and yet worth an editor's look."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from content.dates import Precision
from content.drafts import Draft, Drafts
from content.errors import Fault, Severity
from content.library import cited_sources
from content.models import Basis, Case, CaseKind, Declaration, Person, Record, Source, Update
from content.names.alike import readings
from content.rules import dated
from content.strict_yaml import Loc
from content.wording import texts_of, wording


def doubts(drafts: Drafts, *, languages: Collection[str]) -> Iterator[Fault]:
    """Every warning. `languages`: those in which each text is wanted; none: those that the library uses."""
    yield from _texts_in_every_language(drafts, languages)
    yield from _wording(drafts)
    yield from _names_alike(drafts)
    yield from _claims_after_their_sources(drafts)
    yield from _unreached(drafts)
    yield from _possible_without_alias(drafts)


def overdue(drafts: Drafts, today: date, severity: Severity) -> Iterator[Fault]:
    for draft, person in drafts.records(Person):
        if person.review_by.first < today:
            message = f"review overdue since {person.review_by}; expected the record compared anew, and a later day"
            yield draft.fault(("review_by",), message, severity)


def from_the_future(drafts: Drafts, today: date) -> Iterator[Fault]:
    """Nobody has checked a record tomorrow; what it tells is held to `checked` by the rules."""
    for draft in drafts:
        if draft.record is not None and draft.record.checked.first > today:
            yield draft.fault(("checked",), f"{draft.record.checked} is to come; expected a day up to {today}")


def _warn(draft: Draft, loc: Loc, message: str) -> Fault:
    return draft.fault(loc, message, Severity.WARNING)


def _texts_in_every_language(drafts: Drafts, languages: Collection[str]) -> Iterator[Fault]:
    """One warning a record and language, at the first text that lacks it."""
    texts = [(draft, list(texts_of(draft.record))) for draft in drafts if draft.record is not None]
    wanted = languages or {language for _, found in texts for _, text in found for language in text}
    for draft, found in texts:
        for language in sorted(wanted):
            own = ("title_translation",) if language == getattr(draft.record, "language", None) else None
            without = [loc for loc, text in found if language not in text and loc != own]
            if without:
                count = "1 text" if len(without) == 1 else f"{len(without)} texts"
                yield _warn(draft, without[0], f"{count} without {language}; expected each text in each language")
        record = draft.record
        spoken = {language for _, text in found for language in text}
        for index, language in enumerate(record.unreviewed if record else ()):
            if language not in spoken:
                yield _warn(draft, ("unreviewed", index), f"no text in {language}; expected languages of its texts")


def _wording(drafts: Drafts) -> Iterator[Fault]:
    for draft in drafts:
        for loc, text in texts_of(draft.record):
            for message in dict.fromkeys(wording(text)):
                yield _warn(draft, loc, message)


def _names_alike(drafts: Drafts) -> Iterator[Fault]:
    """Two persons whom a question in some spelling does not tell apart need a discriminator each."""
    bearers: dict[str, dict[str, tuple[Draft, Person, Loc]]] = {}
    for draft, person in drafts.records(Person):
        named: list[tuple[Loc, str]] = [(("name", code, "text"), name.text) for code, name in person.name.items()]
        named += [(("aliases", index, "text"), alias.text) for index, alias in enumerate(person.aliases)]
        for loc, text in named:
            for reading in readings(text):
                bearers.setdefault(reading, {}).setdefault(person.id, (draft, person, loc))
    told: set[tuple[str, Loc]] = set()
    for alike in bearers.values():
        if len(alike) < 2:
            continue
        for draft, person, loc in alike.values():
            if person.discriminator is None and (person.id, loc) not in told:
                told.add((person.id, loc))
                others = ", ".join(sorted(id_ for id_ in alike if id_ != person.id)[:3])
                yield _warn(draft, loc, f"also a spelling of {others}; expected a discriminator for each")


def _claims_after_their_sources(drafts: Drafts) -> Iterator[Fault]:
    published = {source.id: source.published for _, source in drafts.records(Source)}
    for draft in drafts:
        for each in dated(draft.record) if draft.record else ():
            days = [published.get(source) for source in each.sources]
            ends = [day.last for day in days if day is not None and day.precision is not Precision.NOT_BEFORE]
            if ends and len(ends) == len(days) and each.date.first > max(ends):
                message = f"{each.date} is after each of its sources was published ({max(ends)} the last)"
                yield _warn(draft, each.loc, f"{message}; expected a source that could know")


def _unreached(drafts: Drafts) -> Iterator[Fault]:
    """Records to which nothing leads."""
    records = [draft.record for draft in drafts if draft.record is not None]
    cited = {source for record in records for source in cited_sources(record)}
    named = {id_ for record in records for id_ in _named_in(record)}
    for draft, source in drafts.records(Source):
        if source.id not in cited:
            yield _warn(draft, ("id",), "cited by no record; expected one at least")
    for draft, person in drafts.records(Person):
        if person.id not in named and not person.points:
            yield _warn(draft, ("id",), "in no case, declaration or update, and no points; expected one of them")
    wholes = {case.part_of for _, case in drafts.records(Case)}
    for draft, case in drafts.records(Case):
        if case.kind is CaseKind.GROUP and not case.people and case.id not in wholes:
            yield _warn(draft, ("id",), "a group without people; expected people, or cases that are part of it")


def _named_in(record: Record) -> tuple[str, ...]:
    return record.people if isinstance(record, (Case, Declaration, Update)) else ()


def _possible_without_alias(drafts: Drafts) -> Iterator[Fault]:
    """A possible claim is found by the spelling under which its source names somebody."""
    people = {person.id: person for _, person in drafts.records(Person)}
    for draft, case in drafts.records(Case):
        person = people.get(case.id)
        spellings = {alias.text for alias in person.aliases if alias.basis is Basis.INFERRED} if person else set()
        for index, possible in enumerate(case.possible):
            if person is not None and possible.name not in spellings:
                message = f"{possible.name!r} is no inferred alias of {person.id}; expected one, so that it is found"
                yield _warn(draft, ("possible", index, "name"), message)
