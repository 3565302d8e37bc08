"""The only file I/O of content: a folder of YAML -> records, and every fault as file:line:column.

The folder holds one folder a kind (`KINDS`), one file a record, named after its id. Names that begin
with a dot, the folder `schema`, a README and a LICENSE at the root are passed over; all else is a fault.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from content.errors import Fault, InvalidLibrary, Severity
from content.explain import explain
from content.library import Library
from content.models import KINDS, Record
from content.resting import collector_resting
from content.rules import broken
from content.strict_yaml import FORBIDDEN, KEY, MAX_FLAWS, Loc, Tree, place_in, places, read, unwanted
from content.survey import survey

MAX_BYTES = 256 * 1024
ENDING = ".yaml"
PASSED_OVER = ("README", "LICENSE")
SCHEMA = "schema"

R = TypeVar("R", bound=Record)
Progress = Callable[[int, int], None]
"""Called with files done and files in all."""


@dataclass(slots=True)
class Draft:
    """One file of a library, and the record in it if it is one."""

    kind: str
    stem: str
    path: str
    record: Record | None = None
    _places: Mapping[Loc, tuple[int, int]] | None = None

    def place(self, loc: Loc) -> tuple[int, int]:
        """Line and column of a value; of the nearest value around it where there is none."""
        if self._places is None:
            # Few files have faults: their places are worth a second reading, not the memory of all texts.
            self._places = _places(self.path)
        while loc not in self._places and loc:
            loc = loc[:-1]
        return self._places.get(loc, (1, 1))

    def fault(self, loc: Loc, message: str, severity: Severity = Severity.FAULT) -> Fault:
        return Fault(self.path, *self.place(loc), message, severity)


@dataclass(slots=True)
class Drafts:
    """A library as read: its files, by kind and stem, and the faults of each file by itself."""

    by_kind: dict[str, dict[str, Draft]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    faults: list[Fault] = field(default_factory=list)

    def __iter__(self) -> Iterator[Draft]:
        return (draft for drafts in self.by_kind.values() for draft in drafts.values())

    @property
    def known(self) -> Mapping[str, Set[str]]:
        """Kind -> the ids that its files' names promise, whether or not the files are sound."""
        return {kind: drafts.keys() for kind, drafts in self.by_kind.items()}

    def records(self, kind: type[R]) -> Iterator[tuple[Draft, R]]:
        """The sound ones of a kind, with their files."""
        return ((draft, draft.record) for draft in self if isinstance(draft.record, kind))


def load(root: Path, *, language: str = "en", progress: Progress | None = None) -> Library:
    """The library in a folder; `language` is that of bare strings. Raises InvalidLibrary with every fault."""
    with collector_resting():
        drafts = read_drafts(root, language=language, progress=progress)
        faults = [*drafts.faults, *broken(drafts)]
        if faults:
            raise InvalidLibrary(faults)
        return Library.build(draft.record for draft in drafts if draft.record is not None)


def read_drafts(root: Path, *, language: str, progress: Progress | None = None) -> Drafts:
    """Reads and validates each file by itself; what must hold between them is for `content.rules`."""
    drafts = Drafts()
    found = list(_files(root, drafts.faults))
    for draft in found:
        drafts.by_kind[draft.kind][draft.stem] = draft
    for done, draft in enumerate(found, 1):
        drafts.faults += _fill(draft, language, drafts)
        if progress is not None:
            progress(done, len(found))
    if not found and not drafts.faults:
        drafts.faults.append(_of_path(root, "an empty library; expected at least one record"))
    return drafts


def _files(root: Path, faults: list[Fault]) -> Iterator[Draft]:
    """A Draft without text for each file to read, in order; a fault for all that is not to be there."""
    entries = {entry.name: entry for entry in _listed(root, faults)}
    if faults:
        return
    for kind in KINDS:
        if kind not in entries:
            faults.append(_of_path(root / kind, "no such folder; expected one, be it empty"))
    for name, entry in entries.items():
        path = Path(root, name)
        if name == SCHEMA and entry.is_dir(follow_symlinks=False):
            continue
        if name.split(".")[0] in PASSED_OVER and entry.is_file(follow_symlinks=False):
            continue
        if name not in KINDS:
            faults.append(_of_path(path, f"not of a library; expected {', '.join(KINDS)}, README or LICENSE"))
        elif not entry.is_dir(follow_symlinks=False):
            faults.append(_of_path(path, "not a folder; expected one of its own, not a link"))
        else:
            yield from _records(path, name, faults)


