"""A question -> its words, in order, with what their writing tells."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from content.names import tables
from content.names.fold import folds, is_cyrillic

LONGEST = 4096
"""Characters of a question that are read."""
MOST = 700
"""Words of a question that are read; 4,096 characters of prose have fewer."""
_MARKS = "'’ʼ`´ʹ″‘"
_WORD = re.compile(rf"[^\W_]+(?:[{_MARKS}][^\W_]+)*")
_QUOTES = re.compile(rf"[{_MARKS}]")
_POSSESSIVE = re.compile(rf"[{_MARKS}]s$", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[^\W\d_A-ZА-ЯӘҒҚҢӨҰҮҺІ])(?=[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])")


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    """As typed."""
    folds: tuple[str, ...]
    at: int
    """Its place among the words of the question."""
    cyrillic: bool
    capital: bool
    initial: bool
    """One letter, which may begin a name."""
    stop: bool
    """A word of questions in general."""


def split(text: str) -> list[str]:
    """Words of a text: hashtags and glued capitals parted, apostrophes inside a word dropped."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    found: list[str] = []
    for word in _WORD.findall(text):
        bare = _QUOTES.sub("", _POSSESSIVE.sub("", word))
        humps = _HUMP.split(bare) if not (bare.islower() or bare.isupper() or bare.istitle()) else [bare]
        found += humps if all(len(hump) > 1 for hump in humps) else [bare]
        if len(found) > MOST:
            break
    return found[:MOST]


def read(question: str) -> list[Word]:
    """Words of a question that may be names: those with letters."""
    found: list[Word] = []
    stop = tables.stopwords()
    for text in split(question[:LONGEST]):
        readings = folds(text)
        if readings:
            word = Word(
                text, readings, len(found), is_cyrillic(text), text[0].isupper(), len(text) == 1, text.lower() in stop
            )
            found.append(word)
    return found


def meant(question: str) -> list[str]:
    """The question as it reads if it was typed on another keyboard layout; only readings that differ."""
    small = question[:LONGEST].lower()
    return [text for text in (small.translate(layout) for layout in tables.layouts()) if text != small]
