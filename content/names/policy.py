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

from content.names.answer import Answer, Candidate, Considered, Explanation, Mention, Name, Reading, Verdict
from content.names.context import settled
from content.names.fold import plain
from content.names.index import Index
from content.names.known import RealNames, shipped
from content.names.match import MOST_NEAR, Found, Matcher
from content.names.mentions import mentions
from content.names.partial import Glued, Lone
from content.names.words import LONGEST, Word, meant, placed, read

MOST = 24
"""People offered at once who all fit the same words."""
MANY = 48
"""Finds from which on those that are sure are not weighed against one another letter by letter."""
MOST_NAMED = 500
"""People whom one message may name: a pasted list of 4,096 characters holds no more."""
NO_NAME = "nothing in the question is a name of the records, in any form, nor near one"


class NameIndex:
    """All names of a library, ready for questions. Keeps nothing of what is asked."""

    def __init__(self, names: Iterable[Name], *, real: RealNames | None = None) -> None:
        self._index = Index(names)
        self._real = real

    def __len__(self) -> int:
        """People."""
        return self._index.people

    @property
    def real(self) -> RealNames:
        """The lists of real names; the shipped ones take a quarter of a second at first use."""
        if self._real is None:
            self._real = shipped()
        return self._real

    def warm(self) -> None:
        """Reads the lists of real names now, so that the first question does not wait for them."""
        self._real = self.real

    def ask(self, question: str, *, explain: bool = False) -> Answer:
        """Pure; at most 4,096 characters are read."""
        question = question[:LONGEST]
        words, retyped = read(question), ""
        found = self._found(words)
        if not found:
            for text in meant(question) if 0 < len(words) <= MOST_NEAR else ():
                other = read(text)
                found = [one for one in self._whole(Matcher(self._index, self.real, other)) if one.sure]
                if found:
                    words, retyped = other, text
                    break
        best = self._best(found, words)
        answer = self._answer(best, words)
        if explain:
            why = self._why(words, found, best, retyped)
            return Answer(answer.verdict, answer.candidates, why)
        return answer

    def people_in(self, text: str) -> tuple[Mention, ...]:
        """The names that stand in a text, in its order: those of the records, and runs of words that read like one.

        For an editor's desk; at most 4,096 characters are read.
        """
        there = placed(text)
        words = [word for word, _ in there]
        best = self._best(self._found(words), words)
        key = self._index.keys
        lone = Lone(Matcher(self._index, self.real, words))
        taken = {at for one in best for at in one.at}
        capital = [word.at for word in words if word.capital and word.at not in taken]
        best += [one for at in capital for one in lone.surnames([at])]  # somebody who was named whole before
        borne = {at: tuple(key[one] for one in lone.bearers(at)) for at in capital}
        return mentions(text, there, [(one, key[one.person]) for one in best], borne, self.real)

    def _whole(self, matcher: Matcher) -> list[Found]:
        return settled(matcher.whole(), matcher.words, self.real)

    def _found(self, words: Sequence[Word]) -> list[Found]:
        matcher = Matcher(self._index, self.real, words)
        found = self._whole(matcher)
        taken = {at for one in found for at in one.at}
        places = [at for at, word in enumerate(words) if at not in taken and not word.stop and not word.initial]
        if len(places) <= MOST_NEAR:
            near = settled(matcher.nearly(places), words, self.real)
            found += [one for one in near if taken.isdisjoint(one.at)]
        if not found and len(places) <= MOST_NEAR:
            found = Glued(matcher).found(places)
        return found + self._lone(matcher, places, found)

    @staticmethod
    def _lone(matcher: Matcher, places: Sequence[int], found: Sequence[Found]) -> list[Found]:
        """Words alone; beside whole names only surnames of their own."""
        if not found:
            return Lone(matcher).found(places)
        taken = {at for one in found for at in one.at}
        rest = [at for at in places if at not in taken and matcher.words[at].capital]
        people = {one.person for one in found}
        beside = Lone(matcher).surnames(rest)
        return [one for one in beside if one.person not in people]

    def _answer(self, best: Sequence[Found], words: Sequence[Word]) -> Answer:
        most = MOST_NAMED if _apart(best) else MOST
        candidates = tuple(self._candidate(one, words) for one in best[:most])
        return Answer(_verdict(best)[0], candidates)

    def _best(self, found: Sequence[Found], words: Sequence[Word]) -> list[Found]:
        """Each person once; where words are claimed by several, the surest claim stands."""
        for one in found:
            one.closeness = 1.0 if one.sure and len(found) > MANY else self._closeness(one, words)
        ordered = sorted(found, key=lambda one: (not one.sure, one.slips, -one.closeness, one.person))
        kept: list[Found] = []
        people: set[int] = set()
        claims: dict[int, list[Found]] = {}
        for one in ordered:
            if one.person in people:
                continue
            rivals = [other for at in one.at for other in claims.get(at, ())]
            if all((not other.sure and other.slips >= one.slips) or (other.sure and one.sure) for other in rivals):
                kept.append(one)
                people.add(one.person)
                for at in one.at:
                    claims.setdefault(at, []).append(one)
        return sorted(kept, key=lambda one: (min(one.at), not one.sure, one.slips, -one.closeness))

    def _closeness(self, one: Found, words: Sequence[Word]) -> float:
        typed = " ".join(plain(words[at].text) for at in one.at)
        stored = (" ".join(map(plain, text.split())) for text in self._index.spellings[one.person])
        return max((OSA.normalized_similarity(typed, text) for text in stored), default=0.0)

    def _candidate(self, one: Found, words: Sequence[Word]) -> Candidate:
        score = 1.0 if one.sure else min(0.99, one.closeness)
        return Candidate(self._index.keys[one.person], score, one.sure, one.rule, _typed(one, words))

    def _why(self, words: Sequence[Word], found: Sequence[Found], best: Sequence[Found], retyped: str) -> Explanation:
        readings = tuple(Reading(word.text, word.folds, _role(word)) for word in words)
        kept = set(map(id, best[:MOST]))
        considered = tuple(
            Considered(
                self._index.keys[one.person],
                " ".join(self._index.words[number] for number in self._index.name(one.row)),
                _typed(one, words),
                one.rule,
                one.slips,
                one.closeness,
                id(one) in kept,
            )
            for one in found
        )
        return Explanation(_verdict(best)[1], readings, considered, retyped)


def _apart(best: Sequence[Found]) -> bool:
    """Whether different words of the question name different people."""
    return bool(best) and max(min(one.at) for one in best) > min(max(one.at) for one in best)


def _verdict(best: Sequence[Found]) -> tuple[Verdict, str]:
    """The answer, and the line of the policy that says so."""
    if not best:
        return Verdict.NO, f"no: {NO_NAME}"
    if len(best) == 1:
        one = best[0]
        if one.sure:
            return Verdict.CARD, f"card: one person, {one.rule}"
        return Verdict.HINT, f"hint: one person, but {one.rule}"
    if _apart(best):
        return Verdict.CHOICE, "choice: several people are named"
    if not best[0].sure and any(one.rule == "slips" for one in best):
        return Verdict.HINT, "hint: several names are near, none is the one typed"
    return Verdict.CHOICE, "choice: several people fit; nobody is picked"


def _typed(one: Found, words: Sequence[Word]) -> str:
    return " ".join(words[at].text for at in sorted(one.at))


def _role(word: Word) -> str:
    return "word of questions" if word.stop else "initial" if word.initial else "word"
