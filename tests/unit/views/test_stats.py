"""/stats: what a picture and a text tell of readers, and what nobody can work out from them."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont

from bot.config import SHIPPED_LIBRARY
from bot.views import picture
from bot.views.scene import House, Scene
from bot.views.stats import LEAST, Board, board, rounded, text
from bot.views.view import units
from bot.views.words import LANGUAGES, load_words
from content.loader import load
from storage.records import Audience, Broadcast, BroadcastState, DeliveryState, Figures

TODAY = date(2026, 11, 26)
LIBRARY = load(SHIPPED_LIBRARY)
LETTER = re.compile(r"\S")


def scene(language: str) -> Scene:
    return Scene(load_words()[language], LIBRARY, House(), TODAY)


def broadcast(id_: int, total: int, sent: int) -> Broadcast:
    counts = {DeliveryState.SENT: sent}
    return Broadcast(id_, 1, BroadcastState.DONE, Audience(), "", total=total, counts=counts, started=1_795_000_000.0)


def week(back: int) -> str:
    year, number, _ = (TODAY - timedelta(weeks=back)).isocalendar()
    return f"{year}-W{number:02}"


BUSY = Figures(
    active=1237,
    languages={"ru": 701, "en": 320, "kk": 213, "de": 3},
    topics={"alerts": 1180, "declarations": 640, "cases": 512, "updates": 7},
    weeks={week(0): 12, week(1): 4, week(2): 140, week(5): 33, week(40): 1048},
)
SENT = [broadcast(9, 1204, 1190), broadcast(8, 64, 60), broadcast(7, 5, 5), broadcast(6, 310, 12)]


def numbers(shown: Board) -> list[int]:
    found = [shown.headline] + [bar.told for group in shown.groups for bar in group.bars]
    return [int(re.sub(r"\D", "", told.partition("%")[0].partition(", ")[0])) for told in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_group_below_ten_and_no_exact_count_is_shown(language: str) -> None:
    shown = board(scene(language), BUSY, SENT)
    assert all(number >= LEAST and number % LEAST == 0 for number in numbers(shown))
    said = text(shown).text
    words = re.findall(r"\d[\d, .\u00a0\u202f]*", said)
    told = {re.sub(r"\D", "", word) for word in words}
    assert told & {"1237", "701", "213", "1204", "1190", "512", "3", "33"} == set()
    assert "< 10" in said
    assert units(said) <= 1024


counts = st.dictionaries(st.sampled_from(["en", "ru", "kk"]), st.integers(0, 60))


@given(counts, st.sampled_from(["en", "ru", "kk"]))
def test_one_reader_more_is_seen_only_where_a_ten_is_full(languages: dict[str, int], who: str) -> None:
    """Looking twice tells of one person only by chance, and never in a group below ten."""
    figures = Figures(active=sum(languages.values()), languages=languages)
    after = {**languages, who: languages.get(who, 0) + 1}
    before, now = (
        board(scene("en"), figures, []),
        board(scene("en"), Figures(active=sum(after.values()), languages=after), []),
    )
    if after[who] % LEAST and sum(after.values()) % LEAST and who in languages:
        assert before == now


@given(st.lists(st.integers(0, 200), min_size=2, max_size=4))
def test_a_small_group_cannot_be_worked_out_from_the_others(groups: list[int]) -> None:
    """Total and all the others as they are shown leave at least seven sizes to a group that is not told."""
    total = sum(groups)
    for place, count in enumerate(groups):
        if count >= LEAST:
            continue
        others = [rounded(other) for i, other in enumerate(groups) if i != place]
        least = max(0, rounded(total) - sum(other + LEAST - 1 for other in others))
        most = min(LEAST - 1, rounded(total) + LEAST - 1 - sum(others))
        assert least <= count <= most
        assert most - least >= 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_has_every_letter_and_fits_a_phone(language: str) -> None:
    shown = board(scene(language), BUSY, SENT)
    with Image.open(io.BytesIO(picture.draw(shown))) as image:
        assert image.format == "PNG"
        assert image.width == 1080
        assert 1080 <= image.height <= 2 * image.width
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        font = ImageFont.truetype(picture.FONTS / name, 34)
        missing = bytes(font.getmask("\U0010ffff"))
        written = shown.title + shown.day + shown.headline + shown.note
        written += "".join(group.title + bar.label + bar.told for group in shown.groups for bar in group.bars)
        assert [letter for letter in set(LETTER.findall(written)) if bytes(font.getmask(letter)) == missing] == []


def test_without_readers_and_broadcasts_it_is_drawn_too() -> None:
    shown = board(scene("en"), Figures(), [])
    assert shown.headline == "< 10"
    assert picture.draw(shown).startswith(b"\x89PNG")
    assert "Joined, by week\n< 10" in text(shown).text


def test_a_percentage_needs_a_hundred_readers() -> None:
    told = [bar.told for bar in board(scene("en"), BUSY, SENT).groups[-1].bars]
    assert told == ["1,200+, 99 % delivered", "60+", "< 10", "310+, 4 % delivered"]


def test_bars_are_as_long_as_what_they_show() -> None:
    one = board(scene("en"), replace(BUSY, languages={"en": 100, "ru": 50}), [])
    same = board(scene("en"), replace(BUSY, languages={"en": 109, "ru": 59}), [])
    assert picture.draw(one) == picture.draw(same)
    assert picture.draw(one) != picture.draw(board(scene("en"), replace(BUSY, languages={"en": 110, "ru": 50}), []))
