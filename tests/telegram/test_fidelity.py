"""Whatever an editor types arrives unchanged, or is refused with the reason before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.telegram.desk import drafted, rows, subscribed
from tests.telegram.house import House, Person

HEAD = len("/alert ")
Spans = list[tuple[str, int, int]]


def entities(spans: Spans) -> list[dict[str, Any]]:
    """As Telegram gives them, counted from the command on."""
    more = {"text_link": {"url": "https://example.org/"}, "pre": {"language": "python"}}
    command = {"type": "bot_command", "offset": 0, "length": HEAD - 1}
    typed = [{"type": kind, "offset": HEAD + at, "length": length, **more.get(kind, {})} for kind, at, length in spans]
    return [command, *typed]


ARRIVE: dict[str, tuple[str, Spans]] = {
    "a full message": ("x" * 4094 + "😀", []),
    "an emoji at both edges": ("😀 word 😀", [("bold", 0, 2), ("italic", 8, 2)]),
    "nested": ("one two three", [("bold", 0, 13), ("italic", 4, 9), ("text_link", 8, 5)]),
    "overlapping": ("one two three", [("bold", 0, 7), ("underline", 4, 9)]),
    "right to left": ("שלום \u202bعالم\u202c ok", [("bold", 0, 4), ("spoiler", 6, 4)]),
    "a family and a flag": ("👨‍👩‍👧 🇰🇿", [("bold", 0, 8), ("italic", 9, 4)]),
    "code in a language": ("print()", [("pre", 0, 7)]),
    "a hundred links": ("abcde " * 100, [("text_link", 6 * n, 5) for n in range(100)]),
    "markup that is none": ("<b>& *x* _y_ [z](u)", []),
}
REFUSED: dict[str, tuple[str, Spans, str]] = {
    "a unit too many": ("x" * 4095 + "😀", [], "Telegram takes 4096"),
    "two hundred links": ("abcde " * 200, [("text_link", 6 * n, 5) for n in range(200)], "Telegram takes 100"),
    "half an emoji": ("😀 word", [("bold", 1, 3)], "cuts an emoji in two"),
    "formatting past the end": ("word", [("bold", 2, 9)], "leaves the text"),
    "a custom emoji": ("😀 word", [("custom_emoji", 0, 2)], "a custom emoji"),
}


@pytest.mark.parametrize("name", ARRIVE)
async def test_it_arrives_unchanged(house: House, owner: Person, name: str) -> None:
    (reader,) = await subscribed(house, 1)
    await owner.say("/start")
    text, spans = ARRIVE[name]
    text = text.strip()
    await drafted(owner, text, entities=entities(spans))
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    got = await reader.sees(text[:40])
    assert got["text"] == text
    wanted = [entity | {"offset": entity["offset"] - HEAD} for entity in entities(spans)[1:]]
    assert got.get("entities", []) == wanted


@pytest.mark.parametrize("name", REFUSED)
async def test_it_is_refused_with_the_reason(house: House, owner: Person, name: str) -> None:
    await subscribed(house, 1)
    await owner.say("/start")
    text, spans, reason = REFUSED[name]
    assert reason in await owner.say(f"/alert {text.strip()}", entities=entities(spans))
    assert rows(house, "SELECT payload FROM broadcast") == [("",)]
