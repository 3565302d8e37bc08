"""One line of `dauys doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    GOOD = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    grade: Grade
    text: str


def good(text: str) -> Finding:
    return Finding(Grade.GOOD, text)


def warning(text: str) -> Finding:
    return Finding(Grade.WARNING, text)


def fault(text: str) -> Finding:
    return Finding(Grade.FAULT, text)
