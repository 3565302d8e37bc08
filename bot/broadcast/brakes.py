"""What stops a broadcast: somebody's order, or the engine's own judgement. At once in memory, then in the ledger."""

from __future__ import annotations

from collections.abc import Callable

from bot.broadcast.flights import Flights
from bot.broadcast.moves import Moves
from bot.broadcast.patience import Patience
from bot.broadcast.ports import Clock, Ledger, Observer
from bot.broadcast.runs import Runs
from storage.records import BroadcastState


class Brakes:
    """`wake` is called whenever there is something to look at."""

    def __init__(
        self,
        ledger: Ledger,
        patience: Patience,
        clock: Clock,
        flights: Flights,
        runs: Runs,
        observer: Observer,
        wake: Callable[[], None],
    ) -> None:
        self.moves = Moves(ledger, patience, clock, self._moved)
        self._flights = flights
        self._runs = runs
        self._observer = observer
        self._wake = wake

    async def order(self, broadcast: int, state: BroadcastState, note: str) -> bool:
        """Somebody's order. False: the broadcast cannot be brought into this state."""
        self._runs.bar(broadcast)
        self._flights.withdraw(broadcast)
        moved = await self.moves.now(broadcast, state, note)
        if not moved:
            self._runs.unbar(broadcast)
        elif broadcast not in self.moves:
            self._runs.settle(broadcast)
        self._wake()
        return moved

    def pause(self, broadcast: int, note: str) -> None:
        """The engine's own pause."""
        self._runs.bar(broadcast)
        self._flights.withdraw(broadcast)
        self.moves.add(broadcast, BroadcastState.PAUSED, note)
        self._wake()

    def pause_all(self, note: str) -> None:
        for run in self._runs:
            self.pause(run.id, note)

    def _moved(self, broadcast: int, state: BroadcastState, note: str, moved: bool) -> None:
        self._runs.forget(broadcast)
        if state is BroadcastState.PAUSED:
            self._runs.settle(broadcast)
        else:
            self._runs.unbar(broadcast)
        if moved:
            self._observer.moved(broadcast, state, note)
        self._wake()
