"""One YAML document as plain strings, lists and maps: nothing is resolved, nothing is expanded.

`NO`, `2019-06` and `0x1F` stay the strings that somebody wrote. Anchors, aliases, tags, merge keys,
duplicate keys, empty values and further documents are flaws, each with its place. The parser's events
are taken one by one, so that a file that is too deep, or a bomb, ends where it becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
"""None stands where a flaw took the value's place."""
Loc: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the top down, as pydantic names a place."""

MAX_DEPTH = 20
MAX_FLAWS = 50
"""Of one kind in one file: who made so many at once wants to see the first."""
KEY = "[key]"
"""The last part of a Loc that means the key itself, as in pydantic's errors."""
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, invisible ones, and those that change the direction of text unseen."""
NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Flaw:
    line: int
    column: int
    message: str


class _TooBad(Exception):
    """The rest of the document is not worth reading."""


def read(text: str, loader: Any = LOADER) -> tuple[Tree, tuple[Flaw, ...]]:
    """The document and its flaws; a tree of None when nothing of it can be used."""
    builder = _Builder()
    return builder.run(text, loader), tuple(builder.flaws)


def places(text: str, loader: Any = LOADER) -> Mapping[Loc, tuple[int, int]]:
    """Line and column (both from 1) of every value, and of every key under its Loc + (KEY,)."""
    builder = _Builder(places={})
    builder.run(text, loader)
    return builder.places or {}


@dataclass(slots=True)
class _Frame:
    holder: Any
    """The list or dict being filled."""
    loc: Loc
    key: str | None = None
    waits_for_key: bool = False
    skips: bool = False
    """The value to come belongs to a key that cannot be used."""


@dataclass(slots=True)
class _Builder:
    places: dict[Loc, tuple[int, int]] | None = None
    flaws: list[Flaw] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    top: Tree = None

    def run(self, text: str, loader: Any) -> Tree:
        try:
            self._events(loader(text))
        except _TooBad:
            return None
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # The last two: the parser in Python, of an escape such as "\\UFFFFFFFF".
            self._unreadable(error, text)
            return None
        return self.top

    def _events(self, parser: Any) -> None:
        documents = 0
        get, scalar = parser.get_event, self._scalar
        while True:
            event = get()
            kind = event.__class__
            if kind is ScalarEvent:
                scalar(event)
            elif kind is MappingStartEvent:
                self._open(event, {})
            elif kind is SequenceStartEvent:
                self._open(event, [])
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.stack.pop()
            elif kind is AliasEvent:
                self._flaw(event, f"alias *{event.anchor[:40]}; expected the value itself, written out")
                self._place(event, None, is_alias=True)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._flaw(event, "a second document; expected one record a file")
                    raise _TooBad
            elif kind is StreamEndEvent:
                return

    def _scalar(self, event: ScalarEvent) -> None:
        value = event.value
        if event.anchor or event.tag:
            self._refuse_marks(event)
        if event.style == '"' and (bad := FORBIDDEN.search(value)):
            self._flaw(event, unwanted(bad[0]))
            value = FORBIDDEN.sub("", value)
        if self.stack and self.stack[-1].waits_for_key:
            self._key(self.stack[-1], event, value)
        elif value in NOTHING and not event.style:
            self._flaw(event, "no value; expected one, or no such line (quote a text that is really so)")
            self._place(event, None)
        else:
            self._place(event, value)

    def _key(self, frame: _Frame, event: ScalarEvent, key: str) -> None:
        frame.waits_for_key = False
        frame.key = key
        if key == "<<" and not event.style:
            self._flaw(event, "merge key <<; expected the fields themselves, written out")
            frame.skips = True
        elif key in frame.holder:
            self._flaw(event, f"duplicate key {key[:40]!r}; expected each key once")
            frame.skips = True
        elif self.places is not None:
            self.places[(*frame.loc, key, KEY)] = _place_of(event)

    def _open(self, event: Any, holder: dict[str, Tree] | list[Tree]) -> None:
        if event.anchor or event.tag:
            self._refuse_marks(event)
        if len(self.stack) >= MAX_DEPTH:
            self._flaw(event, f"nested too deep; expected at most {MAX_DEPTH} levels")
            raise _TooBad
        loc = self._place(event, holder)
        self.stack.append(_Frame(holder, loc, waits_for_key=isinstance(holder, dict)))

    def _place(self, event: Any, value: Any, *, is_alias: bool = False) -> Loc:
        """Puts a value where the parent waits for it; gives its Loc (empty while places are not wanted)."""
        if not self.stack:
            self.top = value
            if self.places is not None:
                self.places[()] = _place_of(event)
            return ()
        frame = self.stack[-1]
        if frame.waits_for_key:
            if not is_alias:
                self._flaw(event, "a list or map as a key; expected a word")
            frame.waits_for_key, frame.skips = False, True
            return (KEY,)
        holder = frame.holder
        if isinstance(holder, list):
            key: str | int = len(holder)
            holder.append(value)
        else:
            key = frame.key or ""
            skips, frame.skips, frame.waits_for_key = frame.skips, False, True
            if skips:
                return (KEY,)
            holder[key] = value
        if self.places is None:
            return ()
        loc = (*frame.loc, key)
        self.places[loc] = _place_of(event)
        return loc

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor:
            self._flaw(event, f"anchor &{event.anchor[:40]}; expected the value alone")
        if event.tag:
            self._flaw(event, f"tag {event.tag[:40]}; expected the value alone")

    def _flaw(self, event: Any, message: str) -> None:
        self._add(*_place_of(event), message)

    def _add(self, line: int, column: int, message: str) -> None:
        self.flaws.append(Flaw(line, column, message))
        if len(self.flaws) >= MAX_FLAWS:
            self.flaws.append(Flaw(line, column, f"more than {MAX_FLAWS} faults; the rest of this file was not read"))
            raise _TooBad

    def _unreadable(self, error: Exception, text: str) -> None:
        mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        if start is not None and (mark is None or mark.index >= len(text.rstrip())):
            # What is never closed is noticed at the end of the file; the place to mend is where it began.
            mark, problem = start, f"{problem} {getattr(error, 'context', None) or ''}".strip()
        line, column = (mark.line + 1, mark.column + 1) if mark else place_in(text, getattr(error, "position", 0))
        expected = "expected YAML; quote a text that holds ': ' or ' #', or begins with a sign"
        self.flaws.append(Flaw(line, column, f"not YAML: {problem}; {expected}"))


def _place_of(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def place_in(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of the character at `offset`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def unwanted(character: str) -> str:
    return f"character U+{ord(character):04X}; expected text without control or invisible characters"
