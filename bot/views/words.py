"""UI words from gettext catalogues (.po, read with Babel at first use), dates in words, language fallback."""

from __future__ import annotations

import gettext
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from content.dates import Precision, When

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""UI languages by code, each by its own name."""
RELEASE_CONTEXTS = ("privacy", "stop", "no-record")
"""Contexts of the texts that no release ships without a native speaker's review."""
UNREVIEWED = "unreviewed"
"""The translator comment of an entry that no native speaker has read."""
_FORMATS = {"en": "en_GB"}


class Words:
    """One language's words. `words("text", name=value)` translates and fills."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def __call__(self, message: str, **values: object) -> str:
        return _filled(self._translations.gettext(message), values)

    def c(self, context: str, message: str, **values: object) -> str:
        """A message of a context, such as "privacy"."""
        return _filled(self._translations.pgettext(context, message), values)

    def n(self, singular: str, plural: str, count: int, **values: object) -> str:
        return _filled(self._translations.ngettext(singular, plural, count), values)

    def date(self, when: When | date) -> str:
        if isinstance(when, date):
            return format_date(when, "long", self._locale)
        if when.precision is Precision.YEAR:
            return str(when.first.year)
        if when.precision is Precision.MONTH:
            return format_skeleton("yMMMM", datetime.combine(when.first, datetime.min.time()), locale=self._locale)
        if when.precision is Precision.NOT_BEFORE:
            return self("undated article, after {date}", date=format_date(when.first, "long", self._locale))
        return format_date(when.first, "long", self._locale)

    def brief(self, when: When) -> str:
        """A date for a button: "27 Jun 2019"."""
        if when.precision is Precision.YEAR:
            return str(when.first.year)
        if when.precision is Precision.MONTH:
            return format_skeleton("yMMM", datetime.combine(when.first, datetime.min.time()), locale=self._locale)
        return format_date(when.first, "medium", self._locale)

    def day(self, moment: float) -> str:
        """The day of a moment in Unix seconds, in UTC, short."""
        return format_date(datetime.fromtimestamp(moment, UTC).date(), "short", self._locale)

    def moment(self, moment: float, zone: str) -> str:
        """Day and minute of a moment in Unix seconds, in a time zone, short."""
        return format_datetime(datetime.fromtimestamp(moment, ZoneInfo(zone)), "d MMM HH:mm", locale=self._locale)

    def exact(self, at: float, zone: str) -> str:
        """Weekday, date and minute of Unix seconds, with the zone and its distance from UTC."""
        local = datetime.fromtimestamp(at, ZoneInfo(zone))
        day = format_date(local.date(), "full", self._locale)
        offset = local.strftime("%z")
        utc = "" if zone == "UTC" else f", UTC{offset[:3]}:{offset[3:]}"
        return f"{day}, {local:%H:%M} ({zone}{utc})"

    def number(self, count: float) -> str:
        """With the language's separator of thousands."""
        return str(format_decimal(count, locale=self._locale))

    @property
    def _locale(self) -> str:
        return _FORMATS.get(self.language, self.language)

    def pick(self, text: Mapping[str, str], default: str = "en") -> tuple[str, str]:
        """The text in the best language there is, and that language: the reader's; for Kazakh, Russian; the
        house's; any."""
        for language in fallbacks(self.language, default):
            if language in text:
                return text[language], language
        language = next(iter(text))
        return text[language], language

    def tongue(self, code: str) -> str:
        """A language's name inside a sentence of this one: "Russian"."""
        return str(Locale.parse(self._locale).languages.get(code, code))

    def language_name(self, code: str) -> str:
        names = {"en": self("in English"), "ru": self("in Russian"), "kk": self("in Kazakh")}
        return names.get(code, code)


def _filled(text: str, values: Mapping[str, object]) -> str:
    """A value that brings its own full stop ("23 ноября 2019 г.") ends the sentence with it."""
    if not values:
        return text
    filled = text.format(**values)
    for value in values.values():
        if isinstance(value, str) and value.endswith("."):
            filled = filled.replace(f"{value}.", value)
    return filled


def fallbacks(language: str, default: str) -> tuple[str, ...]:
    order = [language, *(["ru"] if language == "kk" else []), default]
    return tuple(dict.fromkeys(order))


def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "dauys.po").open("rb") as file:
        return read_po(file, locale=language, domain="dauys")


@lru_cache(maxsize=1)
def load_words() -> Mapping[str, Words]:
    """All UI languages; read once a process."""
    found: dict[str, Words] = {}
    for language in LANGUAGES:
        compiled = io.BytesIO()
        write_mo(compiled, catalogue(language))
        compiled.seek(0)
        found[language] = Words(language, gettext.GNUTranslations(compiled))
    return found


def unreviewed(contexts: Iterable[str]) -> list[tuple[str, str, int]]:
    """(language, context, how many) of texts in these contexts that no native speaker has reviewed."""
    wanted = set(contexts)
    found = [
        (language, *item)
        for language in LANGUAGES
        for item in sorted(
            Counter(
                str(message.context)
                for message in catalogue(language)
                if message.context in wanted and UNREVIEWED in message.user_comments
            ).items()
        )
    ]
    return [(language, context, count) for language, context, count in found]
