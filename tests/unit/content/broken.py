"""A row of the tables of broken libraries, and the ways in which one is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.unit.content.folder import SOUND

PERSON, CASE, GROUP = "people/ada.yaml", "cases/ada.yaml", "cases/club.yaml"
DECLARATION, UPDATE = "declarations/d-1.yaml", "updates/u-1.yaml"
PAGE, OTHER = "sources/page.yaml", "sources/other.yaml"

Files = Mapping[str, str | bytes | None]


class Broken(NamedTuple):
    name: str
    files: Files
    says: tuple[str, ...]
    """Each fault, in order: its beginning, up to any point."""


def more(name: str, text: str) -> Files:
    """The sound library with something at the end of a file, or with one file more."""
    return {**SOUND, name: SOUND.get(name, "") + text}


def instead(name: str, text: str | bytes | None) -> Files:
    return {**SOUND, name: text}


def row(name: str, files: Files, *says: str) -> Broken:
    return Broken(name, files, says)
