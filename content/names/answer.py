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
class Reading:
    """One word of the question, and how it was read."""

    text: str
    folds: tuple[str, ...]
    role: str
    """"word", "initial" or "word of questions"."""


@dataclass(frozen=True, slots=True)
class Considered:
    """Somebody who was weighed, whether or not the reader sees them."""

    key: str
    name: str
    """The stored name, in folds."""
    typed: str
    rule: str
    slips: int
    score: float
    """0 to 1: how alike the letters are as typed."""
    kept: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the answer is what it is."""

    rule: str
    """The line of the policy that decided."""
    readings: tuple[Reading, ...]
    considered: tuple[Considered, ...]
    retyped: str = ""
    """The question as it reads on another keyboard layout, where that is what was answered."""

    @property
    def lines(self) -> tuple[str, ...]:
        found = [f"read as typed on another keyboard: {self.retyped}"] if self.retyped else []
        for word in self.readings:
            role = "" if word.role == "word" else f" ({word.role})"
            found.append(f"{word.text} -> {' | '.join(word.folds)}{role}")
        for one in self.considered:
            fate = "" if one.kept else "; left out for a better one"
            found.append(f"{one.typed}: {one.key} ({one.name}), {one.rule}, slips {one.slips}, {one.score:.2f}{fate}")
        return (*found, self.rule)


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()
    """Best first; in the order of the question where several people were named."""
    why: Explanation | None = None
    """Only when asked to explain."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The explanation in lines; none without one."""
        return self.why.lines if self.why else ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that stands in a text."""

    text: str
    """As it stands there."""
    keys: tuple[str, ...] = ()
    """Whom it may be; nobody where the records have no such name."""
    sure: bool = False
    """One person, whose whole name it is."""
