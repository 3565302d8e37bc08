"""The board of /stats as a PNG: light, and with letters that can be read on a phone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.views.stats import Bar, Board, Group

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FONTS = Path(__file__).parent / "fonts"
WIDTH, EDGE = 1080, 60
"""Pixels. A phone shows the whole width in about 390 of its points: 34 here are 12 there."""
PAPER, INK, SOFT, LINE, BLUE, PALE = "#ffffff", "#1b1f24", "#59636e", "#d8dee4", "#1f6feb", "#b6d3fb"
SMALL, MIDDLE, LARGE, HUGE = 34, 38, 44, 120
SMALLEST = 22
HEAD, TITLE, GAP = 264, 86, 48
BAR, STEP = 26, 88
TALL = 190
COLOURS = 64
STUB = 6
"""Pixels of a bar that stands for fewer than ten."""


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top and width of a place in the picture."""

    x: int
    y: int
    wide: int


@lru_cache(maxsize=16)
def _font(size: int, *, bold: bool = False) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size)


def draw(board: Board) -> bytes:
    """Takes some 50 ms of a core: to be called off the loop. The library is loaded at the first call."""
    from PIL import Image, ImageDraw

    rows = list(_rows(board))
    high = HEAD + sum(max(map(_height, row)) for row in rows) + SMALL + EDGE
    image = Image.new("RGB", (WIDTH, high), PAPER)
    pen = ImageDraw.Draw(image)
    _head(pen, board)
    y = HEAD
    for row in rows:
        pen.line((EDGE, y, WIDTH - EDGE, y), LINE, 2)
        for place, group in enumerate(row):
            wide = (WIDTH - 2 * EDGE - GAP * (len(row) - 1)) // len(row)
            _group(pen, group, Box(EDGE + place * (wide + GAP), y, wide))
        y += max(map(_height, row))
    pen.text((EDGE, y), board.note, SOFT, _fitting(pen, board.note, SMALL, WIDTH - 2 * EDGE))
    out = io.BytesIO()
    image.quantize(COLOURS).save(out, "PNG")
    return out.getvalue()


def _rows(board: Board) -> Iterator[tuple[Group, ...]]:
    waiting: Group | None = None
    for group in board.groups:
        if not group.half:
            yield (group,)
        elif waiting is None:
            waiting = group
        else:
            yield waiting, group
            waiting = None
    if waiting is not None:
        yield (waiting,)


def _height(group: Group) -> int:
    return TITLE + (TALL + 110 if group.upright else STEP * len(group.bars)) + GAP // 2


def _head(pen: ImageDraw, board: Board) -> None:
    pen.text((EDGE, EDGE), board.title, INK, _font(LARGE, bold=True))
    pen.text((WIDTH - EDGE, EDGE), board.day, SOFT, _font(SMALL), anchor="ra")
    pen.text((EDGE, EDGE + 62), board.headline, BLUE, _fitting(pen, board.headline, HUGE, WIDTH - 2 * EDGE, bold=True))


def _group(pen: ImageDraw, group: Group, box: Box) -> None:
    pen.text((box.x, box.y + 22), group.title, INK, _fitting(pen, group.title, MIDDLE, box.wide, bold=True))
    below = replace(box, y=box.y + TITLE)
    if group.upright:
        _upright(pen, group, below)
    else:
        _lying(pen, group, below)


def _lying(pen: ImageDraw, group: Group, box: Box) -> None:
    """Label and figure above each bar."""
    most, y = max((bar.count for bar in group.bars), default=0), box.y
    for bar in group.bars:
        pen.text((box.x + box.wide, y), bar.told, INK, _font(SMALL, bold=True), anchor="ra")
        room = box.wide - pen.textlength(bar.told, _font(SMALL, bold=True)) - 16
        pen.text((box.x, y), bar.label, INK, _fitting(pen, bar.label, SMALL, room))
        length = max(STUB, round(bar.count / most * box.wide)) if bar.count else STUB
        _fill(pen, bar, Box(box.x, y + 44, length))
        y += STEP


def _fill(pen: ImageDraw, bar: Bar, box: Box) -> None:
    """Of a broadcast, what was delivered stands out from the whole."""
    full = PALE if bar.part is not None else BLUE
    pen.rectangle((box.x, box.y, box.x + box.wide, box.y + BAR), full if bar.count else LINE)
    if bar.part and bar.count:
        pen.rectangle((box.x, box.y, box.x + round(box.wide * bar.part), box.y + BAR), BLUE)


def _upright(pen: ImageDraw, group: Group, box: Box) -> None:
    most, wide = max((bar.count for bar in group.bars), default=0), box.wide / max(1, len(group.bars))
    foot, end = box.y + 44 + TALL, len(group.bars) - 1
    named = False
    for place, bar in enumerate(group.bars):
        left = box.x + place * wide
        high = max(STUB, round(bar.count / most * TALL)) if bar.count else STUB
        pen.rectangle((left + 8, foot - high, left + wide - 8, foot), BLUE if bar.count else LINE)
        if bar.count == most and most and not named:
            middle = min(max(left + wide / 2, box.x + 60), box.x + box.wide - 60)
            pen.text((middle, foot - high - 8), bar.told, INK, _font(SMALL, bold=True), anchor="ms")
            named = True
        if place == end:
            pen.text((box.x + box.wide, foot + 12), bar.label, SOFT, _font(SMALL), anchor="ra")
        elif place % 4 == 0:
            pen.text((left + 8, foot + 12), bar.label, SOFT, _font(SMALL))


def _fitting(pen: ImageDraw, text: str, size: int, room: float, *, bold: bool = False) -> FreeTypeFont:
    """The largest letters, from `size` down, in which the text fits."""
    while size > SMALLEST and pen.textlength(text, _font(size, bold=bold)) > room:
        size -= 2
    return _font(size, bold=bold)
