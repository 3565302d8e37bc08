"""When a broadcast stops by itself: the content is refused, or too many readers cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records import Cause, Outcome, Verb

MOST_FAULTS = 3
"""Refusals of the content after which a broadcast pauses."""
MOST_OTHERS = 10
"""Refusals that we do not understand, likewise."""
FIRST = 50
MOST_EARLY = FIRST // 5
"""More refusals than a fifth of the first fifty answers: the wrong bot, or the wrong database."""
_EARLY = (Cause.CONTENT, Cause.OTHER, Cause.UNREACHABLE, Cause.RIGHTS)
LONG_FLOOD = 300.0
"""Seconds; for longer a broadcast does not wait by itself."""


@dataclass(slots=True)
class Faults:
    """Of one broadcast, since it was last set going. `answered`: rows that had ended before."""

    answered: int = 0
    contents: int = 0
    others: int = 0
    early: int = 0

    def count(self, outcome: Outcome) -> str | None:
        """Why the broadcast must stop now, in words for the editor; None: it goes on."""
        if outcome.verb is Verb.FLOOD:
            return f"Telegram asks to wait {outcome.wait / 60:.0f} minutes." if outcome.wait > LONG_FLOOD else None
        if outcome.verb in (Verb.UNCERTAIN, Verb.HALT) or outcome.cause is Cause.NOT_SENT:
            return None
        self.answered += 1
        if outcome.cause in _EARLY and self.answered <= FIRST:
            self.early += 1
        if outcome.verb is Verb.FAULT:
            self.contents += 1
        if outcome.cause is Cause.OTHER:
            self.others += 1
        if self.contents >= MOST_FAULTS:
            return f"Telegram refuses the content: {outcome.detail}"
        if self.others >= MOST_OTHERS:
            return f"Telegram refuses for a reason that we do not know: {outcome.detail}"
        if self.early > MOST_EARLY:
            return f"Telegram refused {self.early} of the first {self.answered}: {outcome.detail}"
        return None
