"""Which of several bots on one ledger sends."""

from __future__ import annotations

from typing import Protocol


class Lead(Protocol):
    def mine(self) -> bool:
        """Whether it is this one, at this moment."""


class Sole:
    """No other bot works on this ledger."""

    def mine(self) -> bool:
        return True
