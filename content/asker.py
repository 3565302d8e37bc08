"""Answers a question from a library: people first, then declarations, then themes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.ask import Hit, Reply, Target
from content.library import Library
from content.models import Basis
from content.names import Answer, Name, NameIndex, Verdict

_NUMBER = re.compile(r"\d{1,5}")
LONGEST = 4096


class LibraryAsker:
    """Fits `content.ask.Asker`."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._names = NameIndex(names_in(library))

    def ask(self, question: str, *, explain: bool = False) -> Reply:
        people = self._names.ask(question, explain=explain)
        if people.verdict in {Verdict.CARD, Verdict.CHOICE}:
            return _reply(people)
        records = self._records(question[:LONGEST])
        if not records:
            return _reply(people)
        hits = (*records, *_reply(people).hits)
        return Reply(Verdict.CARD if len(hits) == 1 else Verdict.CHOICE, hits, people.steps)

    def _records(self, question: str) -> list[Hit]:
        lowered = question.casefold()
        numbers = {int(number) for number in _NUMBER.findall(question)}
        hits = [Hit(Target.DECLARATION, d.id, True) for d in self._library.declarations.values() if d.number in numbers]
        for case in self._library.cases.values():
            if any(re.search(rf"\b{re.escape(word.casefold())}\b", lowered) for word in case.keywords):
                hits.append(Hit(Target.CASE, case.id, True))
        return hits


def names_in(library: Library) -> Iterator[Name]:
    """Every spelling of every person, as the index takes it."""
    for person in library.people.values():
        for spelling in (*person.name.values(), *person.aliases):
            yield Name(person.id, spelling.text, inferred=spelling.basis is Basis.INFERRED)


def _reply(answer: Answer) -> Reply:
    hits = tuple(Hit(Target.PERSON, candidate.key, candidate.exact) for candidate in answer.candidates)
    return Reply(answer.verdict, hits, answer.steps)
