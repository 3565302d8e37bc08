"""How long messages have been due without one that Telegram took or refused for good."""

from __future__ import annotations

from storage.records import Cause, Outcome

NO_ANSWER = frozenset({Cause.NOT_SENT, Cause.SERVER, Cause.UNCERTAIN, Cause.FLOOD, Cause.HALT})


class Lag:
    """Moments are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._since: float | None = None

    def see(self, waiting: bool, now: float) -> None:
        """Whether anything is due and nobody has halted it."""
        if not waiting:
            self._since = None
        elif self._since is None:
            self._since = now

    def landed(self, outcome: Outcome, now: float) -> None:
        if self._since is not None and outcome.cause not in NO_ANSWER:
            self._since = now

    def seconds(self, now: float) -> float:
        """0 while nothing waits."""
        return now - self._since if self._since is not None else 0.0
