"""A reader's question, in words: people first, then declarations by number or title, then themes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from content.names.answer import Mention, Verdict


class Target(StrEnum):
    PERSON = "person"
    CASE = "case"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class Hit:
    target: Target
    id: str
    exact: bool
    typed: str = ""
    """The words of the question that it answers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """CARD: one hit to show. HINT and CHOICE: hits to offer as buttons. NO: nobody of that name; the hits, if any, are
    groups, themes and declarations that the question's words touch."""

    verdict: Verdict
    hits: tuple[Hit, ...] = ()
    steps: tuple[str, ...] = ()


class Asker(Protocol):
    def ask(self, question: str, *, explain: bool = False) -> Reply:
        """Pure and synchronous; keeps nothing of the question."""

    def people_in(self, text: str) -> tuple[Mention, ...]:
        """The names that stand in an editor's text, in its order, whether or not they are in the records."""
