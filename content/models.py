"""The records of a library: what one YAML file of each kind may say.

Every claim (a status, an event, a point) carries a date and at least one source id; the loader
checks that the ids exist. Texts are maps of language codes; a bare string in YAML is text in the
library's fallback language (the validation context's `language`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from content.dates import When
from content.fields import Day, Id, Language, Line, Number, ShortText, SourceIds, Text, Url


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
    """A person's situation on a date, and where it is written."""

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
    """What was wrong in this record until a date; shown on its card."""

    date: When
    text: Text


class Spelling(Strict):
    """One way of writing a person's name, and how we know it."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"basis": {"const": "transliterated"}}},
            "else": {"required": ["source"]},
        }
    )

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
    """The name of the file, without its `.yaml`."""
    checked: Day
    """The day on which somebody last compared this record with its sources."""
    unreviewed: tuple[Language, ...] = ()
    """Languages whose text no native speaker has reviewed; a card in one of them says so."""


class Source(Record):
    """A page or document on which records rest, with the only address under which it is shown."""

    title: Line
    """As published, in the source's own language."""
    language: Language
    """In which the page is written."""
    publisher: Line
    published: When | None = None
    """Left out when the page does not say."""
    seen: Day
    """The day on which somebody read it."""
    url: Url
    kind: SourceKind
    note: ShortText | None = None
    """What a reader must know of it: a third-party copy, a translation of another source."""


class Person(Record):
    """Somebody whom records name, in each spelling that we know."""

    name: Annotated[dict[Language, Spelling], Field(min_length=1)]
    """The name in each script in which it may be shown; the first is the one used elsewhere too."""
    aliases: tuple[Spelling, ...] = ()
    role: ShortText
    """What the person is known for, in a few words; never an allegation."""
    role_sources: SourceIds
    naming_basis: NamingBasis
    review_by: Day
    """By then somebody compares the record with its sources again, or takes it out."""
    discriminator: ShortText | None = None
    """A place, a year, or other words that tell namesakes apart; never an allegation."""
    points: tuple[Claim, ...] = ()
    """What a person without a case of their own said or did."""
    corrections: tuple[Correction, ...] = ()


class Case(Record):
    """What happened to one person (whose id it bears), to a group, or in a matter that concerns many."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"kind": {"const": "individual"}}, "required": ["kind"]},
            "then": {"required": ["people", "statuses"], "not": {"required": ["title"]}},
            "else": {"required": ["title"], "properties": {"statuses": {"maxItems": 0}}},
        }
    )

    kind: CaseKind
    title: ShortText | None = Field(default=None, validate_default=True)
    """Of a group or a theme; an individual's case is titled by the person's name."""
    people: tuple[Id, ...] = Field(default=(), validate_default=True)
    """Of an individual's case, its own id alone; of a group, its members."""
    keywords: tuple[Line, ...] = ()
    """Words by which readers ask for a group or a theme, in any language."""
    summary: Text
    summary_sources: SourceIds
    summary_date: When
    """As of when the summary is true."""
    statuses: tuple[StatusEntry, ...] = Field(default=(), validate_default=True)
    """In any order; the latest is the one shown first."""
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
    """A written declaration: what it says and calls for, who signed it, whom it names."""

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
    """One dated piece of news about cases, declarations or people."""

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
