"""What the delivery engine needs from others, and nothing more.

Storage fits `Ledger` and `Outbox` by shape (mypy checks it where the application is composed); the
wire fits `Sender` and `Pace`; whoever wants to watch fits `Observer`. The engine imports none of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from storage.records import Broadcast, BroadcastState, Delivery, Outcome, Result


class Sender(Protocol):
    @property
    def capacity(self) -> int:
        """How many requests may be on the wire at once."""

    def send(self, delivery: Delivery, job: Broadcast) -> Awaitable[Outcome]:
        """What the job does for one reader, written as soon as a connection is there. Never raises
        for what Telegram or the network answers. CancelledError: perhaps written, perhaps not. A future rather
        than a coroutine where it can be: the engine then needs no task for it."""

    def alone(self, job: Broadcast) -> bool:
        """Whether its next message must have its answer before others go out: it carries a file up."""

    def take_back(self, sent: asyncio.Future[Outcome]) -> bool:
        """Whether what `send` gave this for still waits for a connection: then it is cancelled, and never written."""


class Pace(Protocol):
    """The broadcasts' side of the gate through which everything goes out."""

    def enter(self, chat: int, job: Broadcast, go: Callable[[float], None]) -> object:
        """A place in this job's line. `go` is called when a message to this chat may be written, with that moment,
        for `flood`; never before this returns. It writes at once and raises nothing."""

    def leave(self, place: Any) -> None:
        """Gives up a place whose `go` was not called yet; nothing is taken from the budget."""

    def room(self, job: Broadcast) -> int:
        """How many more deliveries of it to bring to the gate so that it neither starves nor piles up; 0 while
        it is closed."""

    def flood(self, job: Broadcast | None, wait: float, granted: float) -> None:
        """A 429 named `wait` seconds; `granted` is the moment given to `go` of the refused message. None: its job is
        under way no more."""

    def taken(self, granted: float) -> None:
        """Telegram took a message whose `go` was given that moment, or told why its reader cannot get it."""

    def opens_in(self) -> float:
        """Seconds until the gate opens; 0 when it is open."""


class Ledger(Protocol):
    """The durable half of a broadcast. Every method is one transaction.

    Counters of a delivery: `attempts` grows by one with each stored RETRY, `unknowns` with each stored
    UNKNOWN; QUEUED (a flood, a content fault, a withdrawal) costs neither.
    """

    async def active(self) -> Sequence[Broadcast]:
        """Broadcasts in APPROVED or RUNNING: recalls, then the others, oldest first; counts filled. A job that
        comes after another one is not among them before that one is done, nor is one about a broadcast that has not
        ended, or of which a row is SENDING."""

    async def fan_out(self, broadcast: int, limit: int) -> int:
        """Queue the next page of the audience behind the cursor, of an APPROVED or RUNNING broadcast;
        how many were added. 0: complete, `fanned_out` and `total` are set."""

    async def recover(self) -> int:
        """After a start, or when no request is in flight: every SENDING row becomes UNKNOWN and due at
        once; how many. Counted as possible duplicates."""

    async def tick(
        self, results: Sequence[Result], broadcast: int | None, limit: int, now: float
    ) -> Sequence[Delivery]:
        """One transaction: store results, then mark up to `limit` due rows of `broadcast` (queued, or
        unknown or retry whose `retry_at` has come) SENDING and return them, decrypted. A recipient who is
        no longer an active subscriber becomes CANCELLED with cause LEFT instead. Counters of the
        broadcast move in the same transaction. A reader whose result says BLOCKED is suspended,
        DEACTIVATED erased, UNREACHABLE set so, MIGRATED moved to the new chat.

        A result applies to a row that is SENDING and to no other: after an error the engine brings the
        same results again. Results may belong to several broadcasts, and to ones that were paused or
        cancelled meanwhile."""

    async def set_state(self, broadcast: int, state: BroadcastState, now: float, note: str = "") -> bool:
        """False when the move is not allowed from the present state (a cancelled one stays so). Allowed:
        approved -> running, paused, cancelled; running -> paused, done, cancelled; paused -> running,
        cancelled. One that was paused before its schedule becomes approved instead of running, and begins in its
        time. Cancelling makes every waiting row CANCELLED and leaves SENDING ones to their results."""

    async def halted(self) -> str | None:
        """Why all sending stands still since before a restart; None: it does not."""

    async def halt(self, note: str | None) -> None:
        """Keeps, or with None ends, a halt across restarts."""

    async def next_due(self, broadcast: int) -> float | None:
        """Earliest moment at which a row of it is due; None when every row is terminal or SENDING."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at a running broadcast."""

    broadcast: Broadcast
    rate: float
    """Answers a second over the last few seconds."""
    left: float | None
    """Seconds to the end at this rate; None when it cannot be told."""


class Observer(Protocol):
    """Told of what happens, from inside the engine's loop: return at once, raise nothing."""

    def progress(self, progress: Progress) -> None:
        """About once a second while a broadcast runs, and once at its end."""

    def moved(self, broadcast: int, state: BroadcastState, note: str) -> None:
        """The engine itself moved a broadcast: RUNNING, PAUSED (`note` says why) or DONE."""

    def halted(self, note: str) -> None:
        """All sending stopped, by /halt or because Telegram refuses the bot; stays so until resumed."""

    def trouble(self, note: str) -> None:
        """Something stands in the way that the engine overcomes by itself; one line for the operator."""


class Clock(Protocol):
    def time(self) -> float:
        """Unix seconds."""

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


__all__ = ["Clock", "Ledger", "Observer", "Outcome", "Pace", "Progress", "Sender"]
