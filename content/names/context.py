"""What the words around a name say: whether two words that are somebody's name stand there as that name."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from content.names.index import is_patronymic
from content.names.inflect import nominatives
from content.names.known import RealNames
from content.names.match import Found
from content.names.words import Word

FEW = 3
"""Words of a question that may all be parts of one name."""


def fathers_name(word: Word) -> bool:
    return any(is_patronymic(fold) or any(map(is_patronymic, nominatives(fold))) for fold in word.folds)


def given_name(word: Word, real: RealNames) -> bool:
    """Whether a word is a listed given name, perhaps in a case form."""
    return real.given(word.folds) or (
        word.cyrillic and any(real.given((form,)) for fold in word.folds for form in nominatives(fold))
    )


def settled(found: Sequence[Found], words: Sequence[Word], real: RealNames) -> list[Found]:
    """The finds that the words around them bear out; a doubtful one is no longer sure."""
    context = _Context(words, real, frozenset(at for one in found if one.sure for at in one.at))
    kept = []
    for one in found:
        doubt = context.doubt(one)
        if doubt == "":
            kept.append(one)
        elif doubt != "another's":
            one.sure, one.rule, one.slips = False, doubt, max(1, one.slips)
            kept.append(one)
    return kept


class _Context:
    def __init__(self, words: Sequence[Word], real: RealNames, claimed: AbstractSet[int]) -> None:
        self._words = words
        self._real = real
        self._claimed = claimed
        self._significant = [word for word in words if not word.stop and not word.initial]

    def doubt(self, one: Found) -> str:
        """Why it may be somebody else; "another's" where it surely is, nothing where all is well."""
        places = sorted(one.at)
        if len(places) < 2:
            return ""
        between = [at for at in range(places[0] + 1, places[-1]) if at not in one.at and not self._filler(at)]
        if between:
            # "Серик встретил Жахина" is not a name; "Daniyar Bakyt Khassenov" may be.
            namely = len(between) == 1 and self._namely(between[0]) and len(self._significant) <= FEW
            return "a word between" if namely and not self._parted(places) else "another's"
        before, after = places[0] - 1, places[-1] + 1
        outer = [self._next_name(before, places[0]), self._next_name(after, after)]
        if self._parted(places):
            theirs = all(outer) or (outer[1] and given_name(self._words[after], self._real))
            return "another's" if theirs else "beside other names" if any(outer) else ""
        if all(outer) or self._tied(places) or (outer[1] and self._surname_alone(after)):
            return "beside other names"
        return ""

    def _filler(self, at: int) -> bool:
        """An initial or a patronymic inside a name."""
        word = self._words[at]
        return (word.initial and not word.stop) or fathers_name(word)

    def _namely(self, at: int) -> bool:
        word = self._words[at]
        return not word.stop and (word.capital or not any(other.capital for other in self._words))

    def _parted(self, places: Sequence[int]) -> bool:
        return any(self._words[at].apart for at in range(places[0] + 1, places[-1] + 1))

    def _next_name(self, at: int, edge: int) -> bool:
        """Whether the word beside a name, with nothing to part them, seems to be a part of another name."""
        if not 0 <= at < len(self._words) or self._words[edge].apart or at in self._claimed:
            return False
        word = self._words[at]
        if word.stop or word.initial or fathers_name(word):
            return False
        return self._real.surname(word.folds) or given_name(word, self._real)

    def _surname_alone(self, at: int) -> bool:
        """A further surname after a whole name: somebody else may bear both."""
        word = self._words[at]
        return word.capital and self._real.surname(word.folds) and not given_name(word, self._real)

    def _tied(self, places: Sequence[int]) -> bool:
        """A double name of which only a part is the one in the records."""
        last = places[-1] + 1
        if last < len(self._words) and self._words[last].tied and not self._words[last].stop:
            # A Russian enclitic, "Жахин-то", is no name.
            return self._words[last].capital
        return self._words[places[0]].tied and places[0] > 0 and self._words[places[0] - 1].capital
