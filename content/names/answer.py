"""What a question about names gets: the vocabulary of the policy, shared by index and callers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the reader is to see."""

    CARD = "card"
    """Exactly one person; given name and surname both match."""
    HINT = "hint"
    """"Did you mean ...?": near, or a lone name that only one person bears, or an inferred alias."""
    CHOICE = "choice"
    """Several people fit, or several were named: a list to choose from, nobody picked."""
    NO = "no"
    """No record under this name."""


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of one person, as the index takes it."""

    key: str
    """The caller's id of the person; the index gives it back."""
    text: str
    inferred: bool = False
    """The identity behind this spelling is an inference: it never leads to a card."""


@dataclass(frozen=True, slots=True)
class Candidate:
    key: str
    score: float
    """0 to 1; 1 is an exact match after folding."""
    exact: bool
    """Good enough for a card if it stood alone."""
    rule: str
    """The rule of the policy that let it in, for `--explain`."""
    typed: str = ""
    """The words of the question that it answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()
    """Best first; in the order of the question where several people were named."""
    steps: tuple[str, ...] = ()
    """Folds, candidates, scores and rules in words; filled only when asked to explain."""
