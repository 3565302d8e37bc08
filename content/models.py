"""The records of a library: what one YAML file of each kind may say.

Every claim (a status, an event, a point) carries a date and at least one source id; the loader
checks that the ids exist. Texts are maps of language codes; a bare string in YAML is text in the
library's fallback language (the validation context's `language`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from babel.localedata import locale_identifiers
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.functional_serializers import PlainSerializer

from content.dates import DAY_PATTERN, Precision, When

LINE = r"^[^\n\r\t\x00]*[^\s\x00][^\n\r\t\x00]*$"
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


def _language(code: str) -> str:
    if code not in LANGUAGES:
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
Url = Annotated[HttpUrl, PlainSerializer(str, return_type=str)]
SourceIds = Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_SOURCES)]
Day = Annotated[When, AfterValidator(_whole_day), WithJsonSchema({"type": "string", "pattern": DAY_PATTERN})]
Number = Annotated[int, Field(ge=1, le=99999), BeforeValidator(_plain_number)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Basis(StrEnum):
    """How we know a spelling: read in a source, our own transliteration, or an identity we infer."""

    SEEN = "seen"
    TRANSLITERATED = "transliterated"
    INFERRED = "inferred"


class SourceKind(StrEnum):
    OFFICIAL = "official"
    """A public body about its own act."""
    OBSERVER = "observer"
    """An election observation, a UN expert or office."""
    PRESS = "press"
    ADVOCACY = "advocacy"
    """An organisation that argues for a cause; shown as such."""
    MONITOR = "monitor"
    """A technical measurement, such as of internet traffic."""


class NamingBasis(StrEnum):
    """Why it is right to name this person."""

    SELF = "self"
    FAMILY = "family"
    PRESS = "press"
    PUBLIC_OFFICIAL = "public-official"


class Status(StrEnum):
    """A person's situation on a date. The list is closed: each value has a label in every UI language."""

    PERSECUTED = "persecuted"
    TRAVEL_BAN = "travel-ban"
    DETAINED = "detained"
    ARRESTED = "arrested"
    CHARGED = "charged"
    HOUSE_ARREST = "house-arrest"
    CUSTODY = "custody"
    RESTRICTED_FREEDOM = "restricted-freedom"
    IMPRISONED = "imprisoned"
    CONSCRIPTED = "conscripted"
    LEFT_COUNTRY = "left-country"
    RELEASED = "released"
    ACQUITTED = "acquitted"
    DISAPPEARED = "disappeared"
    DECEASED = "deceased"


class CaseKind(StrEnum):
    INDIVIDUAL = "individual"
    GROUP = "group"
    THEME = "theme"


class Claim(Strict):
    """Something that happened or was said, with its date and where it is written."""

    date: When
    text: Text
    sources: SourceIds


class StatusEntry(Strict):
    status: Status
    date: When
    sources: SourceIds
    text: Text | None = None
    """What the source says beyond the label, such as "one year, and 100 hours of community work"."""


class Possible(Strict):
    """A claim about somebody who may be this person: our inference, never their status."""

    name: Line
    """The spelling under which the source names them."""
    reason: Text
    claim: Claim


class Correction(Strict):
    date: When
    text: Text


class Spelling(Strict):
    text: Line
    basis: Basis
    source: Id | None = Field(default=None, validate_default=True)
    """Where it was read; wanted when the basis is `seen` or `inferred`."""

    @field_validator("source")
    @classmethod
    def _seen_somewhere(cls, source: str | None, info: ValidationInfo) -> str | None:
        basis = info.data.get("basis", Basis.TRANSLITERATED)
        if basis is not Basis.TRANSLITERATED and source is None:
            raise ValueError(f"no source for a spelling with basis {basis.value}; expected where it was read")
        return source


class Record(Strict):
    """What all records share."""

    id: Id
    checked: Day
    """The day on which somebody last compared this record with its sources."""
    unreviewed: tuple[Language, ...] = ()
    """Languages whose text no native speaker has reviewed; a card in one of them says so."""


class Source(Record):
    title: Line
    """As published, in the source's own language."""
    language: Language
    publisher: Line
    published: When | None = None
    seen: Day
    url: Url
    kind: SourceKind
    note: ShortText | None = None
    """What a reader must know of it: a third-party copy, a translation of another source."""


