"""Spellings of a name by others' rules: ICU's and iuliia's schemes, pytrovich's cases, keyboards, scanners, slips."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import iuliia
from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from tests.bench import icu
from tests.bench.population import Person

CASES = (Case.GENITIVE, Case.DATIVE, Case.ACCUSATIVE, Case.INSTRUMENTAL, Case.PREPOSITIONAL)
MISREAD = (("о", "0"), ("з", "3"), ("б", "6"), ("н", "п"), ("е", "с"), ("л", "п"), ("и", "н"), ("а", "о"), ("ш", "щ"))
"""What a scanner makes of a letter."""
_CYRILLIC_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
NEIGHBOURS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
Spelling = tuple[str, str, str]
"""Person's key, kind of spelling, text."""


class Speller:
    """Deterministic for a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._iuliia = {
            name: made for name in dir(iuliia) if name.isupper() and hasattr(made := getattr(iuliia, name), "translate")
        }
        self._cases = PetrovichDeclinationMaker()

    def all(self, people: Sequence[Person]) -> Iterator[Spelling]:
        for person in people:
            for kind, text in self._alone(person):
                yield person.key, kind, text
        for scheme in icu.SCHEMES if icu.available() else ():
            made = icu.transliterated(scheme, [person.name for person in people])
            for person, text in zip(people, made, strict=True):
                yield person.key, f"ICU {scheme}", text

    def _alone(self, person: Person) -> Iterator[tuple[str, str]]:
        yield "as written", person.name
        yield "surname first", f"{person.surname} {person.given}"
        yield "small letters", person.name.lower()
        for scheme, made in self._iuliia.items():
            yield f"iuliia {scheme}", made.translate(person.name)
        for case in CASES:
            yield f"pytrovich {case.name.lower()}", self.inflected(person, case)
        yield "keyboard", person.name.lower().translate(str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS))
        yield "scanner", self.scanned(person.name)

    def inflected(self, person: Person, case: Case) -> str:
        gender = Gender.FEMALE if person.woman else Gender.MALE
        given = self._cases.make(NamePart.FIRSTNAME, gender, case, person.given)
        return f"{given} {self._cases.make(NamePart.LASTNAME, gender, case, person.surname)}"

    def scanned(self, text: str) -> str:
        """One letter misread."""
        there = [(letter, seen) for letter, seen in MISREAD if letter in text]
        if not there:
            return text
        letter, seen = self.random.choice(there)
        at = self.random.choice([place for place, other in enumerate(text) if other == letter])
        return text[:at] + seen + text[at + 1 :]

    def slip(self, text: str) -> str:
        """One letter left out, hit beside, doubled with its neighbour or swapped; a word never loses its first."""
        places = [at for at in range(1, len(text)) if text[at].isalpha() and text[at - 1].isalpha()]
        at = self.random.choice(places)
        ways: list[Callable[[], str]] = [
            lambda: text[:at] + text[at + 1 :],
            lambda: text[:at] + self._beside(text[at]) + text[at + 1 :],
            lambda: text[:at] + self._beside(text[at]) + text[at:],
            lambda: text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        ]
        return self.random.choice(ways)()

    def _beside(self, letter: str) -> str:
        for row in NEIGHBOURS:
            at = row.find(letter.lower())
            if at >= 0:
                return row[at + 1] if at + 1 < len(row) else row[at - 1]
        return letter
