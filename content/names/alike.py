"""When two names are one to a reader: for those who write records, and wish to know before a reader does."""

from __future__ import annotations

from itertools import islice, product

from content.names.fold import MOST, folds
from content.names.words import split


def readings(name: str) -> frozenset[str]:
    """The forms in which spellings of one name meet, words in any order; names that share one are asked for alike.

    At most eight; none for a text without letters.
    """
    words = [found for word in split(name) if (found := folds(word))]
    return frozenset(" ".join(sorted(reading)) for reading in islice(product(*words), MOST)) - {""}
