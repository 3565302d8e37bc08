"""One budget for all replicas: messages are leased out of one row, few at a time and for a moment.

The row holds the moment up to which all is spoken for (a virtual clock, as in ATM's generic cell rate algorithm:
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). Nothing needs to be given back: what a replica leased and
did not use, because it died or its chats may get nothing yet, is lost with its moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from storage.replicas.session import Session

AHEAD = 0.2
"""Seconds of the budget that may be leased at once."""
BROADCASTS = 0.1
"""Of which a broadcast takes so many at most: answers go first."""
REPLIES = 0.8
"""The part of the budget that answers get while a broadcast waits."""
WAITED = 1.0
"""Seconds after its last question for which a broadcast counts as waiting."""
REST = 0.97
"""What is leased out of the whole: the rest is for those who cannot ask."""
JUST = 1e-6
"""Moments are floats: a message that lacks this much is a message."""


@dataclass(frozen=True, slots=True)
class Account:
    """`due`: the moment up to which all is spoken for; `answers`: likewise for the answers' part while a broadcast
    waits; `wanted`: when a broadcast asked last. Moments are the database's, in Unix seconds."""

    due: float = 0.0
    answers: float = 0.0
    wanted: float = 0.0

    def lease(self, replies: int, sends: int, rate: float, now: float) -> tuple[Account, int, int]:
        """The account afterwards, and how many of each may go. `rate`: messages a second of all together."""
        due, answers = max(self.due, now), max(self.answers, now)
        crowded = sends > 0 or now - self.wanted < WAITED
        given = _fits(replies, now + max(AHEAD, 2 / rate) - due, rate)
        if crowded:
            given = _fits(given, now + max(2 * AHEAD, 2 / (rate * REPLIES)) - answers, rate * REPLIES)
        due += given / rate
        sent = _fits(sends, now + max(BROADCASTS, 1 / rate) - due, rate)
        after = replace(
            self,
            due=due + sent / rate,
            answers=answers + given / (rate * REPLIES) if crowded else answers,
            wanted=now if sends else self.wanted,
        )
        return after, given, sent


def _fits(wanted: int, seconds: float, rate: float) -> int:
    return max(0, min(wanted, int(seconds * rate + JUST)))


class Leases:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def take(self, replies: int, sends: int, rate: float) -> tuple[int, int]:
        """How many of each may go now, at `rate` messages a second for all replicas together. StorageError."""

        async def work(connection: Any) -> tuple[int, int]:
            row = await connection.fetchrow("SELECT due, answers, wanted FROM budget WHERE id = 1 FOR UPDATE")
            now = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
            account, given, sent = Account(*row).lease(replies, sends, rate * REST, now)
            values = (account.due, account.answers, account.wanted)
            await connection.execute("UPDATE budget SET due = $1, answers = $2, wanted = $3 WHERE id = 1", *values)
            return given, sent

        given: tuple[int, int] = await self._session.transact(work)
        return given

    async def close(self) -> None:
        await self._session.close()
