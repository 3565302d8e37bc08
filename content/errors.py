"""Content's exceptions and the faults that they carry.

ContentError
└── InvalidLibrary    the folder of YAML cannot be served; holds every fault
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong with a library, and where."""

    path: str
    """The file or folder, under the root as it was given."""
    line: int
    """From 1; 1 where the fault is the file's or the folder's own."""
    column: int
    """From 1, in characters."""
    message: str
    """What is wrong; what was expected."""
    severity: Severity = Severity.FAULT

    def __str__(self) -> str:
        label = "warning: " if self.severity is Severity.WARNING else ""
        return f"{self.path}:{self.line}:{self.column}: {label}{self.message}"


class ContentError(Exception):
    """The root of what content raises on purpose."""


class InvalidLibrary(ContentError):
    """The library has faults; nothing of it is served."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))
