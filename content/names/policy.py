"""A question about names -> what the reader is to see. A wrong match of a person is worse than none.

| Verdict | When |
|---|---|
| CARD | one person only, whose given name and surname both match after folding, perhaps in a case form |
| HINT | one or two slips, the other gender's form, a lone name that one person bears, an inferred spelling |
| CHOICE | several people fit, or several are named; nobody is picked |
| NO | anything else: a right surname with another given name; a typed name that is itself another real name |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from content.names.answer import Answer, Candidate, Name, Verdict
from content.names.fold import plain
from content.names.index import Index, is_patronymic
from content.names.known import RealNames, shipped
from content.names.match import LONG_ENOUGH, MOST_NEAR, Form, Found, Matcher, most_slips
from content.names.words import LONGEST, Word, meant, read

MOST = 24
"""People offered at once who all fit the same words."""
MOST_NAMED = 500
"""People whom one message may name: a pasted list of 4,096 characters holds no more."""
FEW = 3
"""Words of a question that may all be names, where a lone given name is enough for a hint."""


class NameIndex:
    """All names of a library, ready for questions. Keeps nothing of what is asked."""

    def __init__(self, names: Iterable[Name], *, real: RealNames | None = None) -> None:
        self._index = Index(names)
        self._real = real

    def __len__(self) -> int:
        """People."""
        return self._index.people

    def ask(self, question: str, *, explain: bool = False) -> Answer:
        """Pure; at most 4,096 characters are read."""
        question = question[:LONGEST]
        words = read(question)
        found = self._found(words)
        if not found:
            for text in meant(question) if 0 < len(words) <= MOST_NEAR else ():
                retyped = read(text)
                found = [one for one in Matcher(self._index, self.real, retyped).whole() if one.sure]
                if found:
                    words = retyped
                    break
        answer = self._answer(found, words)
        return Answer(answer.verdict, answer.candidates, self._steps(words, found)) if explain else answer

    @property
    def real(self) -> RealNames:
        if self._real is None:
            self._real = shipped()
        return self._real

    def _found(self, words: Sequence[Word]) -> list[Found]:
        matcher = Matcher(self._index, self.real, words)
        whole = matcher.whole()
        taken = {at for one in whole for at in one.at}
        places = [at for at, word in enumerate(words) if at not in taken and not word.stop and not word.initial]
        if len(places) <= MOST_NEAR:
            whole += [one for one in matcher.nearly(places) if taken.isdisjoint(one.at)]
        if not whole and len(places) <= MOST_NEAR:
            whole = Glued(matcher).found(places)
        if not whole:
            whole = Lone(matcher).found(places)
        return whole

    def _answer(self, found: Sequence[Found], words: Sequence[Word]) -> Answer:
        best = self._best(found, words)
        if not best:
            return Answer(Verdict.NO)
        candidates = tuple(self._candidate(one, words) for one in best[: MOST_NAMED if _apart(best) else MOST])
        if len(best) > 1:
            return Answer(Verdict.CHOICE if _apart(best) or best[0].sure else _several(best), candidates)
        return Answer(Verdict.CARD if best[0].sure else Verdict.HINT, candidates)

    def _best(self, found: Sequence[Found], words: Sequence[Word]) -> list[Found]:
        """Each person once; where words are claimed by several, the surest claim stands."""
        for one in found:
            one.closeness = self._closeness(one, words)
        ordered = sorted(found, key=lambda one: (not one.sure, one.slips, -one.closeness, one.person))
        kept: list[Found] = []
        for one in ordered:
            if any(one.person == other.person for other in kept):
                continue
            rivals = [other for other in kept if not set(one.at).isdisjoint(other.at)]
            if all((not other.sure and other.slips >= one.slips) or (other.sure and one.sure) for other in rivals):
                kept.append(one)
        return sorted(kept, key=lambda one: (min(one.at), not one.sure, one.slips, -one.closeness))

    def _closeness(self, one: Found, words: Sequence[Word]) -> float:
        typed = " ".join(plain(words[at].text) for at in one.at)
        stored = (" ".join(map(plain, text.split())) for text in self._index.spellings[one.person])
        return max((OSA.normalized_similarity(typed, text) for text in stored), default=0.0)

    def _candidate(self, one: Found, words: Sequence[Word]) -> Candidate:
        score = 1.0 if one.sure else min(0.99, one.closeness)
        typed = " ".join(words[at].text for at in sorted(one.at))
        return Candidate(self._index.keys[one.person], score, one.sure, one.rule, typed)

    def _steps(self, words: Sequence[Word], found: Sequence[Found]) -> tuple[str, ...]:
        lines = [
            f"{word.text} -> {' | '.join(word.folds)}{' (a word of questions)' if word.stop else ''}" for word in words
        ]
        for one in found:
            name = " ".join(self._index.words[number] for number in self._index.name(one.row))
            lines.append(f"{self._index.keys[one.person]}: {name}; {one.rule}; slips {one.slips}; {one.closeness:.2f}")
        return tuple(lines)


def _apart(found: Sequence[Found]) -> bool:
    """Whether different words of the question name different people."""
    return any(set(one.at).isdisjoint(other.at) for one in found for other in found)


def _several(found: Sequence[Found]) -> Verdict:
    return Verdict.HINT if any(one.rule == "slips" for one in found) else Verdict.CHOICE


class Glued:
    """Names written without a space between, or with one too many."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def found(self, places: Sequence[int]) -> list[Found]:
        found = [one for at in places for one in self._parted(at)]
        return found or [one for at in places for one in self._joined(at, places)]

    def _parted(self, at: int) -> list[Found]:
        index = self._matcher.index
        found = []
        for fold in self._matcher.words[at].folds:
            for cut in range(2, len(fold) - 1):
                left = index.number(fold[:cut])
                for start in (cut, cut - 1):
                    right = index.number(fold[start:]) if left is not None else None
                    if left is not None and right is not None:
                        for row in index.rows_with_both(left, right):
                            if len(index.name(row)) == 2:
                                sure = not index.inferred(row)
                                found.append(Found(index.person(row), row, (at,), "glued name", sure))
        return found

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

    def found(self, places: Sequence[int]) -> list[Found]:
        found: list[Found] = []
        for at in places:
            found += self._bearers(at, alone=len(places) == 1, forms=self._matcher.exact(at))
        if not found and len(places) == 1:
            (at,) = places
            found = self._bearers(at, alone=True, forms=self._slips(at))
        return found

    def _slips(self, at: int) -> list[Form]:
        word = self._matcher.words[at]
        if len(word.folds[0]) < LONG_ENOUGH or self._matcher.real.surname(word.folds):
            return []
        return [] if self._matcher.real.given(word.folds) else self._matcher.near(at)

    def _bearers(self, at: int, *, alone: bool, forms: Sequence[Form]) -> list[Found]:
        index = self._matcher.index
        found = []
        for form in forms:
            if index.count_with(form.number) > 50 * MOST:
                continue
            for row in index.rows_with(form.number):
                name = index.name(row)
                surname = name[-1] == form.number
                if (alone or surname) and self._undisturbed(at, name, surname=surname):
                    rule = "lone surname" if surname else "lone given name"
                    found.append(Found(index.person(row), row, (at,), rule, False, 1 + form.slips))
        return found

    def _undisturbed(self, at: int, name: Sequence[int], *, surname: bool) -> bool:
        """False where a neighbouring word says that somebody else is meant."""
        words = self._matcher.words
        for beside in (at - 1, at + 1):
            if not 0 <= beside < len(words) or words[beside].stop:
                continue
            word = words[beside]
            if word.initial:
                if surname and not self._begins(word, name):
                    return False
            elif self._names(word, beside, surname=surname) and not is_patronymic(word.folds[0]):
                return False
        return True

    def _names(self, word: Word, at: int, *, surname: bool) -> bool:
        """Whether a word beside a surname (or beside a given name) seems to be another part of a name."""
        if surname and self._matcher.real.given(word.folds):
            return True
        return word.capital and (at > 0 or not any(w.capital for w in self._matcher.words[1:] if w is not word))

    def _begins(self, initial: Word, name: Sequence[int]) -> bool:
        index = self._matcher.index
        letters = {fold[0] for fold in initial.folds}
        return any(index.words[number][0] in letters for number in name[:-1]) or len(name) == 1


__all__ = ["NameIndex", "most_slips"]
