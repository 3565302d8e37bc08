"""Names that do not stand there whole: glued, parted in the middle, or one word alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from content.names.context import FEW, fathers_name, given_name
from content.names.match import LONG_ENOUGH, Form, Found, Matcher
from content.names.words import Word

COMMON = 1200
"""Bearers of a word that is not looked up alone."""
MOST_BEARERS = 2400
"""Bearers that are weighed for one message, whatever it holds."""


class Glued:
    """Names written without a space between, or with one too many."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def found(self, places: Sequence[int]) -> list[Found]:
        found = [one for at in places for one in self._parted(at)]
        return found or [one for at in places for one in self._joined(at, places)]

    def _parted(self, at: int) -> list[Found]:
        index = self._matcher.index
        if self._another_name(at):
            return []
        alone = all(word.stop for word in self._matcher.words if word.at != at)
        found = []
        for fold in self._matcher.words[at].folds:
            for cut in range(2, len(fold) - 1):
                left = index.number(fold[:cut])
                for start in (cut, cut - 1):
                    right = index.number(fold[start:]) if left is not None else None
                    if left is not None and right is not None:
                        for row in index.rows_with_both(left, right):
                            if len(index.name(row)) == 2:
                                sure = alone and not index.inferred(row)
                                found.append(Found(index.person(row), row, (at,), "glued name", sure, 0 if sure else 1))
        return found

    def _another_name(self, at: int) -> bool:
        """Whether the word is a name as it stands (Нурихан is no Нури Хан), or seems to be one half of a name."""
        words, real = self._matcher.words, self._matcher.real
        if real.surname(words[at].folds) or given_name(words[at], real):
            return True
        near = [words[beside] for beside in (at - 1, at + 1) if 0 <= beside < len(words)]
        return any(
            not word.stop and (word.initial or real.surname(word.folds) or given_name(word, real)) for word in near
        )

    def _joined(self, at: int, places: Sequence[int]) -> list[Found]:
        """`Жан бота Алжанова`: two words that make one, beside the other name."""
        index, words = self._matcher.index, self._matcher.words
        if at + 1 not in places:
            return []
        numbers = [
            number
            for left in words[at].folds
            for right in words[at + 1].folds
            if (number := index.number(left + right)) is not None
        ]
        found = []
        for beside in (at - 1, at + 2):
            for form in self._matcher.exact(beside) if 0 <= beside < len(words) else ():
                for number in numbers:
                    for row in index.rows_with_both(number, form.number):
                        if len(index.name(row)) == 2 and form.kind in {"same", "case"}:
                            sure = not index.inferred(row)
                            found.append(Found(index.person(row), row, (at, at + 1, beside), "split name", sure))
        return found


class Lone:
    """One word of a name without the others: a hint where one person bears it, a choice where several do."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._words = matcher.words
        self._significant = [word for word in matcher.words if not word.stop and not word.initial]
        self._left = MOST_BEARERS

    def found(self, places: Sequence[int]) -> list[Found]:
        found: list[Found] = []
        for at in places:
            found += self._bearers(at, alone=len(places) == 1, forms=self._matcher.exact(at))
        if not found and len(places) == 1:
            (at,) = places
            found = self._bearers(at, alone=True, forms=self._slips(at))
        return found

    def surnames(self, places: Sequence[int]) -> list[Found]:
        """Surnames beside whole names: as written or in a case form, never a given name."""
        found = (one for at in places for one in self._bearers(at, alone=False, forms=self._matcher.exact(at)))
        return [one for one in found if one.rule == "lone surname"]

    def bearers(self, at: int) -> tuple[int, ...]:
        """Whose surname a word is, whatever stands beside it: for who reads a text, not for an answer."""
        index = self._matcher.index
        known = (form.number for form in self._matcher.exact(at) if index.count_with(form.number) <= COMMON)
        rows = (row for number in known for row in index.rows_with(number) if index.name(row)[-1] == number)
        return tuple(dict.fromkeys(map(index.person, rows)))

    def _slips(self, at: int) -> list[Form]:
        word = self._words[at]
        if len(word.folds[0]) < LONG_ENOUGH or self._matcher.real.surname(word.folds):
            return []
        return [] if given_name(word, self._matcher.real) else self._matcher.near(at)

    def _bearers(self, at: int, *, alone: bool, forms: Sequence[Form]) -> list[Found]:
        index = self._matcher.index
        found = []
        for form in forms:
            count = index.count_with(form.number)
            if count > min(COMMON, self._left):
                continue
            self._left -= count
            for row in index.rows_with(form.number):
                name = index.name(row)
                surname = name[-1] == form.number
                if (alone or surname) and self._undisturbed(at, name, form, surname=surname):
                    rule = "lone surname" if surname else "lone given name"
                    found.append(Found(index.person(row), row, (at,), rule, False, 1 + form.slips))
        return found

    def _undisturbed(self, at: int, name: Sequence[int], form: Form, *, surname: bool) -> bool:
        """False where a neighbouring word says that somebody else is meant."""
        if not surname and form.kind != "same" and not self._words[at].capital:
            return False  # данные is no form of Дана
        for beside in (self._beside(at, -1), self._beside(at, 1)):
            if not 0 <= beside < len(self._words) or self._words[beside].stop:
                continue
            word = self._words[beside]
            if any(self._matcher.index.number(fold) in name for fold in word.folds):
                continue
            if word.initial:
                # "Шевчук О., Джаукерова Г.": О. belongs to the first
                others = beside < at and self._words[at].apart
                if surname and not others and not self._begins(word, name):
                    return False
            elif self._another(word, beside, apart=self._words[max(at, beside)].apart) and not fathers_name(word):
                return False
        return True

    def _beside(self, at: int, step: int) -> int:
        """The place of the next word, a patronymic passed over; of initials before a surname the first."""
        beside = at + step
        if 0 <= beside < len(self._words) and fathers_name(self._words[beside]):
            beside += step
        while (
            step < 0 < beside and self._initial(beside) and self._initial(beside - 1) and not self._words[beside].apart
        ):
            beside -= 1
        return beside

    def _initial(self, at: int) -> bool:
        return self._words[at].initial and not self._words[at].stop

    def _another(self, word: Word, at: int, *, apart: bool) -> bool:
        """Whether the word beside seems to be another part of a name."""
        if given_name(word, self._matcher.real):
            return True
        if apart:
            # A list of surnames: the next one is somebody else. "Surname, Given" has a given name there.
            return len(self._significant) == 2 and not self._surname(word)
        return word.capital or len(self._significant) == 2

    def _surname(self, word: Word) -> bool:
        index = self._matcher.index
        numbers = [number for fold in word.folds if (number := index.number(fold)) is not None]
        known = any(index.name(row)[-1] == number for number in numbers for row in islice(index.rows_with(number), FEW))
        return known or self._matcher.real.surname(word.folds)

    def _begins(self, initial: Word, name: Sequence[int]) -> bool:
        index = self._matcher.index
        letters = {fold[0] for fold in initial.folds}
        return any(index.words[number][0] in letters for number in name[:-1]) or len(name) == 1
