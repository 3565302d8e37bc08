"""A typed date: every form, the zone of the house, clocks that change, and what is refused with its reason."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.desk.when import FARTHEST, NotAMoment, parse_moment
from bot.views.words import load_words

ALMATY, BERLIN = "Asia/Almaty", "Europe/Berlin"
NOW = datetime(2026, 11, 26, 15, 0, tzinfo=ZoneInfo(ALMATY)).timestamp()


def local(moment: float, zone: str) -> str:
    return datetime.fromtimestamp(moment, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-27 09:30", "2026-11-27 09:30"),
        ("2026-11-27T09:30", "2026-11-27 09:30"),
        ("2026-11-27, 9.30", "2026-11-27 09:30"),
        ("27.11.2026 09:30", "2026-11-27 09:30"),
        ("27.11 9:30", "2026-11-27 09:30"),
        ("27.11., 9:30", "2026-11-27 09:30"),
        ("  9:30  ", "2026-11-27 09:30"),
        ("15:01", "2026-11-26 15:01"),
        ("15:00", "2026-11-27 15:00"),
        ("1.1 00:00", "2027-01-01 00:00"),
        ("25.11 10:00", "2027-11-25 10:00"),
    ],
)
def test_it_is_read_in_the_zone_of_the_house(typed: str, meant: str) -> None:
    assert local(parse_moment(typed, NOW, ALMATY), ALMATY) == meant


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("tomorrow", "unreadable"),
        ("", "unreadable"),
        ("31.02 10:00", "unreadable"),
        ("24:00", "unreadable"),
        ("9:60", "unreadable"),
        ("29.02 10:00", "unreadable"),
        ("2026-13-01 10:00", "unreadable"),
        ("2026-11-26 14:59", "past"),
        ("2026-11-26 15:00", "past"),
        ("2028-01-01 10:00", "far"),
    ],
)
def test_it_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(NotAMoment) as refused:
        parse_moment(typed, NOW, ALMATY)
    assert refused.value.reason == reason


def test_an_hour_that_the_clocks_skip_is_refused_and_one_that_comes_twice_is_its_first() -> None:
    winter = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    with pytest.raises(NotAMoment, match="skipped"):
        parse_moment("2027-03-28 02:30", winter, BERLIN)
    twice = parse_moment("2027-10-31 02:30", winter, BERLIN)
    assert datetime.fromtimestamp(twice, UTC).strftime("%H:%M") == "00:30"
    assert parse_moment("2027-03-28 03:00", winter, BERLIN) - parse_moment("2027-03-28 01:59", winter, BERLIN) == 60


def test_the_farthest_moment_is_a_year_and_a_day_away() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert parse_moment("2027-01-02 00:00", now, "UTC") == now + FARTHEST
    with pytest.raises(NotAMoment, match="far"):
        parse_moment("2027-01-02 00:01", now, "UTC")


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_it_is_shown_back_in_full_with_the_zone_and_its_distance_from_utc(language: str) -> None:
    told = load_words()[language].exact(parse_moment("9:30", NOW, ALMATY), ALMATY)
    for part in ("27", "2026", "09:30", "(Asia/Almaty, UTC+05:00)"):
        assert part in told
