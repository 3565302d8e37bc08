"""One way from a View to Bot API fields, and no view over a limit gets through."""

from __future__ import annotations

import pytest

from bot.views.view import Button, Entity, Text, View
from bot.wire.fields import edit_fields, fields


def test_a_view_becomes_fields() -> None:
    view = Text().plain("😀 ").bold("b").link("l", "https://x.y/").view((Button("go", data="1en.h"),))
    assert fields(view) == {
        "text": "😀 bl",
        "entities": [
            {"type": "bold", "offset": 3, "length": 1},
            {"type": "text_link", "offset": 4, "length": 1, "url": "https://x.y/"},
        ],
        "reply_markup": {"inline_keyboard": [[{"text": "go", "callback_data": "1en.h"}]]},
        "link_preview_options": {"is_disabled": True},
    }


def test_an_edit_has_no_fields_of_sending() -> None:
    view = View("x", silent=True, protect=True)
    assert {"disable_notification", "protect_content"} <= set(fields(view))
    assert set(edit_fields(view)) == {"text", "link_preview_options"}


TOO_MUCH = [
    (View(" \n"), "without text"),
    (View("😀" * 2049), "4098 UTF-16 units"),
    (View("a" * 200, tuple(Entity("bold", i, 1) for i in range(101))), "101 entities"),
    (View("a", (Entity("bold", 0, 2),)), "leaves the text"),
    (View("a", rows=((Button("x", data="ы" * 33),),)), "66 bytes"),
    (View("a", rows=((Button("x"),),)), "exactly one"),
    (View("a", rows=((Button(" ", data="1"),),)), "needs a text"),
    (View("a", rows=((Button("x", copy="y" * 257),),)), "257 characters"),
    (View("a", rows=(tuple(Button("x", data="1") for _ in range(9)),)), "row of 9"),
    (View("a", rows=tuple((Button("x", data="1"),) for _ in range(101))), "101 buttons"),
]


@pytest.mark.parametrize(("view", "reason"), TOO_MUCH, ids=[row[1] for row in TOO_MUCH])
def test_limits(view: View, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fields(view)
