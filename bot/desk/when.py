"""A date and time as an editor types it, in the zone of the house."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

FARTHEST = 366 * 24 * 3600
"""Seconds ahead that can be planned."""
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
_FORMS = (
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})[\sT,]+{_TIME}"),
    re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}})[\s,]+{_TIME}"),
    re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.?[\s,]+{_TIME}"),
    re.compile(_TIME),
)


class NotAMoment(ValueError):
    """`reason`: unreadable, past, far or skipped."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_moment(text: str, now: float, zone: str) -> float:
    """Unix seconds. A time alone is the next such time; a date without a year, the next such day.

    An hour that comes twice, when clocks go back, is taken as its first. NotAMoment says what is wrong.
    """
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    match = next((found for form in _FORMS if (found := form.fullmatch(text.strip()))), None)
    if match is None:
        raise NotAMoment("unreadable")
    given = {name: int(value) for name, value in match.groupdict().items()}
    try:
        moment = _next(given, local)
    except ValueError:
        raise NotAMoment("unreadable") from None
    return checked(moment.timestamp(), now, written=moment)


def _next(given: dict[str, int], local: datetime) -> datetime:
    named = {"year": local.year, "month": local.month, "day": local.day} | given
    moment = datetime(**named, tzinfo=local.tzinfo)
    if "year" in given or moment > local:
        return moment
    return moment.replace(year=local.year + 1) if "day" in given else moment + timedelta(days=1)


def checked(at: float, now: float, *, written: datetime | None = None) -> float:
    if written is not None:
        back = datetime.fromtimestamp(at, written.tzinfo)
        if (back.hour, back.minute) != (written.hour, written.minute):
            raise NotAMoment("skipped")
    if at <= now:
        raise NotAMoment("past")
    if at > now + FARTHEST:
        raise NotAMoment("far")
    return at