def _records(folder: Path, kind: str, faults: list[Fault]) -> Iterator[Draft]:
    for entry in _listed(folder, faults):
        path = folder / entry.name
        if not entry.is_file(follow_symlinks=False):
            faults.append(_of_path(path, f"not a plain file; expected ID{ENDING}, no folder and no link"))
        elif not entry.name.endswith(ENDING):
            faults.append(_of_path(path, f"unknown kind of file; expected ID{ENDING}"))
        else:
            yield Draft(kind, entry.name.removesuffix(ENDING), str(path))


def _listed(folder: Path, faults: list[Fault]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        faults.append(_of_path(folder, f"{_reason(error)}; expected a folder that can be read"))
        return []
    return sorted(visible, key=lambda entry: entry.name)


def _fill(draft: Draft, language: str, drafts: Drafts) -> list[Fault]:
    """Reads, parses and validates one file; its faults."""
    try:
        text = _text(draft.path)
    except _Unread as error:
        return [Fault(draft.path, error.line, error.column, error.message)]
    tree, flaws = read(text)
    faults = [Fault(draft.path, flaw.line, flaw.column, flaw.message) for flaw in flaws]
    if isinstance(tree, dict):
        faults += _validate(draft, tree, language, drafts)
        faults += [draft.fault(*wrong) for wrong in islice(survey(tree, draft.kind, drafts.known), MAX_FLAWS)]
    elif not faults:
        wrong = "an empty file" if tree is None else "not a map of fields"
        faults.append(Fault(draft.path, 1, 1, f"{wrong}; expected a record, beginning with id: {draft.stem[:40]}"))
    return faults


class _Unread(Exception):
    """A file whose text cannot be had, and why."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def _text(path: str) -> str:
    try:
        raw = _bytes(path)
    except OSError as error:
        raise _Unread(f"{_reason(error)}; expected a file that can be read") from None
    if len(raw) > MAX_BYTES:
        raise _Unread(f"larger than {MAX_BYTES // 1024} KiB; expected one record")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise _Unread("not UTF-8; expected the file saved as UTF-8", *place_in(before, len(before))) from None
    if bad := FORBIDDEN.search(text):
        raise _Unread(unwanted(bad[0]), *place_in(text, bad.start()))
    return text


def _places(path: str) -> Mapping[Loc, tuple[int, int]]:
    try:
        return places(_text(path))
    except _Unread:
        return {}


def _bytes(path: str) -> bytes:
    """At most one byte more than is allowed; OSError for a link or what is not a plain file."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "not a plain file")
        return file.read(MAX_BYTES + 1)


def _validate(draft: Draft, tree: Tree, language: str, drafts: Drafts) -> list[Fault]:
    model = KINDS[draft.kind]
    try:
        draft.record = model.model_validate(tree, context={"language": language})
    except ValidationError as error:
        details = (each for each in error.errors(include_url=False) if not _told_already(tree, each["loc"]))
        told = islice(details, MAX_FLAWS)
        return [draft.fault(_place_of(each["loc"], each["type"]), explain(each, model)) for each in told]
    id_ = draft.record.id
    if id_ != draft.stem:
        owner = "that of another file" if id_ in drafts.by_kind[draft.kind] else "not the file's name"
        return [draft.fault(("id",), f"id {id_!r} is {owner}; expected {draft.stem[:40]!r}")]
    return []


def _place_of(loc: Loc, kind: str) -> Loc:
    """An unknown field's place is its name's, any other fault's its value's."""
    return (*loc, KEY) if kind == "extra_forbidden" else loc


def _told_already(tree: Tree, loc: Loc) -> bool:
    """A flaw of the YAML has taken this value's place, and is a fault by itself."""
    for part in loc:
        try:
            tree = tree[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return False
        if tree is None:
            return True
    return False


def _of_path(path: Path, message: str) -> Fault:
    return Fault(str(path), 1, 1, message)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
