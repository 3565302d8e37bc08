"""Dates as sources give them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from content.dates import Precision, When

ADAPTER = TypeAdapter(When)


@pytest.mark.parametrize(
    ("given_", "first", "last", "precision", "shown"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31), Precision.YEAR, "2019"),
        (2019, date(2019, 1, 1), date(2019, 12, 31), Precision.YEAR, "2019"),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29), Precision.MONTH, "2020-02"),
        ("2019-06-28", date(2019, 6, 28), date(2019, 6, 28), Precision.DAY, "2019-06-28"),
        ({"not_before": "2019-06-28"}, date(2019, 6, 28), date(2019, 6, 28), Precision.NOT_BEFORE, ">=2019-06-28"),
    ],
)
def test_each_form_is_read(given_: object, first: date, last: date, precision: Precision, shown: str) -> None:
    assert When.parse(given_) == When(first, last, precision)
    assert str(When.parse(given_)) == shown


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "",
            "19",
            "2019-6",
            "2019-06-31",
            "2019-00",
            "2019-13-01",
            "1971-13-02",
            "0999",
            "2019-06-28T00:00",
            "２０１９",
        ),
        *([], {}, {"not_before": "2019"}, {"not_before": {"not_before": "2019-06-28"}}, {"not_before": None}, None),
        {"not_before": "2019-06-28", "x": "y"},
    ],
)
def test_everything_else_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="; expected "):
        When.parse(wrong)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_is_written_is_read_again(day: date) -> None:
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4], {"not_before": day.isoformat()}):
        when = When.parse(text)
        assert when.first <= day <= when.last
        assert ADAPTER.validate_python(json.loads(ADAPTER.dump_json(when))) == when


def test_the_newest_is_the_one_that_may_reach_the_furthest() -> None:
    texts = ["2019-06-28", "2019-06", "2019", "2018-12-31", "2019-07"]
    assert sorted(texts, key=lambda text: When.parse(text).order) == [
        "2018-12-31",
        "2019-06-28",
        "2019-06",
        "2019-07",
        "2019",
    ]
