"""A question -> its words, in order, with what their writing tells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

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
_MARK = re.compile("[\u0300-\u036f]")
_MANY_MARKS = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
_HUMP = re.compile(r"(?<=[^\W\d_A-ZА-ЯӘҒҚҢӨҰҮҺІ])(?=[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])")
_APART = re.compile(r"[,;:!?\n()\[\]|/•—–]|\s-\s")
_HYPHEN = re.compile(r"[-‐‑]")
_LETTERS_OF_ONE = frozenset({"ya", "yu", "yo", "ye", "ia", "iu", "io", "ja", "ju", "jo"})
"""Latin for one Cyrillic letter (я, ю, ё, е), which the fold spells with two."""
LONG_INITIAL = 4


class Piece(NamedTuple):
    """A word as it stands in a text."""

    text: str
    apart: bool
    """Something stands before it that parts phrases: a comma, a bracket, the end of a sentence or line."""
    tied: bool
    """A hyphen ties it to the word before."""
    dotted: bool
    """A full stop follows at once."""
    begin: int
    end: int
    """Its place among the characters of the normalised text."""


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
    """One letter, or the Latin of one, which may begin a name."""
    stop: bool
    """A word of questions in general; "К." with its full stop is an initial, the end of "г-н" is none."""
    apart: bool = False
    tied: bool = False


def normal(text: str) -> str:
    """Compatible characters as one, so that a word is found however it was typed; marks that join nothing dropped."""
    if text.isascii():
        return text
    return _MARK.sub("", unicodedata.normalize("NFKC", _MANY_MARKS.sub(r"\1", text)))


def pieces(text: str) -> Iterator[Piece]:
    """Words of a normalised text: hashtags and glued capitals parted, apostrophes inside a word dropped."""
    last = 0
    before = ""
    for match in _WORD.finditer(text):
        between = text[last : match.start()]
        apart = bool(last) and (_APART.search(between) is not None or _ends_sentence(before, between))
        tied = bool(last) and _HYPHEN.fullmatch(between) is not None
        word = match.group()
        bare = _QUOTES.sub("", _POSSESSIVE.sub("", word))
        yield from _humps(bare, Piece(bare, apart, tied, text.startswith(".", match.end()), match.start(), match.end()))
        last, before = match.end(), word


def _ends_sentence(before: str, between: str) -> bool:
    return len(between) > 1 and between.startswith((".", "…")) and len(before) >= LONG_INITIAL


def _humps(bare: str, whole: Piece) -> Iterator[Piece]:
    humps = [bare] if bare.islower() or bare.isupper() or bare.istitle() else _HUMP.split(bare)
    if any(len(hump) < 2 for hump in humps):
        humps = [bare]
    for index, hump in enumerate(humps):
        yield whole._replace(text=hump) if index == 0 else whole._replace(text=hump, apart=False, tied=False)


def split(text: str) -> list[str]:
    """The words alone, at most 700."""
    found: list[str] = []
    for piece in pieces(normal(text)):
        found.append(piece.text)
        if len(found) == MOST:
            break
    return found


def read(question: str) -> list[Word]:
    """Words of a question that may be names: those with letters."""
    return [word for word, _ in placed(question)]


def placed(question: str) -> list[tuple[Word, Piece]]:
    """The same, with the place of each among the characters of `normal(question)`."""
    found: list[tuple[Word, Piece]] = []
    apart = False
    for piece in pieces(normal(question[:LONGEST])):
        apart |= piece.apart
        readings = () if piece.text.isdecimal() else folds(piece.text)
        if readings:
            found.append((_word(piece, readings, len(found), apart=apart), piece))
            apart = False
        else:
            apart = True  # a number parts names, as in a numbered list
        if len(found) == MOST:
            break
    return found


def _word(piece: Piece, readings: tuple[str, ...], at: int, *, apart: bool) -> Word:
    text = piece.text
    small = text.lower()
    letter = len(text) == 1 or (len(text) < LONG_INITIAL and (len(readings[0]) == 1 or small in _LETTERS_OF_ONE))
    dotted = letter and text[0].isupper() and piece.dotted
    stop = (small in tables.stopwords() and not dotted) or (letter and piece.tied)
    return Word(text, readings, at, is_cyrillic(text), text[0].isupper(), letter, stop, apart, piece.tied)


def meant(question: str) -> list[str]:
    """The question as it reads if it was typed on another keyboard layout; only readings that differ."""
    small = question[:LONGEST].lower()
    return [text for text in (small.translate(layout) for layout in tables.layouts()) if text != small]
