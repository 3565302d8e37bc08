"""The records of a library: what one YAML file of each kind may say.

Every claim (a status, an event, a point) carries a date and at least one source id; the loader
checks that the ids exist. Texts are maps of language codes; a bare string in YAML is text in the
library's fallback language (the validation context's `language`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from babel.localedata import locale_identifiers
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, ValidationInfo, model_validator
from pydantic.functional_serializers import PlainSerializer

from content.dates import When

Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\n\r\t\x00]+$")]
Prose = Annotated[str, Field(min_length=1, max_length=3000, pattern=r"^[^\x00]*\S[^\x00]*$")]
LANGUAGES = frozenset(code for code in locale_identifiers() if "_" not in code)


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"no such language code: {code[:20]!r}; expected ISO 639, such as en, ru, kk")
    return code


Language = Annotated[str, BeforeValidator(_language)]


def _by_language(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        return {(info.context or {}).get("language", "en"): value}
    return value


Text = Annotated[dict[Language, Prose], Field(min_length=1), BeforeValidator(_by_language, json_schema_input_type=str | dict[str, str])]
ShortText = Annotated[dict[Language, Line], Field(min_length=1), BeforeValidator(_by_language, json_schema_input_type=str | dict[str, str])]
Url = Annotated[HttpUrl, PlainSerializer(str, return_type=str)]
SourceIds = Annotated[tuple[Id, ...], Field(min_length=1)]


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
    source: Id | None = None
    """Where it was read; wanted when the basis is `seen` or `inferred`."""

    @model_validator(mode="after")
    def _seen_somewhere(self) -> Self:
        if self.basis is not Basis.TRANSLITERATED and self.source is None:
            raise ValueError(f"basis {self.basis.value} needs the source in which the spelling was read")
        return self


class Record(Strict):
    """What all records share."""

    id: Id
    checked: When
    """The day on which somebody last compared this record with its sources."""
    unreviewed: tuple[Language, ...] = ()
    """Languages whose text no native speaker has reviewed; a card in one of them says so."""


class Source(Record):
    title: Line
    """As published, in the source's own language."""
    language: Language
    publisher: Line
    published: When | None = None
    seen: When
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
    review_by: When
    discriminator: ShortText | None = None
    """A place, a year, or other words that tell namesakes apart; never an allegation."""
    points: tuple[Claim, ...] = ()
    """What a person without a case of their own said or did."""
    corrections: tuple[Correction, ...] = ()


class Case(Record):
    kind: CaseKind
    title: ShortText | None = None
    people: tuple[Id, ...] = ()
    keywords: tuple[Line, ...] = ()
    """Words by which readers ask for a group or a theme, in any language."""
    summary: Text
    summary_sources: SourceIds
    summary_date: When
    statuses: tuple[StatusEntry, ...] = ()
    events: tuple[Claim, ...] = ()
    possible: tuple[Possible, ...] = ()
    corrections: tuple[Correction, ...] = ()
    related: tuple[Id, ...] = ()
    """Other cases that a reader of this one may want; no cycles through `part_of`."""
    part_of: Id | None = None
    """The group or theme that this case belongs to."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind is CaseKind.INDIVIDUAL:
            if self.people != (self.id,):
                raise ValueError(f"an individual's case bears the person's id: expected people: [{self.id}]")
            if self.title is not None:
                raise ValueError("an individual's case is titled by the person's name; remove title")
            if not self.statuses:
                raise ValueError("an individual's case needs at least one dated status")
        else:
            if self.title is None:
                raise ValueError(f"a {self.kind.value} case needs a title")
            if self.statuses:
                raise ValueError(f"a {self.kind.value} case has no status of its own; its members have theirs")
        return self

    @property
    def status(self) -> StatusEntry | None:
        """The latest by date; of several on one date, the last written."""
        if not self.statuses:
            return None
        latest = max(entry.date.order for entry in self.statuses)
        return [entry for entry in self.statuses if entry.date.order == latest][-1]


class Declaration(Record):
    number: Annotated[int, Field(ge=1, le=99999)]
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
