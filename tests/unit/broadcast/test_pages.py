"""How large a page of fan-out is: a table."""

from __future__ import annotations

import pytest

from bot.broadcast.pages import LEAST, MOMENT, MOST, Pages


@pytest.mark.parametrize(
    ("size", "seconds", "then"),
    [
        (LEAST, 0.001, 2 * LEAST),
        (LEAST, MOMENT, LEAST),
        (4000, MOMENT * 2, 2000),
        (4000, MOMENT / 1.5, 6000),
        (8000, 0.0, MOST),
        (8000, 2.0, LEAST),
        (LEAST, 60.0, LEAST),
    ],
)
def test_a_page_grows_and_shrinks_with_the_time_that_it_takes(size: int, seconds: float, then: int) -> None:
    pages = Pages(size)
    pages.took(seconds)
    assert pages.size == then
