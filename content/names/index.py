"""Names -> arrays in which a word, a pair of words or a near word is found by bisection.

A *row* is one reading of one spelling: the person, and the words of the name in order, the last one its surname.
Words are numbered; numbers are below 2**20, rows below 2**24, so that a pair and its row fit 64 bits.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import combinations, islice, product
from zlib import crc32

from content.names.answer import Name
from content.names.fold import folds
from content.names.words import split
from content.resting import collector_resting

WORDS = 20
ROWS = 24
_ROW = (1 << ROWS) - 1
_WORD = (1 << WORDS) - 1
MOST_READINGS = 4
"""Rows that one ambiguous spelling may take."""
SHORTEST_BONES = 2
_VOWELS = str.maketrans("", "", "aeiou")
_PATRONYMIC = re.compile(r".{2}(?:o|e)(?:viq|vna)$|.{2}(?:iniqna|iqna|iq)$|.{3}(?:uli|kizi|tegi|ogli)$")


class TooMany(ValueError):
    """More names than the index has numbers for."""


def is_patronymic(fold: str) -> bool:
    return _PATRONYMIC.search(fold) is not None


def deletions(fold: str) -> Iterator[str]:
    """The word, and the word with any one letter left out."""
    yield fold
    last = ""
    for at, letter in enumerate(fold):
        if letter != last:
            yield fold[:at] + fold[at + 1 :]
        last = letter


def bones(fold: str) -> str:
    """The consonants, which survive most slips; nothing for a word that has too few to tell it."""
    kept = fold[0] + fold[1:].translate(_VOWELS)
    return kept if len(kept) > SHORTEST_BONES else ""


class Index:
    """Built once from all names, then only read."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.keys: list[str] = []
        self.words: list[str] = []
        self.spellings: list[list[str]] = []
        """Of each person, as given."""
        self._number: dict[str, int] = {}
        self._raw: dict[str, tuple[int, ...]] = {}
        self._persons: dict[str, int] = {}
        self._of_row = array("I")
        self._begin = array("I", [0])
        self._of_words = array("I")
        self._inferred = bytearray()
        self.patronymics: dict[int, tuple[int, ...]] = {}
        with collector_resting():
            self._build(names)

    def _build(self, names: Iterable[Name]) -> None:
        seen: dict[tuple[int, ...], int] = {}
        for name in names:
            self._add(name, seen)
        del self._raw
        if len(self.words) > _WORD or len(self._of_row) > _ROW:
            raise TooMany(f"{len(self.words):,} words in {len(self._of_row):,} rows; the index holds a million words")
        self._pairs = self._sorted(self._all_pairs())
        self._single = self._sorted(self._all_singles())
        self._near = self._sorted(self._all_deletions())
        self._bones = self._sorted(self._all_bones())
        self._other = array("I", map(self._both, range(len(self._of_row))))

    @property
    def people(self) -> int:
        return len(self.keys)

    def number(self, fold: str) -> int | None:
        """The number of a word that stands in some name."""
        return self._number.get(fold)

    def person(self, row: int) -> int:
        return self._of_row[row]

    def name(self, row: int) -> array[int]:
        """The words of a row, surname last, patronymic left out."""
        return self._of_words[self._begin[row] : self._begin[row + 1]]

    def inferred(self, row: int) -> bool:
        return bool(self._inferred[row])

    def rows_with(self, word: int) -> Iterator[int]:
        return self._found(self._single, word, ROWS)

    def count_with(self, word: int) -> int:
        low = bisect_left(self._single, word << ROWS)
        return bisect_left(self._single, (word + 1) << ROWS, low) - low

    def rows_with_both(self, one: int, other: int) -> Iterator[int]:
        low, high = (one, other) if one < other else (other, one)
        return self._found(self._pairs, low << WORDS | high, ROWS)

    def beside(self, word: int) -> dict[int, int]:
        """Rows of two words that hold this one -> the other word."""
        other = self._other
        return {row: other[row] ^ word for row in self.rows_with(word) if other[row]}

    def alike(self, fold: str) -> set[int]:
        """Words with the same consonants."""
        kept = bones(fold)
        return set(self._found(self._bones, crc32(kept.encode()), WORDS)) if kept else set()

    def near(self, fold: str) -> set[int]:
        """Words of which one slip, and some of which two slips, may have made this one."""
        found: set[int] = set()
        for variant in deletions(fold):
            found.update(self._found(self._near, crc32(variant.encode()), WORDS))
        return found

    def _both(self, row: int) -> int:
        """Two words in one number, from which either gives the other; 0 where a name has one word, or more than two."""
        words = self.name(row)
        return words[0] ^ words[1] if len(words) == 2 else 0

    @staticmethod
    def _found(table: array[int], key: int, bits: int) -> Iterator[int]:
        at = bisect_left(table, key << bits)
        mask = (1 << bits) - 1
        while at < len(table) and table[at] >> bits == key:
            yield table[at] & mask
            at += 1

    def _add(self, name: Name, seen: dict[tuple[int, ...], int]) -> None:
        person = self._persons.get(name.key)
        if person is None:
            person = self._persons[name.key] = len(self.keys)
            self.keys.append(name.key)
            self.spellings.append([])
        self.spellings[person].append(name.text)
        words = [numbers for word in split(name.text) if (numbers := self._numbers(word))]
        fathers = [at for at, numbers in enumerate(words) if len(words) > 2 and self._patronymic(numbers[0])]
        core = [numbers for at, numbers in enumerate(words) if at not in fathers]
        for reading in islice(product(*core), MOST_READINGS) if core else ():
            row = seen.get((person, *reading))
            if row is None:
                row = seen[(person, *reading)] = len(self._of_row)
                self._of_row.append(person)
                self._of_words.extend(reading)
                self._begin.append(len(self._of_words))
                self._inferred.append(name.inferred)
            self._inferred[row] &= name.inferred
            if fathers:
                self.patronymics[row] = tuple(words[at][0] for at in fathers)

    def _patronymic(self, number: int) -> bool:
        return is_patronymic(self.words[number])

    def _numbers(self, word: str) -> tuple[int, ...]:
        known = self._raw.get(word)
        if known is None:
            known = self._raw[word] = tuple(map(self._new, folds(word)))
        return known

    def _new(self, fold: str) -> int:
        number = self._number.get(fold)
        if number is None:
            number = self._number[fold] = len(self.words)
            self.words.append(fold)
        return number

    def _all_bones(self) -> Iterator[int]:
        for number, fold in enumerate(self.words):
            if kept := bones(fold):
                yield crc32(kept.encode()) << WORDS | number

    @staticmethod
    def _sorted(values: Iterable[int]) -> array[int]:
        return array("Q", sorted(values))

    def _all_pairs(self) -> Iterator[int]:
        for row in range(len(self._of_row)):
            for one, other in combinations(sorted(set(self.name(row))), 2):
                yield (one << WORDS | other) << ROWS | row

    def _all_singles(self) -> Iterator[int]:
        for row in range(len(self._of_row)):
            for word in set(self.name(row)):
                yield word << ROWS | row

    def _all_deletions(self) -> set[int]:
        return {
            crc32(variant.encode()) << WORDS | number
            for number, fold in enumerate(self.words)
            for variant in deletions(fold)
        }
