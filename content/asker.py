"""Answers a question from a library: people first, then declarations, then themes."""

from __future__ import annotations

import re

from anyascii import anyascii
from rapidfuzz.distance import DamerauLevenshtein

from content.ask import Hit, Reply, Target
from content.library import Library
from content.models import Basis
from content.names.answer import Verdict

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d{1,5}")
LONGEST = 4096
MOST_WORDS = 400


def fold(word: str) -> str:
    """One word in small ASCII letters, doubled letters once."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^a-z]", "", anyascii(word).lower()))[:32]


def near(left: str, right: str) -> bool:
    """One slip in a word of four to seven letters, two in a longer one."""
    most = 0 if min(len(left), len(right)) < 4 else 1 if min(len(left), len(right)) < 8 else 2
    return left == right or DamerauLevenshtein.distance(left, right, score_cutoff=most) <= most


class LibraryAsker:
    """Fits `content.ask.Asker`."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._names: list[tuple[str, tuple[str, ...], bool]] = []
        for person in library.people.values():
            for spelling in (*person.name.values(), *person.aliases):
                words = tuple(fold(word) for word in _WORD.findall(spelling.text))
                self._names.append((person.id, words, spelling.basis is Basis.INFERRED))

    def ask(self, question: str, *, explain: bool = False) -> Reply:
        typed = [fold(word) for word in _WORD.findall(question[:LONGEST])[:MOST_WORDS]]
        whole = self._people(typed, near_enough=False)
        if whole:
            return _reply(whole)
        found = self._people(typed, near_enough=True) or self._lone(typed)
        if found:
            return _reply(dict.fromkeys(found, False))
        return self._records(question)

    def _people(self, typed: list[str], *, near_enough: bool) -> dict[str, bool]:
        found: dict[str, bool] = {}
        there = set(typed)
        for id_, words, inferred in self._names:
            exact = len(words) > 1 and there.issuperset(words)
            close = near_enough and len(words) > 1 and all(any(near(w, t) for t in there) for w in words)
            if exact or close:
                found[id_] = found.get(id_, False) or (exact and not inferred)
        return found

    def _lone(self, typed: list[str]) -> dict[str, bool]:
        if len(typed) != 1:
            return {}
        return {id_: False for id_, words, _ in self._names if any(near(word, typed[0]) for word in words)}

    def _records(self, question: str) -> Reply:
        lowered = question.casefold()
        numbers = {int(number) for number in _NUMBER.findall(question)}
        hits = [Hit(Target.DECLARATION, d.id, True) for d in self._library.declarations.values() if d.number in numbers]
        for case in self._library.cases.values():
            if any(re.search(rf"\b{re.escape(word.casefold())}\b", lowered) for word in case.keywords):
                hits.append(Hit(Target.CASE, case.id, True))
        if not hits:
            return Reply(Verdict.NO)
        return Reply(Verdict.CARD if len(hits) == 1 else Verdict.CHOICE, tuple(hits))


def _reply(found: dict[str, bool]) -> Reply:
    hits = tuple(Hit(Target.PERSON, id_, exact) for id_, exact in found.items())
    if len(hits) > 1:
        return Reply(Verdict.CHOICE, hits)
    return Reply(Verdict.CARD if hits[0].exact else Verdict.HINT, hits)
