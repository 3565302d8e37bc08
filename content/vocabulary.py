"""The words around a question and the endings of words, from `vocabulary.yaml`.

Words are compared in Latin letters without diacritics and without endings, so that case forms of Russian and
Kazakh, and a keyboard without Kazakh letters, do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anyascii import anyascii

from content.strict_yaml import Tree, read

FILE = Path(__file__).parent / "vocabulary.yaml"
SHORTEST_STEM = 3
LONGEST_WORD = 32
CHAIN = 3
"""Endings that a Kazakh word may carry one after another."""
NUMBER_SIGN = "#"
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[№#]")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    markers: frozenset[str]
    """What calls for a declaration beside a number: stems."""
    around: frozenset[str]
    """What a question says besides its subject: folded words."""
    once: frozenset[str]
    chain: frozenset[str]

    def stems(self, word: str) -> frozenset[str]:
        """A folded word, and what is left of it without its endings."""
        found = {word, *_peeled(word, self.once)}
        newest = {word}
        for _ in range(CHAIN):
            newest = {stem for longer in newest for stem in _peeled(longer, self.chain)}
            found |= newest
        return frozenset(found)

    def is_around(self, word: str) -> bool:
        return word in self.around


def _peeled(word: str, endings: frozenset[str]) -> Iterator[str]:
    for length in range(1, min(5, len(word) - SHORTEST_STEM) + 1):
        if word[-length:] in endings:
            yield word[:-length]


def fold(word: str) -> str:
    """In small Latin letters; digits stay; `№` becomes `#`. ғ қ ң fold like г к н, which many keyboards have alone."""
    if word in "№#":
        return NUMBER_SIGN
    latin = re.sub(r"[^a-z0-9]", "", anyascii(word[:LONGEST_WORD]).lower())
    return re.sub("n?g[gh]*", lambda found: "n" if found[0][0] == "n" else "g", latin.replace("q", "k"))


def tokens(text: str) -> list[str]:
    """The folded words, numbers and number signs of a text, in its order."""
    return [folded for word in _TOKEN.findall(text) if (folded := fold(word))]


@cache
def vocabulary() -> Vocabulary:
    """The shipped words; read once a process."""
    given, flaws = read(FILE.read_text(encoding="utf-8"))
    if not isinstance(given, dict) or flaws:
        raise ValueError(f"{FILE.name}: {flaws[0].message if flaws else 'not a map'}")
    endings = {kind: frozenset(map(fold, _texts(given["endings"], kind))) - {""} for kind in ("once", "chain")}
    around = frozenset(map(fold, _texts(given["around"])))
    bare = Vocabulary(frozenset(), around, endings["once"], endings["chain"])
    markers = map(fold, _texts(given["declaration"]))
    stems = {stem for word in markers for stem in (bare.stems(word) if len(word) > SHORTEST_STEM else {word})}
    return Vocabulary(frozenset(stems | {NUMBER_SIGN}), around, endings["once"], endings["chain"])


def _texts(tree: Tree, kind: str = "") -> Iterator[str]:
    """All texts of a tree; with `kind`, those under this key alone."""
    if isinstance(tree, str):
        yield from () if kind else (tree,)
    elif isinstance(tree, list):
        for item in tree:
            yield from _texts(item, kind)
    elif isinstance(tree, dict):
        for key, item in tree.items():
            yield from _texts(item, "" if key == kind else kind)
