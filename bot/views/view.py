"""A screen as a value: text, entities and buttons, before Telegram knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Kind(StrEnum):
    """Entity types, in the Bot API's words."""

    BOLD = "bold"
    ITALIC = "italic"
    LINK = "text_link"
    QUOTE = "blockquote"
    FOLDED = "expandable_blockquote"
    SPOILER = "spoiler"
    CODE = "code"
    PRE = "pre"
    """A block that Telegram copies at a tap."""


@dataclass(frozen=True, slots=True)
class Entity:
    """`offset` and `length` count UTF-16 code units, as Telegram does."""

    kind: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    """Of a block of code."""


@dataclass(frozen=True, slots=True)
class Button:
    """Exactly one of `data` (at most 64 bytes), `url` and `copy` (at most 256 characters) is set."""

    text: str
    data: str | None = None
    url: str | None = None
    copy: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One message. `rows` is the inline keyboard, at most 8 buttons a row and 100 in all."""

    text: str
    entities: tuple[Entity, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()
    preview: bool = False
    """Whether Telegram may show a preview of the first link."""
    silent: bool = False
    protect: bool = False
    """Whether Telegram's clients refuse to forward and save it."""
    photo: str | None = None
    """Telegram's id of a picture, or below of a document, to which the text is the caption."""
    document: str | None = None

    def with_rows(self, *rows: tuple[Button, ...]) -> View:
        return replace(self, rows=tuple(row for row in rows if row))


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class Text:
    """Builds text and entities side by side: `Text().bold("Name").line().link("1", url)`."""

    _parts: list[str] = field(default_factory=list)
    _entities: list[Entity] = field(default_factory=list)
    _units: int = 0
    lead: Text | None = None
    """What is repeated in front of it where it begins a part of its own."""

    def under(self, lead: Text) -> Text:
        self.lead = lead
        return self

    def plain(self, text: str) -> Text:
        self._parts.append(text)
        self._units += units(text)
        return self

    def line(self, text: str = "") -> Text:
        return self.plain(text + "\n")

    def span(self, kind: str, text: str, url: str | None = None) -> Text:
        if text:
            self._entities.append(Entity(kind, self._units, units(text), url))
        return self.plain(text)

    def bold(self, text: str) -> Text:
        return self.span(Kind.BOLD, text)

    def italic(self, text: str) -> Text:
        return self.span(Kind.ITALIC, text)

    def link(self, text: str, url: str) -> Text:
        return self.span(Kind.LINK, text, url)

    def add(self, inner: Text) -> Text:
        """Another text with its entities, as it is."""
        self._entities += [replace(e, offset=e.offset + self._units) for e in inner._entities]
        return self.plain("".join(inner._parts))

    @property
    def size(self) -> tuple[int, int]:
        """UTF-16 units and entities so far."""
        return self._units, len(self._entities)

    def quote(self, inner: Text, *, folded: bool = False) -> Text:
        """Wraps another text, its entities kept, in a block quotation."""
        start = self._units
        text, entities = inner.build()
        self._entities += [replace(e, offset=e.offset + start) for e in entities]
        return self.span(Kind.FOLDED if folded else Kind.QUOTE, text)

    def raw(self) -> tuple[str, tuple[Entity, ...]]:
        """Text and entities as they are, trailing white space kept."""
        return "".join(self._parts), tuple(self._entities)

    def build(self) -> tuple[str, tuple[Entity, ...]]:
        """Text without trailing white space, and the entities clipped to it."""
        text = "".join(self._parts).rstrip()
        end = units(text)
        kept = [replace(e, length=min(e.length, end - e.offset)) for e in self._entities if e.offset < end]
        return text, tuple(sorted(kept, key=lambda e: (e.offset, -e.length)))

    def view(self, *rows: tuple[Button, ...]) -> View:
        text, entities = self.build()
        return View(text, entities, tuple(row for row in rows if row))
