"""Long cards in parts, long lists in pages. A screen is always one message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.views.view import Text

T = TypeVar("T")

PART_UNITS = 3900
"""UTF-16 units of a part; Telegram takes 4096, the rest is for what every part carries."""
PART_ENTITIES = 90
ROW = 8
"""Buttons that Telegram shows in a row."""
PAGE = 8
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
            packed.append(Text().add(block.lead) if block.lead is not None else Text())
        packed[-1].add(block)
    return packed


def page_of(items: Sequence[T], page: int) -> tuple[Sequence[T], int, int]:
    """The items of a page, the page itself brought into range, and how many pages there are."""
    pages = max(1, -(-len(items) // PAGE))
    page = min(max(page, 0), pages - 1)
    return items[page * PAGE : (page + 1) * PAGE], page, pages


def near_pages(page: int, pages: int) -> list[int]:
    """At most eight pages to jump to, as many as a row has buttons: all of them, or the first, the last and
    those around this one."""
    if pages <= ROW:
        return list(range(pages))
    middle = min(max(page - 2, 1), pages - ROW + 1)
    return [0, *range(middle, middle + ROW - 2), pages - 1]
