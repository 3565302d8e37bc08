"""A library without some of its people: their records, and every passage that names them.

Used when somebody is in danger because of what we show: it takes off rather too much than too little. A passage that
names a hidden person goes whole (sentences cut out of it could change of whom the rest speaks); one that a
record cannot do without becomes an ellipsis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from content.library import Library
from content.models import Case, Claim, Correction, Declaration, Person, Record, Source, Update

_WORD = re.compile(r"[^\W\d_]+")
GONE = "…"
LONGEST_ENDING = 6
"""Letters that an inflected name may have beyond its stem, in Russian and Kazakh."""
SHORTEST = 3
"""Letters; shorter words are no names to look for."""


_OTHER = re.compile(r"[^a-z]")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=1 << 16)
def _fold(word: str) -> str:
    """Kept, for a library says the same words again and again, and each person hidden goes through all of them."""
    return _DOUBLED.sub(r"\1", _OTHER.sub("", anyascii(word).lower()))


def _stem(word: str) -> str:
    """A name without the vowel that its cases change: Alzhanova, Alzhanovoi."""
    stem = re.sub(r"(a|ia|ya|aia|aya|y|i|yi|iy|o|e)$", "", word)
    return stem if len(stem) >= SHORTEST else word


class Names:
    """Surnames of some people, as they are known from every spelling."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._stems = {_stem(word) for person in people for word in surnames(person)}
        self._known: dict[str, bool] = {}

    def in_text(self, text: str) -> bool:
        """Whether one of them is named, in any script and case."""
        return bool(self._stems) and any(map(self._names, _WORD.findall(text)))

    def words_in(self, text: str) -> tuple[str, ...]:
        """The words of a text, as they stand there, that name one of them."""
        return tuple(filter(self._names, _WORD.findall(text))) if self._stems else ()

    def _names(self, written: str) -> bool:
        known = self._known.get(written)
        if known is None:
            known = self._known[written] = self._is(_fold(written))
        return known

    def _is(self, word: str) -> bool:
        return any(
            word.startswith(stem) and len(word) <= len(stem) + min(LONGEST_ENDING, len(stem)) for stem in self._stems
        )

    def in_values(self, value: object) -> bool:
        """Whether a text anywhere in a JSON value names one of them."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, Mapping):
            return any(map(self.in_values, value.values()))
        return isinstance(value, list) and any(map(self.in_values, value))

    def among(self, texts: Mapping[str, str] | None) -> bool:
        return texts is not None and any(map(self.in_text, texts.values()))


def surnames(person: Person) -> Set[str]:
    """The folded last word of every spelling; of an alias not when it is the given name (Lind Ada)."""
    known = [_WORD.findall(spelling.text) for spelling in person.name.values()]
    given = {_fold(words[0]) for words in known if len(words) > 1}
    found = {_fold(words[-1]) for words in known if words}
    for alias in person.aliases:
        words = [_fold(word) for word in _WORD.findall(alias.text)]
        last = words[-1:] if words[-1:] != words[:1] and words[-1] in given else []
        found |= set(words[:1] if last else words[-1:])
    return {word for word in found if len(word) >= SHORTEST}


def without(library: Library, ids: Set[str]) -> Library:
    """The same library where nobody of `ids` is there or named; the library itself when there is nobody to hide."""
    hidden = [library.people[id_] for id_ in sorted(ids) if id_ in library.people]
    if not hidden:
        return library
    names = Names(hidden)
    kept = [record for record in library.records if not _falls(record, {person.id for person in hidden}, names)]
    clean = _Clean(names, {type(record): set() for record in kept})
    for record in kept:
        clean.there[type(record)].add(record.id)
    return Library.build(clean.record(record) for record in kept)


def _falls(record: Record, gone: Set[str], names: Names) -> bool:
    """Records that are about a hidden person, or whose title, address or id (shown in *Report an error*) names one."""
    if isinstance(record, Person):
        return record.id in gone
    if names.in_text(record.id) or record.id in gone:
        return True
    if isinstance(record, Case):
        return names.among(record.title)
    if isinstance(record, Update):
        about = {*record.people, *record.cases}
        return bool(about & gone) or names.among(record.title) or names.among(record.text)
    return isinstance(record, Source) and (names.in_text(record.title) or names.in_text(str(record.url)))


@dataclass(frozen=True)
class _Clean:
    """Takes the names out of what stays, and the ids of what does not."""

    names: Names
    there: Mapping[type[Record], set[str]]
    """Kind -> the ids that are still in the library."""

    def record(self, record: Record) -> Record:
        changed: dict[str, object] = {}
        if isinstance(record, Case):
            changed = self._case(record)
        elif isinstance(record, Declaration):
            changed = self._declaration(record)
        elif isinstance(record, Update):
            changed = {"cases": self._ids(record.cases, Case), "people": self._ids(record.people, Person)}
        elif isinstance(record, Person):
            changed = {"points": self._claims(record.points), "role": self._text(record.role)}
            changed["corrections"] = self._unnamed(record.corrections)
        elif isinstance(record, Source) and self.names.among(record.note):
            changed = {"note": None}
        return record.model_copy(update=changed) if changed else record

    def _case(self, case: Case) -> dict[str, object]:
        names = self.names
        possible = (entry for entry in case.possible if not names.in_text(entry.name) and not names.among(entry.reason))
        return {
            "people": self._ids(case.people, Person),
            "keywords": tuple(word for word in case.keywords if not names.in_text(word)),
            "summary": self._text(case.summary),
            "statuses": tuple(
                entry.model_copy(update={"text": None}) if names.among(entry.text) else entry for entry in case.statuses
            ),
            "events": self._claims(case.events),
            "possible": tuple(entry for entry in possible if not names.among(entry.claim.text)),
            "corrections": self._unnamed(case.corrections),
            "related": self._ids(case.related, Case),
            "part_of": case.part_of if case.part_of in self.there.get(Case, ()) else None,
        }

    def _declaration(self, declaration: Declaration) -> dict[str, object]:
        signed, names = declaration.signatories, self.names
        return {
            "title": GONE if names.in_text(declaration.title) else declaration.title,
            "title_translation": None if names.among(declaration.title_translation) else declaration.title_translation,
            "summary": self._text(declaration.summary),
            "says": self._claims(declaration.says),
            "calls": self._claims(declaration.calls),
            "signatories": signed.model_copy(update={"text": self._text(signed.text)}),
            "notes": self._claims(declaration.notes),
            "people": self._ids(declaration.people, Person),
            "cases": self._ids(declaration.cases, Case),
            "keywords": tuple(word for word in declaration.keywords if not names.in_text(word)),
        }

    def _ids(self, ids: Iterable[str], kind: type[Record]) -> tuple[str, ...]:
        return tuple(id_ for id_ in ids if id_ in self.there.get(kind, ()))

    def _claims(self, claims: Iterable[Claim]) -> tuple[Claim, ...]:
        return tuple(claim for claim in claims if not self.names.among(claim.text))

    def _unnamed(self, corrections: Iterable[Correction]) -> tuple[Correction, ...]:
        return tuple(entry for entry in corrections if not self.names.among(entry.text))

    def _text(self, text: Mapping[str, str]) -> dict[str, str]:
        return dict.fromkeys(text, GONE) if self.names.among(text) else dict(text)
