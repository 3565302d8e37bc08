"""An update of which another replica may know: it is handled by whoever holds its claim.

An answer may come twice, when the replica that had sent it died before it could say that the update was done; the
effect does not (`storage/replicas/claims.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Token
from dataclasses import dataclass

from storage.errors import StorageError
from storage.replicas.claims import Claim, Claims, Handed, Handling, handling

WAITS = 20.0
"""Seconds for which an update waits for the one before it in another replica; then it is to come again."""
GLANCES = (0.02, 0.05, 0.1, 0.2)
"""Seconds between two looks, the last one again and again."""


class Elsewhere(Exception):
    """Another replica has had it in hand for too long to wait any more, or must handle it."""


@dataclass(frozen=True)
class Hold:
    """`chat`: the keyed hashes under which a chat may be known in the database, today's first; none: no chat.
    `fit`: whether this replica has the key that is in use."""

    claims: Claims
    chat: Callable[[object], Sequence[bytes]]
    fit: Callable[[], bool] = lambda: True

    async def take(self, number: int, chat: object) -> Claim | None:
        """None: it was handled already. Elsewhere: others are to handle it; StorageError."""
        loop = asyncio.get_running_loop()
        until = loop.time() + WAITS
        for look in range(1 << 30):
            if not self.fit():
                break
            today, *before = self.chat(chat) or (None,)
            claim = await self.claims.take(number, today, [form for form in before if form is not None])
            if claim.handed is Handed.DONE:
                return None
            if claim.handed is not Handed.WAIT:
                return claim
            if loop.time() > until:
                break
            await asyncio.sleep(GLANCES[min(look, len(GLANCES) - 1)])
        raise Elsewhere

    def begin(self, number: int) -> Token[Handling | None]:
        """From now on this task writes on behalf of the update; to be given back to `end`."""
        return handling.set(Handling(number, self.claims.owner))

    def end(self, token: Token[Handling | None]) -> None:
        handling.reset(token)

    async def leave(self, number: int) -> None:
        try:
            await self.claims.leave(number)
        except StorageError:
            return
