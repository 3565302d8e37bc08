"""A date as sources give it: a year, a month, a day, or only "not before"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

PATTERN = r"^\d{4}(-\d{2}(-\d{2})?)?$"
DAY_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
EARLIEST = 1000
"""The first year that `str` and the schema can say with four digits, none of them a leading zero."""
EXPECTED = "YYYY, YYYY-MM, YYYY-MM-DD, or not_before: YYYY-MM-DD"


class Precision(StrEnum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    NOT_BEFORE = "not_before"


@dataclass(frozen=True, slots=True)
class When:
    """`first` and `last` bound the day meant; for `not_before`, `last` repeats `first`."""

    first: date
    last: date
    precision: Precision

    @classmethod
    def parse(cls, value: object) -> When:
        """`2019`, `"2019-06"`, `"2019-06-28"` or `{"not_before": "2019-06-28"}`; ValueError otherwise."""
        if isinstance(value, When):
            return value
        if isinstance(value, dict):
            if set(value) != {"not_before"}:
                raise ValueError(f"not a date; expected {EXPECTED}")
            day = value["not_before"]
            day = _from_text(day) if isinstance(day, str) else None
            if day is None or day.precision is not Precision.DAY:
                raise ValueError("not_before without a whole day; expected not_before: YYYY-MM-DD")
            return cls(day.first, day.first, Precision.NOT_BEFORE)
        return _from_text(str(value))

    @property
    def order(self) -> tuple[date, date]:
        """Sorts by the latest day that is certain to be covered, then by the first."""
        return (self.last, self.first)

    def __str__(self) -> str:
        text = self.first.isoformat()
        length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(self.precision, 10)
        return f">={text}" if self.precision is Precision.NOT_BEFORE else text[:length]

    def written(self) -> str | dict[str, str]:
        """As YAML says it; `parse` takes it back."""
        if self.precision is Precision.NOT_BEFORE:
            return {"not_before": self.first.isoformat()}
        return str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(cls.written)
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        day = {"type": "string", "pattern": DAY_PATTERN}
        before = {"type": "object", "properties": {"not_before": day}, "required": ["not_before"]}
        return {
            "anyOf": [
                {"type": "string", "pattern": PATTERN},
                {"type": "integer", "minimum": EARLIEST, "maximum": 9999},
                before | {"additionalProperties": False},
            ]
        }


@lru_cache(maxsize=4096)
def _from_text(text: str) -> When:
    """Cached: a library of thousands of records speaks of a few hundred days."""
    if not re.fullmatch(PATTERN, text, re.ASCII):
        raise ValueError(f"not a date: {text[:40]!r}; expected {EXPECTED}")
    parts = [int(part) for part in text.split("-")]
    if parts[0] < EARLIEST:
        raise ValueError(f"no such date: {text}; expected a year from {EARLIEST} on")
    try:
        if len(parts) == 1:
            return When(date(parts[0], 1, 1), date(parts[0], 12, 31), Precision.YEAR)
        year, month = parts[:2]
        if len(parts) == 3:
            day = date(year, month, parts[2])
            return When(day, day, Precision.DAY)
        end = calendar.monthrange(year, month)[1]
        return When(date(year, month, 1), date(year, month, end), Precision.MONTH)
    except ValueError as error:
        raise ValueError(f"no such date: {text}; expected {EXPECTED}") from error
