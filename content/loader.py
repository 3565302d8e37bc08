"""The only file I/O of content: a folder of YAML -> records, and every fault as file:line:column.

The folder holds one folder a kind (`KINDS`), one file a record, named after its id. Names that begin
with a dot, the folder `schema`, a README and a LICENSE at the root are passed over; all else is a fault.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from content.drafts import Draft, Drafts
from content.errors import Fault, InvalidLibrary
from content.explain import explain
from content.files import Unread, reason, text_of
from content.library import Library
from content.models import KINDS
from content.resting import collector_resting
from content.rules import broken
from content.strict_yaml import KEY, MAX_FLAWS, Loc, Tree, read
from content.survey import survey

ENDING = ".yaml"
PASSED_OVER = ("README", "LICENSE")
SCHEMA = "schema"

Progress = Callable[[int, int], None]
"""Called with files done and files in all."""


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
        faults.append(_of_path(folder, f"{reason(error)}; expected a folder that can be read"))
        return []
    return sorted(visible, key=lambda entry: entry.name)


def _fill(draft: Draft, language: str, drafts: Drafts) -> list[Fault]:
    """Reads, parses and validates one file; its faults."""
    try:
        text = text_of(draft.path)
    except Unread as error:
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
