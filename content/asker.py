"""Answers a question from a library: people first, then declarations, then themes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.ask import Hit, Reply, Target
from content.library import Library
from content.models import Basis
from content.names import Answer, Mention, Name, NameIndex, Verdict
from content.topics import TopicIndex, Topics

LONGEST = 4096
"""Characters of a question that are looked at; Telegram sends no more in one message."""
WORDS_AT_ONCE = 600
_WORD = re.compile(r"[^\W_]+")


class LibraryAsker:
    """Fits `content.ask.Asker`."""

    def __init__(self, library: Library) -> None:
        self._names = NameIndex(names_in(library))
        self._names.warm()
        self._topics = TopicIndex(library)

    def ask(self, question: str, *, explain: bool = False) -> Reply:
        question = question[:LONGEST]
        people = self._names.ask(question, explain=explain)
        topics = self._topics.find(question)
        verdict, hits = _joined(people, topics)
        return Reply(verdict, hits, (*people.steps, *topics.steps) if explain else ())

    def people_in(self, text: str) -> tuple[Mention, ...]:
        return tuple(one for part in parts(text) for one in self._names.people_in(part))


def parts(text: str) -> Iterator[str]:
    """A text in stretches that the index reads whole: one of very short words has more of them than it reads."""
    words = list(_WORD.finditer(text))
    for first in range(0, max(1, len(words)), WORDS_AT_ONCE):
        end = first + WORDS_AT_ONCE
        yield text[words[first].start() if first else 0 : words[end].start() if end < len(words) else len(text)]


def names_in(library: Library) -> Iterator[Name]:
    """Every spelling of every person, as the index takes it."""
    for person in library.people.values():
        for spelling in (*person.name.values(), *person.aliases):
            yield Name(person.id, spelling.text, inferred=spelling.basis is Basis.INFERRED)


def _joined(people: Answer, topics: Topics) -> tuple[Verdict, tuple[Hit, ...]]:
    """People first. A declaration that is called by number stands beside them; any other topic gives way to them,
    unless the whole question is that topic and people are only guessed at."""
    named = tuple(
        Hit(Target.PERSON, candidate.key, candidate.exact, candidate.typed) for candidate in people.candidates
    )
    if named and topics.numbered:
        return Verdict.CHOICE, (*named, *topics.hits)
    if not named or (people.verdict is Verdict.HINT and topics.certain and topics.exact):
        return _topical(topics)
    return people.verdict, named


def _topical(topics: Topics) -> tuple[Verdict, tuple[Hit, ...]]:
    """A question that says more than its topic may be about somebody whom we do not know: an honest no, and the
    records that its words touch."""
    if not topics.hits or not topics.certain:
        return Verdict.NO, topics.hits
    if not topics.exact:
        return Verdict.HINT, topics.hits
    return Verdict.CARD if len(topics.hits) == 1 else Verdict.CHOICE, topics.hits
