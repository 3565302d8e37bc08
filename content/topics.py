"""What a question is about besides people: declarations by number or title, groups and themes by keyword."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from content.ask import Hit, Target
from content.library import Library
from content.models import Case, Declaration
from content.vocabulary import SHORTEST_STEM, tokens, vocabulary

MOST_WORDS = 800
"""Words of a question that are looked at."""
LONG_WORD = 4
"""Letters from which on a word tells titles apart, and a stem stands for a word."""
SLIP_FROM = 6
"""Letters from which on one slip in a keyword is forgiven."""
FEW_WORDS = 3
"""In a longer question no slip is forgiven, and fewer words of a title are no title."""
TITLE_SHARE = 0.6
"""Of the words of a title, or of the question, that must meet."""
COMMON = 1000
"""A word in more titles than this tells none apart."""
MOST_HITS = 500
Key = tuple[Target, str]
Stems = frozenset[str]


@dataclass(frozen=True, slots=True)
class Topics:
    """What was found, best first; `certain` unless the question says more than its topic."""

    hits: tuple[Hit, ...] = ()
    numbered: bool = False
    """The hits are declarations called by number."""
    certain: bool = True
    steps: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Something was found, and no slip had to be forgiven."""
        return bool(self.hits) and all(hit.exact for hit in self.hits)


@dataclass(slots=True)
class _Word:
    text: str
    stems: Stems
    used: bool = False


@dataclass(slots=True)
class _Notes:
    """Hits in the order found, each once, and why."""

    hits: dict[Key, bool] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def add(self, key: Key, why: str, *, exact: bool = True) -> None:
        if key not in self.hits and len(self.hits) < MOST_HITS:
            self.hits[key] = exact
            self.steps.append(f"{key[0].value} {key[1]}: {why}")

    def topics(self, *, numbered: bool = False, certain: bool = True) -> Topics:
        ordered = sorted(self.hits.items(), key=lambda item: item[0][0] is not Target.DECLARATION)
        hits = tuple(Hit(target, id_, exact) for (target, id_), exact in ordered)
        return Topics(hits, numbered, certain, tuple(self.steps))


