"""People who do not exist: given names and surnames drawn at random, as frequent as in life (Zipf)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import iuliia

from content.names import Name, tables

FEMALE = ("а", "я")


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    given: str
    surname: str
    woman: bool

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"

    def names(self) -> Iterator[Name]:
        """As a library has them: Russian, and Latin as in a passport."""
        yield Name(self.key, self.name)
        yield Name(self.key, iuliia.ICAO_DOC_9303.translate(self.name))

    def with_aliases(self) -> Iterator[Name]:
        """The same with three aliases in all: French and English press."""
        yield from self.names()
        yield Name(self.key, iuliia.MVD_310_FR.translate(self.name))
        yield Name(self.key, iuliia.WIKIPEDIA.translate(self.name))


def feminine(surname: str) -> str:
    for man, woman in (("ский", "ская"), ("цкий", "цкая"), ("ый", "ая")):
        if surname.endswith(man):
            return surname[: -len(man)] + woman
    return f"{surname}а" if surname.endswith(("ов", "ев", "ёв", "ин", "ын")) else surname


class Town:
    """Draws people; nobody twice."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.surnames = sorted(tables.listed("surnames"))
        self.givens = [name for name in sorted(tables.listed("given")) if len(name) > 2]
        self.random.shuffle(self.surnames)
        self.random.shuffle(self.givens)
        self._by_surname = [1 / (rank + 200) for rank in range(len(self.surnames))]
        self._by_given = [1 / (rank + 20) for rank in range(len(self.givens))]
        self.taken: set[str] = set()

    def people(self, count: int, prefix: str = "p") -> list[Person]:
        found: list[Person] = []
        while len(found) < count:
            surnames = self.random.choices(self.surnames, self._by_surname, k=count)
            givens = self.random.choices(self.givens, self._by_given, k=count)
            for given, surname in zip(givens, surnames, strict=True):
                woman = given.endswith(FEMALE)
                person = Person(f"{prefix}{len(found)}", given, feminine(surname) if woman else surname, woman)
                if person.name not in self.taken and len(found) < count:
                    self.taken.add(person.name)
                    found.append(person)
        return found
