"""What one file's text may not say, whatever its fields: ids that lead nowhere, harm, texts too long to send.

Looks at the plain tree, so that a record with other faults has these named too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from content.fields import LONGEST_PROSE
from content.harm import harm_in, harms_near
from content.strict_yaml import Loc, Tree

REFERENCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "sources": {},
        "people": {"role_sources": "sources", "sources": "sources", "source": "sources"},
        "cases": {
            "people": "people",
            "summary_sources": "sources",
            "sources": "sources",
            "related": "cases",
            "part_of": "cases",
        },
        "declarations": {"sources": "sources", "people": "people", "cases": "cases", "related": "declarations"},
        "updates": {"sources": "sources", "people": "people", "cases": "cases", "declarations": "declarations"},
    }
)
"""Kind -> the fields, at any depth of its records, that hold ids -> the kind that these name."""
CODES = frozenset(
    {"id", "kind", "status", "basis", "naming_basis", "language", "unreviewed", "number"}
    | {"checked", "seen", "review_by", "date", "summary_date", "published"}
)
"""Fields that hold neither prose nor ids of others: a fault of their own, if they say anything unforeseen."""

Known = Mapping[str, Set[str]]
"""Kind -> the ids of its files."""


class Wrong(NamedTuple):
    loc: Loc
    message: str


Leaf = tuple[Loc, str, str]
"""A text's Loc, the nearest key above it that is a field's name (no language, no index), and itself."""


def survey(tree: Tree, kind: str, known: Known) -> Iterator[Wrong]:
    """Each fault with its Loc; in no particular order."""
    references = REFERENCES[kind]
    leaves, lists = _walk(tree)
    prose: list[Leaf] = []
    for leaf in leaves:
        target = references.get(leaf[1])
        if target is None:
            if leaf[1] not in CODES:
                prose.append(leaf)
        elif leaf[2] not in known[target]:
            yield Wrong(leaf[0], _dangling(leaf[2], target, known[target]))
    for loc, items in lists:
        if loc and loc[-1] in references:
            yield from _repeated(loc, items)
    yield from _harmful(prose)
    for loc, _, text in prose:
        # A text of more characters than that is a fault of its field.
        units = utf16_units(text.strip()) if LONGEST_PROSE // 2 < len(text) <= LONGEST_PROSE else 0
        if units > LONGEST_PROSE:
            yield Wrong(loc, f"{units} UTF-16 units, too long for a message; expected at most {LONGEST_PROSE}")


def utf16_units(text: str) -> int:
    """As Telegram counts: two for each character beyond U+FFFF."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _walk(tree: Tree) -> tuple[list[Leaf], list[tuple[Loc, list[Tree]]]]:
    """Every text, and every list of more than one, with their Locs."""
    leaves: list[Leaf] = []
    lists: list[tuple[Loc, list[Tree]]] = []
    waiting: list[tuple[Loc, str, Tree]] = [((), "", tree)]
    while waiting:
        loc, field, node = waiting.pop()
        if isinstance(node, str):
            leaves.append((loc, field, node))
        elif isinstance(node, dict):
            for key, value in node.items():
                # Below the top, what has up to three letters is a language.
                below = field if field in CODES or (field and len(key) <= 3) else key
                waiting.append(((*loc, key), below, value))
        elif isinstance(node, list):
            if len(node) > 1:
                lists.append((loc, node))
            for index, value in enumerate(node):
                waiting.append(((*loc, index), field, value))
    return leaves, lists


def _dangling(id_: str, target: str, known: Set[str]) -> str:
    near = get_close_matches(id_, known, n=1, cutoff=0.8) if len(known) <= 1000 else []
    expected = f"{near[0]}, or another that is there" if near else "one that is there"
    return f"no {id_[:40]!r} in {target}; expected {expected}"


def _repeated(loc: Loc, items: list[Tree]) -> Iterator[Wrong]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if isinstance(item, str):
            if item in seen:
                yield Wrong((*loc, index), f"{item[:40]!r} a second time; expected each id once")
            seen.add(item)


def _harmful(prose: list[Leaf]) -> Iterator[Wrong]:
    among = harms_near("\0".join([text for _, _, text in prose]))
    for loc, field, text in prose if among else ():
        harm = harm_in(text, address=field == "url", among=among)
        if harm is not None:
            yield Wrong(loc, harm)
