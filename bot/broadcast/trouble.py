"""When the network or Telegram is down: everybody waits, one message tries, and all go on after its answer."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records import Cause, Outcome, Verb

FIRST_HOLD = 0.5
LONGEST_HOLD = 15.0
MISSING = 3
"""Answers missing in a row that make it trouble; one alone may be one bad line."""


@dataclass(slots=True)
class Trouble:
    """Moments are seconds of one steady clock."""

    until: float = float("-inf")
    held: int = 0
    """Holds in a row without any answer between them."""
    missing: int = 0

    def note(self, outcome: Outcome, now: float) -> bool:
        """Takes one answer, or its absence, into account. True: a new hold begins now."""
        if outcome.cause not in (Cause.NOT_SENT, Cause.SERVER, Cause.UNCERTAIN):
            self.held = self.missing = 0
            self.until = float("-inf")
            return False
        if outcome.verb is Verb.UNCERTAIN and outcome.cause is Cause.UNCERTAIN:
            self.missing += 1
            if self.missing < MISSING:
                return False
        if now < self.until:
            return False
        self.until = now + min(LONGEST_HOLD, FIRST_HOLD * 2.0 ** min(self.held, 20))
        self.held += 1
        return True

    def most(self, now: float) -> int | None:
        """How many requests may be under way: 0 in a hold, 1 after it until an answer comes, None: any number."""
        if now < self.until:
            return 0
        return 1 if self.held else None
