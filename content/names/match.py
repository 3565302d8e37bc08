"""The words of a question against the index: who is named, and how surely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from content.names.fold import fine, is_cyrillic, loose, plain
from content.names.index import Index, is_patronymic
from content.names.inflect import nominatives
from content.names.known import RealNames
from content.names.words import Word

REACH = 4
"""A name's words stand within so many words of a question, its initials and patronymic included."""
MOST_NEAR = 24
"""Words of a question that are looked at for slips; a pasted page is read for exact names."""
MOST_SCANNED = 400
"""Bearers of one name whose other name is compared letter by letter."""
SHORT = 3
LONG_ENOUGH = 5


@dataclass(slots=True)
class Form:
    """What one word of the question may be: a word of the index."""

    number: int
    kind: str
    """"same", "case", "a" (a genitive, or a woman's form), "gender" or "slip"."""
    slips: int = 0


@dataclass(slots=True)
class Found:
    """One person, as far as some words of the question go."""

    person: int
    row: int
    at: tuple[int, ...]
    """Places of the words in the question."""
    rule: str
    sure: bool
    slips: int = 0
    closeness: float = 0.0
    """How alike the letters are as typed, 0 to 1; orders those that are equally near."""
    forms: tuple[Form, ...] = field(default=(), repr=False)


MOST_SLIPS = 2
_PARTED = re.compile(r"[\s\-]+")
MOST_DEEP = 12
"""Likeliest words for one that is badly mistyped, where the other is too."""
MOST_BESIDE = 64
"""The same, where the other is right."""


def most_slips(length: int) -> int:
    return 0 if length < SHORT else 1 if length < LONG_ENOUGH else 2


