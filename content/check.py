"""What `dauys check` says of a library: every fault, every warning, and how much there is of what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from content.doubts import doubts, from_the_future, overdue
from content.errors import Fault, Severity
from content.loader import Progress, read_drafts
from content.resting import collector_resting
from content.rules import broken


@dataclass(frozen=True, slots=True)
class Report:
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    counts: Mapping[str, int]
    """Kind -> files read, sound or not."""


def check(
    root: Path,
    *,
    release: bool = False,
    language: str = "en",
    languages: Collection[str] = (),
    today: date,
    progress: Progress | None = None,
) -> Report:
    """Reads a library and judges it; raises nothing for what it finds.

    `release` makes overdue reviews faults. `languages` are those in which every text is wanted; without
    them, all that the library itself uses.
    """
    with collector_resting():
        drafts = read_drafts(root, language=language, progress=progress)
        found = [*drafts.faults, *broken(drafts), *from_the_future(drafts, today)]
        found += overdue(drafts, today, Severity.FAULT if release else Severity.WARNING)
        found += doubts(drafts, languages=languages)
    faults = tuple(sorted(fault for fault in found if fault.severity is Severity.FAULT))
    warnings = tuple(sorted(fault for fault in found if fault.severity is Severity.WARNING))
    counts = {kind: len(files) for kind, files in drafts.by_kind.items()}
    return Report(faults, warnings, MappingProxyType(counts))
