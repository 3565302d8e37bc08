"""What may mean that somebody else has the bot's token."""

from __future__ import annotations

from enum import StrEnum


class Alarm(StrEnum):
    SECOND = "second"
    """Another program polls with the token (409)."""
    WEBHOOK = "webhook"
    """The webhook at Telegram is not the one that was set."""
    MISSING = "missing"
    """Updates never arrived; the count says how many."""
