"""Fan-out: the audience of a broadcast becomes rows, page by page, while messages already go out."""

from __future__ import annotations

from collections.abc import Callable

from bot.broadcast.pages import Pages
from bot.broadcast.patience import Patience
from bot.broadcast.ports import Clock, Ledger, Observer
from bot.broadcast.runs import Run, Runs
from storage.records import BroadcastState, Kind

SPELL = 0.2
"""Seconds of a pass that it may take before messages have their turn."""
LATEST = 6 * 3600.0
"""Seconds after its moment for which a message still goes out unasked; what was urgent then may be wrong by now."""


class Queueing:
    """`may`: whether anything may go out; `pause` stops a broadcast for a reason; `wake` is called when the ledger
    knows something new."""

    def __init__(
        self,
        ledger: Ledger,
        patience: Patience,
        clock: Clock,
        runs: Runs,
        observer: Observer,
        may: Callable[[], bool],
        pause: Callable[[int, str], None],
        wake: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._patience = patience
        self._clock = clock
        self._runs = runs
        self._observer = observer
        self._may = may
        self._pause = pause
        self._wake = wake
        self._pages = Pages()
        self.busy = False
        """Whether an audience is still incomplete."""

    async def spell(self) -> None:
        """Queues pages of the first broadcast whose audience is not complete, for a moment. NotNow: storage failed."""
        wall = self._clock.time()
        run = next((r for r in self._runs if not r.begins_in(wall) and not r.broadcast.fanned_out), None)
        self.busy = run is not None and self._may() and await self._begun(run)
        if run is None or not self.busy:
            return
        until = self._clock.monotonic() + SPELL
        while self._clock.monotonic() < until and run.id not in self._runs.barred and self._may():
            began = self._clock.monotonic()
            added = await self._patience.ask(self._ledger.fan_out, run.id, self._pages.size)
            self._pages.took(self._clock.monotonic() - began)
            run.look_at = float("-inf")
            if not added:
                self._wake()
                return

    async def _begun(self, run: Run) -> bool:
        """Whether it is running; an approved one is set going, unless its moment is long past."""
        if run.broadcast.state is BroadcastState.RUNNING:
            return True
        late = _late(run, self._clock.time())
        if late > LATEST:
            self._pause(run.id, f"It was to go out {late / 3600:.0f} hours ago, and the bot could not.")
            return False
        moved = await self._patience.ask(self._ledger.set_state, run.id, BroadcastState.RUNNING, self._clock.time())
        if moved:
            self._observer.moved(run.id, BroadcastState.RUNNING, "")
        else:
            self._runs.forget(run.id)
        self._wake()
        return moved


def _late(run: Run, wall: float) -> float:
    """Seconds since its moment. Jobs wait for what they are about, and what was given no moment is never late."""
    found = run.broadcast
    return wall - found.start_at if found.start_at and found.kind is Kind.SEND else 0.0