class Matcher:
    """Of one question. Words are looked up when they are needed."""

    def __init__(self, index: Index, real: RealNames, words: Sequence[Word]) -> None:
        self.index = index
        self.real = real
        self.words = words
        self._exact: dict[str, list[Form]] = {}
        self._near: dict[str, list[Form]] = {}
        self._deep: dict[str, list[Form]] = {}

    def exact(self, at: int) -> list[Form]:
        """Words of the index that this one is, or is a form of."""
        word = self.words[at]
        found = self._exact.get(word.text)
        if found is None:
            found = self._exact[word.text] = self._look_up(word)
        return found

    def _look_up(self, word: Word) -> list[Form]:
        found: dict[int, Form] = {}
        for fold in word.folds:
            number = self.index.number(fold)
            if number is not None:
                found[number] = Form(number, "same")
        for fold in word.folds:
            for nominative, kind in nominatives(fold, cases=word.cyrillic).items():
                number = self.index.number(nominative)
                if number is not None and number not in found:
                    found[number] = Form(number, kind)
        return list(found.values())

    def near(self, at: int) -> list[Form]:
        """The same, and words from which it differs by a slip or two."""
        word = self.words[at]
        found = self._near.get(word.text)
        if found is None:
            numbers = {number for fold in word.folds for number in self.index.near(fold)}
            found = self._near[word.text] = [*self.exact(at), *self._slipped_into(at, numbers, beyond=0)]
        return found

    def deep(self, at: int) -> list[Form]:
        """The likeliest words for one whose slips changed several letters of the fold; counted later, as typed."""
        word = self.words[at]
        found = self._deep.get(word.text)
        if found is None:
            numbers = {number for fold in loose(word.text) for number in self.index.near(fold)}
            numbers.update(number for fold in word.folds for number in self.index.alike(fold))
            forms = sorted(self._slipped_into(at, numbers, beyond=2), key=lambda form: (form.slips, form.number))
            found = self._deep[word.text] = [*self.exact(at), *forms[:MOST_BESIDE]]
        return found

    def _slipped_into(self, at: int, numbers: Iterable[int], *, beyond: int) -> list[Form]:
        words = self.index.words
        known = {form.number for form in self.exact(at)}
        found: dict[int, Form] = {}
        for number in numbers:
            for fold in self.words[at].folds if number not in known else ():
                most = most_slips(min(len(fold), len(words[number]))) + beyond
                slips = OSA.distance(fold, words[number], score_cutoff=most)
                if 0 < slips <= most and (number not in found or found[number].slips > slips):
                    found[number] = Form(number, "slip", slips)
        return list(found.values())

    # whole names

    def whole(self) -> list[Found]:
        """Everybody whose name stands there whole, perhaps in a case or gender form."""
        found: list[Found] = []
        for one in range(len(self.words)):
            if not self.exact(one):
                continue
            for other in range(one + 1, min(one + REACH, len(self.words))):
                for left, right in product(self.exact(one), self.exact(other)):
                    if left.number != right.number:
                        found += self._rows(one, other, left, right)
        found += self._lone_words()
        return found

    def _rows(self, one: int, other: int, left: Form, right: Form) -> Iterator[Found]:
        for row in self.index.rows_with_both(left.number, right.number):
            name = self.index.name(row)
            places = {left.number: (one, left), right.number: (other, right)}
            if len(name) > 2 and not self._complete(name, places, one):
                continue
            ordered = [places[number] for number in name]
            yield self._judged(row, ordered)

    def _complete(self, name: Sequence[int], places: dict[int, tuple[int, Form]], around: int) -> bool:
        """Finds the other words of a longer name near by."""
        for number in name:
            if number in places:
                continue
            for at in range(max(0, around - 2), min(len(self.words), around + len(name) + 2)):
                form = next((form for form in self.exact(at) if form.number == number), None)
                if form is not None:
                    places[number] = (at, form)
                    break
            else:
                return False
        return True

    def _lone_words(self) -> Iterator[Found]:
        """People whose whole name is one word."""
        if len(self.words) > MOST_NEAR:
            return
        for at in range(len(self.words)):
            for form in self.exact(at):
                for row in self.index.rows_with(form.number) if self.index.count_with(form.number) < 50 else ():
                    if len(self.index.name(row)) == 1:
                        yield Found(self.index.person(row), row, (at,), "one-word name", form.kind == "same")

    def _judged(self, row: int, ordered: Sequence[tuple[int, Form]]) -> Found:
        """Whether a name that stands there whole is surely this person's."""
        at = tuple(place for place, _ in ordered)
        forms = tuple(form for _, form in ordered)
        rule = self._doubt(row, at, forms)
        sure = not rule
        slips = 0 if sure or rule in {"inferred spelling", "gender form"} else 1
        return Found(self.index.person(row), row, at, rule or "whole name", sure, slips, forms=forms)

    def _doubt(self, row: int, at: Sequence[int], forms: Sequence[Form]) -> str:
        """Why a whole name is not sure; nothing when it is."""
        if self.index.inferred(row):
            return "inferred spelling"
        *givens, surname = forms
        inflected = any(form.kind in {"case", "a"} for form in givens)
        if any(form.kind == "gender" for form in forms) or (surname.kind == "a" and not inflected):
            return "gender form"
        for place, form in zip(at, forms, strict=True):
            if form.kind == "a" and place != at[-1] and self.real.given(self.words[place].folds):
                return "gender form"
            if form.kind == "same" and not self._fine(row, place, form.number):
                return "spelling differs"
            if form.kind == "case" and place != at[-1] and self.real.given(self.words[place].folds):
                return "another name, or a case form"
        if self._another_father(row, at):
            return "another patronymic"
        return ""

    def _fine(self, row: int, place: int, number: int) -> bool:
        """In Cyrillic against Cyrillic the letters themselves must agree, not only the fold."""
        word = self.words[place]
        if not word.cyrillic:
            return True
        if any(f" {word.text} " in f" {text} " for text in self.index.spellings[self.index.person(row)]):
            return True
        fold = self.index.words[number]
        stored = {
            fine(part)
            for text in self.index.spellings[self.index.person(row)]
            for part in (_PARTED.split(text) if is_cyrillic(text) else ())
        }
        typed = fine(word.text)
        alike = [part for part in stored if OSA.distance(part, typed, score_cutoff=2) <= 2]
        return typed in stored or not alike or fold == ""

    def _another_father(self, row: int, at: Sequence[int]) -> bool:
        """Whether a patronymic stands beside the name that is not the stored one."""
        stored = self.index.patronymics.get(row)
        if stored is None:
            return False
        kept = [self.index.words[number] for number in stored]
        for place in range(min(at), min(max(at) + 2, len(self.words))):
            if place not in at and is_patronymic(self.words[place].folds[0]):
                typed = self.words[place].folds
                return not any(fold in kept or not set(nominatives(fold)).isdisjoint(kept) for fold in typed)
        return False

    # near names

    def nearly(self, places: Sequence[int]) -> list[Found]:
        """Pairs of neighbouring words that a slip or two part from somebody's name."""
        found: list[Found] = []
        for index, one in enumerate(places):
            for other in places[index + 1 : index + 3]:
                if other - one < REACH:
                    found += self._near_pair(one, other)
        return found

    def _near_pair(self, one: int, other: int) -> list[Found]:
        return (
            self._crossed(one, other, self.near(one), self.near(other))
            or [*self._beside(one, other), *self._beside(other, one)]
            or self._both_deep(one, other)
        )

    def _both_deep(self, one: int, other: int) -> list[Found]:
        if self.exact(one) or self.exact(other):
            return []
        return self._crossed(one, other, self.deep(one)[:MOST_DEEP], self.deep(other)[:MOST_DEEP])

    def _beside(self, sure: int, doubtful: int) -> list[Found]:
        """One word is right: of few bearers each is compared, of many those whose other word may be meant."""
        found: list[Found] = []
        for form in self.exact(sure):
            if form.kind == "gender":
                continue
            if self.index.count_with(form.number) <= MOST_SCANNED:
                found += self._scanned(form, sure, doubtful)
            else:
                found += self._crossed(sure, doubtful, [form], self.deep(doubtful))
        return found

    def _crossed(self, one: int, other: int, lefts: Sequence[Form], rights: Sequence[Form]) -> list[Found]:
        found = []
        for left, right in product(lefts, rights):
            if left.number != right.number:
                for row in self.index.rows_with_both(left.number, right.number):
                    slipped = self._slipped(row, {left.number: (one, left), right.number: (other, right)})
                    if slipped is not None:
                        found.append(slipped)
        return found

    def _scanned(self, form: Form, sure: int, doubtful: int) -> Iterator[Found]:
        for row, number, slips in self._closest(doubtful, self.index.beside(form.number)):
            slip = Form(number, "slip", slips)
            found = self._slipped(row, {form.number: (sure, form), number: (doubtful, slip)})
            if found is not None:
                yield found

    def _closest(self, doubtful: int, others: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
        """(row, word, slips) of the likeliest."""
        choices = {row: self.index.words[number] for row, number in others.items()}
        for fold in self.words[doubtful].folds:
            most = most_slips(len(fold)) + 1
            nearest = process.extract(fold, choices, scorer=OSA.distance, score_cutoff=most, limit=8)
            yield from ((row, others[row], int(slips)) for _, slips, row in nearest if slips > 0)

    def _slipped(self, row: int, places: dict[int, tuple[int, Form]]) -> Found | None:
        """A name with one or two slips; None where there are more, or a typed word is itself another real name."""
        name = self.index.name(row)
        if len(name) != len(places):
            return None
        forms = [places[number] for number in name]
        slips = 0
        for role, (place, form) in enumerate(forms):
            if form.kind != "slip":
                continue
            counted = min(form.slips, self._as_typed(row, place))
            slips += counted
            if counted > most_slips(len(plain(self.words[place].text))) or slips > MOST_SLIPS:
                return None
            if self._another_name(place, surname=role == len(forms) - 1):
                return None
        at = tuple(place for place, _ in forms)
        kinds = tuple(form for _, form in forms)
        return Found(self.index.person(row), row, at, "slips", False, max(1, slips), forms=kinds)

    def _as_typed(self, row: int, place: int) -> int:
        """Slips between the letters themselves, where a spelling of the person is in the same script."""
        word = self.words[place]
        typed = plain(word.text)
        stored = {plain(part) for text in self.index.spellings[self.index.person(row)] for part in _PARTED.split(text)}
        alike = [part for part in stored if is_cyrillic(part) == word.cyrillic]
        return min((OSA.distance(part, typed, score_cutoff=MOST_SLIPS) for part in alike), default=MOST_SLIPS + 1)

    def _another_name(self, at: int, *, surname: bool) -> bool:
        folds = self.words[at].folds
        return self.real.surname(folds) if surname else self.real.given(folds)