class TopicIndex:
    """Built once from a library; keeps nothing of a question."""

    def __init__(self, library: Library) -> None:
        self._vocabulary = vocabulary()
        self._declarations = tuple(library.declarations)
        self._numbers: dict[str, list[str]] = defaultdict(list)
        self._phrases: dict[str, list[tuple[tuple[Stems, ...], Key, str]]] = defaultdict(list)
        self._titles: list[tuple[Key, int]] = []
        self._in_titles: dict[str, set[int]] = defaultdict(set)
        self._lone: dict[str, list[Key]] = defaultdict(list)
        for declaration in library.declarations.values():
            self._take_declaration(declaration)
        for case in library.cases.values():
            self._take_case(case)

    def _take_declaration(self, declaration: Declaration) -> None:
        key = (Target.DECLARATION, declaration.id)
        for number in {str(declaration.number), *filter(str.isdecimal, tokens(declaration.document))}:
            self._numbers[number].append(declaration.id)
        for title in (declaration.title, *(declaration.title_translation or {}).values()):
            self._take_title(title, key)
        for keyword in declaration.keywords:
            self._take_phrase(keyword, key)

    def _take_case(self, case: Case) -> None:
        key = (Target.CASE, case.id)
        for title in (case.title or {}).values():
            self._take_title(title, key)
            self._take_phrase(title, key)
        for keyword in case.keywords:
            self._take_phrase(keyword, key)

    def _take_phrase(self, text: str, key: Key) -> None:
        words = self._words(tokens(text)) or [_Word(word, self._stems(word)) for word in tokens(text)]
        if not words:
            return
        phrase = tuple(word.stems for word in words)
        for stem in phrase[0]:
            self._phrases[stem].append((phrase, key, text))
        if len(words) == 1:
            self._lone[words[0].text].append(key)

    def _take_title(self, text: str, key: Key) -> None:
        words = {word.text: word.stems for word in self._words(tokens(text)) if len(word.text) >= LONG_WORD}
        if len(words) >= FEW_WORDS:
            for stem in {stem for stems in words.values() for stem in stems}:
                self._in_titles[stem].add(len(self._titles))
            self._titles.append((key, len(words)))

    def _stems(self, word: str) -> Stems:
        return self._vocabulary.stems(word)

    def _words(self, found: Iterable[str]) -> list[_Word]:
        """Without the words that only stand around a subject."""
        return [_Word(word, self._stems(word)) for word in found if not self._vocabulary.is_around(word)]

    def find(self, question: str) -> Topics:
        """Declarations called by number; else all whose title or keywords the question has, declarations first."""
        words = self._words(tokens(question)[:MOST_WORDS])
        notes = _Notes()
        if self._by_number(words, notes):
            return notes.topics(numbered=True)
        if words and all(self._is_marker(word) for word in words):
            for id_ in self._declarations:
                notes.add((Target.DECLARATION, id_), "the question names no number")
            return notes.topics(numbered=True)
        self._by_phrase(words, notes)
        self._by_title(words, notes)
        if notes.hits:
            return notes.topics(
                certain=all(word.used or word.text.isdecimal() or self._is_marker(word) for word in words)
            )
        self._by_slip(words, notes)
        return notes.topics()

    def _is_marker(self, word: _Word) -> bool:
        return not self._vocabulary.markers.isdisjoint(word.stems)

    def _by_number(self, words: Sequence[_Word], notes: _Notes) -> bool:
        """A number counts beside a word such as "declaration", beside one that counts, or where it stands alone."""
        called = [self._is_marker(word) for word in words]
        alone = all(word.text.isdecimal() or called[at] for at, word in enumerate(words))
        for at, word in enumerate(words):
            ids = self._numbers.get(word.text.lstrip("0"), ()) if word.text.isdecimal() else ()
            if ids and (alone or any(called[max(0, at - 3) : at + 3])):
                called[at] = True
                for id_ in ids:
                    notes.add((Target.DECLARATION, id_), f"number {word.text}")
        return bool(notes.hits)

    def _by_phrase(self, words: Sequence[_Word], notes: _Notes) -> None:
        for at, word in enumerate(words):
            for phrase, key, text in self._candidates(word):
                part = words[at : at + len(phrase)]
                if _same(phrase, part):
                    for met in part:
                        met.used = True
                    notes.add(key, f"keyword {text!r}")

    def _candidates(self, word: _Word) -> Iterator[tuple[tuple[Stems, ...], Key, str]]:
        for stem in word.stems:
            yield from self._phrases.get(stem, ())

    def _by_title(self, words: Sequence[_Word], notes: _Notes) -> None:
        asked = list({word.text: word for word in words if len(word.text) >= LONG_WORD}.values())
        if len(asked) < FEW_WORDS:
            return
        met: dict[int, list[_Word]] = defaultdict(list)
        for word in asked:
            for index in self._titles_with(word):
                met[index].append(word)
        scores = Counter({index: len(found) for index, found in met.items()})
        for index, score in scores.most_common(MOST_HITS):
            key, length = self._titles[index]
            if score >= FEW_WORDS and score >= TITLE_SHARE * min(len(asked), length):
                mostly = score >= TITLE_SHARE * len(asked)
                for word in words if mostly else met[index]:
                    word.used = True
                notes.add(key, f"{score} words of its title")

    def _titles_with(self, word: _Word) -> set[int]:
        postings = (self._in_titles.get(stem, set()) for stem in word.stems if len(stem) >= LONG_WORD)
        return set().union(*(posting for posting in postings if len(posting) <= COMMON))

    def _by_slip(self, words: Sequence[_Word], notes: _Notes) -> None:
        if len(words) > FEW_WORDS:
            return
        for word in words:
            if len(word.text) >= SLIP_FROM:
                near = process.extract(
                    word.text, self._lone.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=1, limit=FEW_WORDS
                )
                for keyword, _, _ in near:
                    for key in self._lone[keyword]:
                        notes.add(key, f"one slip from keyword {keyword!r}", exact=False)


def _same(phrase: Sequence[Stems], part: Sequence[_Word]) -> bool:
    """In a phrase of several words a shorter common stem suffices: the other words bear it out."""
    least = LONG_WORD if len(phrase) == 1 else SHORTEST_STEM
    return len(part) == len(phrase) and all(
        word.text in stems or any(len(stem) >= least for stem in stems & word.stems)
        for stems, word in zip(phrase, part, strict=True)
    )
