"""What a button may carry: whatever somebody sends in its place is read as itself, or as no button at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.views.callback import LIMIT, Action, Callback, pack, unpack

NEAR = st.from_regex(r"\A1?[a-z]{0,4}\.?[A-Za-z]{0,4}(\.[A-Za-z0-9-]{0,50}){0,6}\Z")
"""Nearly, or quite, as the bot writes them."""


@given(st.one_of(st.text(max_size=80), NEAR))
@example("1en.a\n")
@example("1en.st." + "a" * 57)
@example("1en.st." + "a" * 58)
@example("1ен.st")
@example("1en.st.٣")
def test_it_is_read_as_what_it_is_or_not_at_all(data: str) -> None:
    found = unpack(data)
    if found is not None:
        assert pack(found.language, found.action, *found.args) == data
        assert len(data.encode()) <= LIMIT
        assert 0 <= found.number(0) <= 99_999


@given(
    st.sampled_from(Action),
    st.lists(st.one_of(st.text(max_size=50), st.from_regex(r"\A[A-Za-z0-9-]{0,44}\Z"), st.integers()), max_size=5),
)
def test_what_is_written_is_read_back_or_refused(action: Action, args: list[object]) -> None:
    try:
        data = pack("en", action, *args)
    except ValueError:
        return
    assert unpack(data) == Callback("en", action, tuple(map(str, args)))


@pytest.mark.parametrize("data", [None, "", "1", "0en.st", "1en.zz", "1en", "1en.st.a.b.c.d.e", "1EN.st", "x" * 65])
def test_what_is_no_button(data: str | None) -> None:
    assert unpack(data) is None
