"""The types of single fields: ids, lines, texts by language, addresses, days."""

from __future__ import annotations

import re
from typing import Annotated, Any

from babel.localedata import locale_identifiers
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.functional_serializers import PlainSerializer

from content.dates import DAY_PATTERN, Precision, When

LINE = r"^\s*[^\s\x00][^\n\r\t\x00]*\s*$"
PROSE = r"^[^\x00]*[^\s\x00][^\x00]*$"
LANGUAGE = r"^[a-z]{2,3}$"
LONGEST_LINE = 300
LONGEST_PROSE = 3000
MOST_SOURCES = 20
"""Each is a link of its own, and Telegram allows a message 100 of them."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LINE, pattern=LINE)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_PROSE, pattern=PROSE)]
LANGUAGES = frozenset(code for code in locale_identifiers() if "_" not in code)


def _language(code: Any) -> Any:
    """Of what is no text, pydantic itself says so."""
    if isinstance(code, str) and code not in LANGUAGES:
        raise ValueError(f"no such language code: {code[:20]!r}; expected ISO 639, such as en, ru, kk")
    return code


Language = Annotated[str, BeforeValidator(_language), WithJsonSchema({"type": "string", "pattern": LANGUAGE})]


def _by_language(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        return {(info.context or {}).get("language", "en"): value}
    return value


def _text_schema(longest: int, pattern: str) -> WithJsonSchema:
    """A string, which is text in the fallback language, or a map of languages."""
    text = {"type": "string", "minLength": 1, "maxLength": longest, "pattern": pattern}
    languages = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": LANGUAGE}}
    return WithJsonSchema({"anyOf": [text, languages | {"additionalProperties": text}]})


def _whole_day(when: When) -> When:
    if when.precision is not Precision.DAY:
        raise ValueError(f"not a whole day: {when}; expected YYYY-MM-DD")
    return when


def _plain_number(value: Any) -> Any:
    """YAML gives its text; of the ways in which Python reads numbers, only plain digits are meant."""
    if isinstance(value, str) and not re.fullmatch(r"[1-9][0-9]{0,4}", value, re.ASCII):
        raise ValueError(f"not a number: {value[:20]!r}; expected 1 to 99999 in plain digits")
    return value


Text = Annotated[
    dict[Language, Prose], Field(min_length=1), BeforeValidator(_by_language), _text_schema(LONGEST_PROSE, PROSE)
]
ShortText = Annotated[
    dict[Language, Line], Field(min_length=1), BeforeValidator(_by_language), _text_schema(LONGEST_LINE, LINE)
]
Url = Annotated[
    HttpUrl,
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^[hH][tT][tT][pP][sS]?://", "maxLength": 2083}),
]
SourceIds = Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_SOURCES)]
Day = Annotated[When, AfterValidator(_whole_day), WithJsonSchema({"type": "string", "pattern": DAY_PATTERN})]
Number = Annotated[int, Field(ge=1, le=99999), BeforeValidator(_plain_number)]
