"""Long cards in parts, long lists in pages. A screen is always one message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.views.view import Text

T = TypeVar("T")

PART_UNITS = 3500
"""UTF-16 units of a part; Telegram takes 4096, the rest is for what every part carries."""
PART_ENTITIES = 90
PAGE = 6
"""Rows of a list on one page."""


def parts(blocks: Iterable[Text]) -> list[Text]:
    """Packs blocks, none of them split, into as few parts as their order allows. A block over the limit, which
    `dauys check` refuses, stands alone."""
    packed: list[Text] = [Text()]
    for block in blocks:
        units, entities = block.size
        used_units, used_entities = packed[-1].size
        full = used_units + units > PART_UNITS or used_entities + entities > PART_ENTITIES
        if full and used_units:
            packed.append(Text())
        packed[-1].add(block)
    return packed


def page_of(items: Sequence[T], page: int) -> tuple[Sequence[T], int, int]:
    """The items of a page, the page itself brought into range, and how many pages there are."""
    pages = max(1, -(-len(items) // PAGE))
    page = min(max(page, 0), pages - 1)
    return items[page * PAGE : (page + 1) * PAGE], page, pages
