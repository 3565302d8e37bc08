"""Any text with any formatting: what readers get is what was typed, or it is refused with a reason beforehand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox import limits
from bot.sandbox.refusal import Refusal
from bot.views.draft import Attached, Draft, Written, pack_draft, unpack_draft
from bot.views.outgoing import fault, outgoing
from bot.views.scene import House, Scene
from bot.views.view import Entity, units
from bot.views.words import load_words
from bot.wire.fields import fields
from content.library import Library

STYLES = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
]
OTHERS = ["text_link", "url", "mention", "hashtag", "custom_emoji", "text_mention", "unheard_of"]
LETTERS = [
    "a",
    "Суд ",
    "😀",
    "👨\u200d👩\u200d👧",
    "🇰🇿",
    "e\u0301",
    "שלום",
    "عالم",
    "\u202b",
    "\u202c",
    "\u200d",
    "\ufe0f",
]
SIGNS = ["\n", "\n\n", "\t", " ", "<b>", "&amp;", "*", "_", "\\", "`", "]", "https://example.org/?a=1&b=2"]
BROKEN = ["\ud83d", "\x00", "\x07", "\u2028"]
KINDS = STYLES + OTHERS
PIECES = st.sampled_from(LETTERS + SIGNS + BROKEN)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join) | st.tuples(
    st.sampled_from(["x", "я", "😀"]), st.integers(1000, 4200)
).map(lambda made: made[0] * made[1])


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene(load_words()["en"], Library.build([]), House("", "", "", "", ""), date(2026, 11, 26), None)


def entity(kind: str, offset: int, length: int) -> Entity:
    url = "https://example.org/" if kind == "text_link" else None
    return Entity(kind, offset, length, url)


ENTITIES = st.lists(
    st.builds(entity, st.sampled_from(KINDS), st.integers(-1, 60), st.integers(0, 60)), max_size=6
) | st.integers(98, 205).map(lambda many: [entity("text_link", number, 1) for number in range(many)])


@given(text=TEXTS, given_entities=ENTITIES, picture=st.booleans())
@settings(deadline=None, max_examples=400)
def test_it_arrives_as_it_was_typed_or_is_refused(
    scene: Scene, text: str, given_entities: list[Entity], picture: bool
) -> None:
    written = Written(text, tuple(given_entities))
    reason = fault(scene, written, caption=picture)
    if reason is not None:
        assert reason.endswith(".")
        return
    media = Attached("photo", "file") if picture else None
    kept = unpack_draft(pack_draft(Draft({"en": written}, media=media)))
    sent = fields(outgoing(scene, kept))
    name, marks = ("caption", "caption_entities") if picture else ("text", "entities")
    assert sent[name] == text
    typed = [one for one in given_entities if one.kind not in ("url", "mention", "hashtag")]
    got = [(one["type"], one["offset"], one["length"], one.get("url")) for one in sent.get(marks, [])]
    assert [one for one in got if one[0] not in ("url", "mention", "hashtag")] == [
        (one.kind, one.offset, one.length, one.url) for one in typed
    ]
    taken = limits.caption(sent) if picture else limits.content(sent)
    assert (taken[name], len(taken.get(marks, []))) == (text, len(got))


@pytest.mark.parametrize(("units_of", "caption"), [(4096, False), (1024, True)])
def test_the_limit_is_exact_also_with_an_emoji_at_the_edge(scene: Scene, units_of: int, caption: bool) -> None:
    fits, too_long = "x" * (units_of - 2) + "😀", "x" * (units_of - 1) + "😀"
    assert fault(scene, Written(fits), caption=caption) is None
    assert f"the text has {units(too_long)} characters" in str(fault(scene, Written(too_long), caption=caption))
    take = limits.caption if caption else limits.content
    name = "caption" if caption else "text"
    assert take({name: fits})[name] == fits
    with pytest.raises(Refusal, match="too long"):
        take({name: too_long})


def test_two_hundred_plain_addresses_arrive_and_two_hundred_links_are_refused(scene: Scene) -> None:
    text = " ".join(f"https://a.kz/{number}" for number in range(200))
    starts = [at for at in range(len(text)) if text.startswith("https://a.kz", at)]
    hundred = tuple(entity("url", at, len("https://a.kz/1")) for at in starts[:100])
    written = Written(text, hundred)  # Telegram marks the first hundred, and no more
    assert fault(scene, written) is None
    assert fields(outgoing(scene, Draft({"en": written})))["text"] == text
    links = Written(text, tuple(entity("text_link", at, 5) for at in starts))
    assert fault(scene, links) == "200 pieces of formatting; Telegram takes 100."
