"""Moves of broadcasts between states: decided at once, written down as soon as storage takes them."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.broadcast.patience import NotNow, Patience
from bot.broadcast.ports import Clock, Ledger
from storage.records import BroadcastState

log = structlog.get_logger(__name__)


class Moves:
    """`moved` is called after each move that was decided earlier and is now in the ledger, or was refused."""

    def __init__(
        self,
        ledger: Ledger,
        patience: Patience,
        clock: Clock,
        moved: Callable[[int, BroadcastState, str, bool], None],
    ) -> None:
        self._ledger = ledger
        self._patience = patience
        self._clock = clock
        self._moved = moved
        self._open: list[tuple[int, BroadcastState, str]] = []

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, broadcast: int) -> bool:
        return any(move[0] == broadcast for move in self._open)

    def add(self, broadcast: int, state: BroadcastState, note: str) -> None:
        """To be written down by `write`; one move of a broadcast at a time, the first one counts."""
        if broadcast not in self:
            self._open.append((broadcast, state, note))

    async def now(self, broadcast: int, state: BroadcastState, note: str) -> bool:
        """Somebody's order. False: not allowed. While storage fails it is kept, and takes the place of what
        was decided before."""
        self._open = [move for move in self._open if move[0] != broadcast]
        try:
            return await self._set(broadcast, state, note)
        except NotNow:
            self.add(broadcast, state, note)
            return True

    async def write(self) -> None:
        """Writes down all that is open, in order. NotNow: the rest stays open."""
        while self._open:
            move = self._open[0]
            moved = await self._set(*move)
            if move in self._open:
                self._open.remove(move)
            self._moved(*move, moved)

    async def _set(self, broadcast: int, state: BroadcastState, note: str) -> bool:
        moved = await self._patience.ask(self._ledger.set_state, broadcast, state, self._clock.time(), note)
        if moved:
            log.info("a broadcast moved", broadcast=broadcast, state=state.value, note=note)
        return moved