class Person(Record):
    name: Annotated[dict[Language, Spelling], Field(min_length=1)]
    """The name in each script in which it may be shown; the first is the one used elsewhere too."""
    aliases: tuple[Spelling, ...] = ()
    role: ShortText
    role_sources: SourceIds
    naming_basis: NamingBasis
    review_by: Day
    discriminator: ShortText | None = None
    """A place, a year, or other words that tell namesakes apart; never an allegation."""
    points: tuple[Claim, ...] = ()
    """What a person without a case of their own said or did."""
    corrections: tuple[Correction, ...] = ()


class Case(Record):
    kind: CaseKind
    title: ShortText | None = Field(default=None, validate_default=True)
    people: tuple[Id, ...] = Field(default=(), validate_default=True)
    keywords: tuple[Line, ...] = ()
    """Words by which readers ask for a group or a theme, in any language."""
    summary: Text
    summary_sources: SourceIds
    summary_date: When
    statuses: tuple[StatusEntry, ...] = Field(default=(), validate_default=True)
    events: tuple[Claim, ...] = ()
    possible: tuple[Possible, ...] = ()
    corrections: tuple[Correction, ...] = ()
    related: tuple[Id, ...] = ()
    """Other cases that a reader of this one may want; no cycles through `part_of`."""
    part_of: Id | None = None
    """The group or theme that this case belongs to."""

    @field_validator("title")
    @classmethod
    def _titled_by_its_kind(cls, title: dict[str, str] | None, info: ValidationInfo) -> dict[str, str] | None:
        kind = info.data.get("kind")
        if kind is CaseKind.INDIVIDUAL and title is not None:
            raise ValueError("title of an individual's case; expected none: the person's name is its title")
        if kind in (CaseKind.GROUP, CaseKind.THEME) and title is None:
            raise ValueError(f"no title; expected one for a {kind.value} case")
        return title

    @field_validator("people")
    @classmethod
    def _bears_its_persons_id(cls, people: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        id_ = info.data.get("id")
        if id_ and info.data.get("kind") is CaseKind.INDIVIDUAL and people != (id_,):
            raise ValueError(f"an individual's case bears the person's id; expected people: [{id_}]")
        return people

    @field_validator("statuses")
    @classmethod
    def _status_of_one(cls, statuses: tuple[StatusEntry, ...], info: ValidationInfo) -> tuple[StatusEntry, ...]:
        kind = info.data.get("kind")
        if kind is CaseKind.INDIVIDUAL and not statuses:
            raise ValueError("no status; expected at least one, dated, in an individual's case")
        if kind in (CaseKind.GROUP, CaseKind.THEME) and statuses:
            raise ValueError(f"statuses of a {kind.value} case; expected none: its members have theirs")
        return statuses

    @property
    def status(self) -> StatusEntry | None:
        """The latest by date; of several on one date, the last written."""
        if not self.statuses:
            return None
        latest = max(entry.date.order for entry in self.statuses)
        return [entry for entry in self.statuses if entry.date.order == latest][-1]


class Declaration(Record):
    number: Number
    body: ShortText
    document: Line
    date: When
    title: Line
    """As adopted, in `language`; shown as a quotation."""
    language: Language
    title_translation: ShortText | None = None
    summary: Text
    says: tuple[Claim, ...] = ()
    calls: tuple[Claim, ...] = ()
    signatories: Claim
    people: tuple[Id, ...] = ()
    """Persons whom the text names."""
    cases: tuple[Id, ...] = ()
    """Group and theme cases that it speaks of."""
    related: tuple[Id, ...] = ()
    """Other declarations that it refers to."""
    notes: tuple[Claim, ...] = ()
    """Where other sources differ from it or from its reports, each attributed."""
    keywords: tuple[Line, ...] = ()
    sources: SourceIds


class Update(Record):
    date: When
    title: ShortText
    text: Text
    cases: tuple[Id, ...] = ()
    declarations: tuple[Id, ...] = ()
    people: tuple[Id, ...] = ()
    sources: SourceIds


AnyRecord = Source | Person | Case | Declaration | Update
KINDS: Mapping[str, type[Record]] = {
    "sources": Source,
    "people": Person,
    "cases": Case,
    "declarations": Declaration,
    "updates": Update,
}
"""Folder of the library -> the record that one of its files holds."""
