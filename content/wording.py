"""Doubts about how a text tells: private matters, long quotations, figures that a translation changed.

Patterns for English, Russian and Kazakh. A doubt asks an editor to look once more; a sentence may well be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from content.strict_yaml import Loc

LONGEST_QUOTATION = 200
"""Characters between quotation marks; what is longer is told in one's own words."""


@dataclass(frozen=True, slots=True)
class Private:
    """A matter that belongs on nobody's card, and the words that betray it, casefolded; `|` ends a whole word."""

    what: str
    words: tuple[str, ...]

    def in_(self, folded: str) -> str | None:
        """The first of the words that stands in a casefolded text."""
        for word in self.words:
            stem = word.removesuffix("|")
            end = "" if stem == word else r"(?!\w)"
            if stem in folded and re.search(rf"(?<!\w){stem}{end}", folded):
                return stem
        return None


PRIVATE = (
    Private(
        "health",
        (
            *("hospital", "diagnos", "illness", "cancer|", "pregnan", "psychiatr", "tubercul", "disabilit", "hiv|"),
            *("больниц", "диагноз", "заболе", "болезн", "беременн", "психиатр", "туберкул", "инвалид", "вич|"),
            *("аурухана", "сырқат", "жүкті", "мүгедек"),
        ),
    ),
    Private(
        "religion",
        (
            *("muslim", "christian|", "christians|", "jehovah", "baptist", "mosque", "islam", "catholic|"),
            *("мусульман", "христиан", "иегов", "баптист", "мечет", "ислам", "верующ", "мұсылман", "мешіт"),
        ),
    ),
    Private(
        "relatives",
        (
            *("husband", "wife|", "spouse", "brother", "sister", "nephew", "niece|", "his father", "her father"),
            *("his mother", "her mother", "мужа|", "мужем|", "её муж|", "жена|", "жену|", "женой|", "супруг"),
            *("брат|", "брата|", "братом|", "сестра|", "сестру|", "сестры|", "племянни", "его отец", "её отец"),
            *("его мать", "её мать", "күйеуі", "жұбайы", "ағасы", "інісі", "әпкесі", "сіңлісі", "қарындасы"),
        ),
    ),
    Private(
        "a place of work or study",
        (
            *("student at", "studies at", "studied at", "pupil of", "works at", "worked at", "works for", "employed"),
            *("студент", "учится в", "училась в", "учился в", "работает в", "работала в", "работал в"),
            *("оқиды|", "оқитын|", "жұмыс істейді", "жұмыс істеген"),
        ),
    ),
)
_QUOTED = re.compile(r"“([^”]*)”|«([^»]*)»|\"([^\"]*)\"")
_GROUPS = re.compile(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))")
_FIGURE = re.compile(r"\d+", re.ASCII)


def texts_of(value: object, loc: Loc = ()) -> Iterator[tuple[Loc, dict[str, str]]]:
    """Every text that is given by language, with its Loc."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts_of(getattr(value, name), (*loc, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from texts_of(item, (*loc, index))
    elif isinstance(value, dict):
        if all(isinstance(item, str) for item in value.values()):
            yield loc, value
        else:
            for key, item in value.items():
                yield from texts_of(item, (*loc, key))


def wording(text: Mapping[str, str]) -> Iterator[str]:
    """What is doubtful in one text given by language, one sentence each."""
    for each in text.values():
        folded = each.casefold()
        for private in PRIVATE:
            found = private.in_(folded)
            if found is not None:
                yield f"{found!r} may be a matter of {private.what}; expected none on anybody's card"
        longest = max((len("".join(match.groups(""))) for match in _QUOTED.finditer(each)), default=0)
        if longest > LONGEST_QUOTATION:
            yield f"a quotation of {longest} characters; expected at most {LONGEST_QUOTATION}, the rest in own words"
    yield from _figures_differ(text)


def _figures_differ(text: Mapping[str, str]) -> Iterator[str]:
    first, *others = text
    wanted = figures(text[first])
    for language in others:
        differ = sorted(wanted ^ figures(text[language]), key=int)
        if differ:
            yield f"{', '.join(differ[:3])} in {first} or in {language} alone; expected the same figures in both"


def figures(text: str) -> frozenset[str]:
    """The numbers in a text, thousands joined: `4,000`, `4 000` and `4000` are one."""
    return frozenset(_FIGURE.findall(_GROUPS.sub("", text)))
