"""One word in any script -> the few small words in which all its spellings meet.

The alphabet of the fold: a e i o u, b v g d j z k l m n p r s t f h, c (ц), q (ч), x (ш, щ); j is ж and дж.
Which letters lead where, and by which standard, stands in `tables/`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product

from anyascii import anyascii

from content.names import tables

LONGEST = 32
"""Letters of a word that count; a longer one is nobody's name."""
MOST = 8
"""Readings of one ambiguous Latin word."""
_DOUBLED = re.compile(r"(.)\1+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
_WHOLLY_CYRILLIC = re.compile("[\u0400-\u052f]+")
_OTHER = re.compile("[^a-z\u00df-\u024f\u1e00-\u1eff\u0400-\u052f]")


def is_cyrillic(word: str) -> bool:
    return _CYRILLIC.search(word) is not None


def folds(word: str) -> tuple[str, ...]:
    """The readings of one word, likeliest first; none for a word without letters. Any case, any script."""
    word = plain(word)
    if not word:
        return ()
    return tuple(dict.fromkeys(fold for reading in _unsettled(word) if (fold := settle(reading))))


def loose(word: str) -> tuple[str, ...]:
    """Folds of a word that may be mistyped: with its doubled letters, and with any one letter left out before folding.

    A slip inside `sh` or `ya` changes several letters of a fold; left out before, it changes one.
    """
    word = plain(word)
    shorter = dict.fromkeys(word[:at] + word[at + 1 :] for at in range(len(word)))
    found = [reading for one in (word, *shorter) for reading in _unsettled(one)[:2]]
    return tuple(dict.fromkeys(fold for fold in (*found, *map(settle, found)) if len(fold) > 1))


def _unsettled(word: str) -> list[str]:
    return [_cyrillic(word)] if is_cyrillic(word) else _readings(word)


def plain(word: str) -> str:
    """Small letters of one script, at most 32: look-alikes as they were meant, foreign scripts in Latin."""
    word = word[: 2 * LONGEST].lower()
    if not word.isascii():
        word = unicodedata.normalize("NFC", word)
    if _WHOLLY_CYRILLIC.fullmatch(word) is None and not (word.isascii() and word.isalpha()):
        word = _one_script(word)
    return word[:LONGEST]


def _one_script(word: str) -> str:
    there = _CYRILLIC.search(word) is not None
    if there and all(map(_CYRILLIC.match, filter(str.isalpha, word.translate(tables.lookalikes()[0])))):
        return "".join(c for c in word.translate(tables.lookalikes()[0]) if c.isalpha())
    latin = word.translate(tables.lookalikes()[1]) if there or not word.isalpha() else word
    if _OTHER.search(latin) or _CYRILLIC.search(latin):
        latin = "".join(c if _LATIN.match(c) else anyascii(c).lower() for c in latin)
    return "".join(c for c in latin if c.isalpha())


def settle(fold: str) -> str:
    """Doubled letters once, and "ie" as "e": what no two conventions agree on."""
    fold = _DOUBLED.sub(r"\1", fold)
    return _DOUBLED.sub(r"\1", fold.replace("ie", "e")) if "ie" in fold else fold


@lru_cache(maxsize=1)
def _letters() -> tuple[dict[int, str], tuple[tuple[str, str], ...]]:
    rules = tables.cyrillic()
    groups = tuple((letters, fold) for letters, fold in rules.items() if len(letters) > 1)
    return {ord(letter): fold for letter, fold in rules.items() if len(letter) == 1}, groups


def _cyrillic(word: str) -> str:
    single, groups = _letters()
    for letters, fold in groups:
        if letters in word:
            word = word.replace(letters, fold)
    word = word.translate(single)
    return word if word.isascii() else re.sub("[^a-z]", "", anyascii(word).lower())


def fold_lines(names: str) -> list[str]:
    """The folds of Cyrillic names, one a line, in a fraction of the time that `folds` takes for each."""
    return [fold for fold in settle(_cyrillic(names.lower())).split("\n") if fold]


@lru_cache(maxsize=1)
def _groups() -> re.Pattern[str]:
    longest_first = sorted(tables.latin(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) + "|.")


def _readings(word: str) -> list[str]:
    """A Latin word read letter group by letter group; where a group is ambiguous, each way, at most eight."""
    rules = tables.latin()
    parts = [rules.get(group) or _unknown(group) for group in _groups().findall(word)]
    if all(len(part) == 1 for part in parts):
        return ["".join(part[0] for part in parts)]
    ways = 1
    for part in parts:
        ways *= len(part)
    if ways > MOST:
        parts = _fewer(parts)
    return ["".join(reading) for reading in product(*parts)]


def _fewer(parts: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Drops the unlikeliest readings of the last groups until at most eight ways are left."""
    ways, kept = 1, []
    for part in parts:
        room = max(1, MOST // ways)
        kept.append(part[:room])
        ways *= len(kept[-1])
    return kept


def _unknown(letter: str) -> tuple[str, ...]:
    base = unicodedata.normalize("NFD", letter)[0]
    return tables.latin().get(base) or (re.sub("[^a-z]", "", anyascii(letter).lower()),)


_FINE = str.maketrans(
    {"ё": "е", "ә": "а", "ғ": "г", "ґ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и"}
    | {"ї": "и", "є": "е"}
)


def fine(word: str) -> str:
    """A Cyrillic word with only its spelling conventions levelled: Kazakh letters as Russian writes them."""
    return _DOUBLED.sub(r"\1", plain(word).replace("дж", "ж").translate(_FINE))
