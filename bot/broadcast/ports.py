"""What the delivery engine needs from others, and nothing more.

Storage fits `Ledger` and `Outbox` by shape (mypy checks it where the application is composed); the
wire fits `Sender`. The engine imports neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from storage.records import Broadcast, BroadcastState, Delivery, Outcome, Result


class Sender(Protocol):
    async def send(self, delivery: Delivery, payload: str) -> Outcome:
        """One message to one reader through the gate's broadcast lane; never raises for what Telegram
        or the network answers. CancelledError means that the request was never written."""


class Ledger(Protocol):
    """The durable half of a broadcast. Every method is one transaction."""

    async def active(self) -> Sequence[Broadcast]:
        """Broadcasts in APPROVED or RUNNING, oldest first; counts filled."""

    async def fan_out(self, broadcast: int, limit: int) -> int:
        """Queue the next page of the audience behind the cursor; how many were added. 0: complete,
        `fanned_out` and `total` are set."""

    async def recover(self) -> int:
        """After a start: every SENDING row becomes UNKNOWN; how many. Counted as possible duplicates."""

    async def tick(self, results: Sequence[Result], broadcast: int | None, limit: int, now: float) -> Sequence[Delivery]:
        """One transaction: store results, then mark up to `limit` due rows of `broadcast` (queued, or
        unknown, or retry whose time has come) SENDING and return them, decrypted. A recipient who is
        no longer an active subscriber becomes CANCELLED with cause LEFT instead. Counters of the
        broadcast move in the same transaction. A reader whose result says BLOCKED is suspended,
        DEACTIVATED erased, UNREACHABLE set so, MIGRATED moved to the new chat."""

    async def set_state(self, broadcast: int, state: BroadcastState, now: float, note: str = "") -> bool:
        """False when the move is not allowed from the present state (a cancelled one stays so)."""

    async def next_due(self, broadcast: int) -> float | None:
        """Earliest moment at which a row of it is due; None when every row is terminal."""


class Clock(Protocol):
    def time(self) -> float:
        """Unix seconds."""

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


__all__ = ["Clock", "Ledger", "Outcome", "Sender"]
