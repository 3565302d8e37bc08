"""The delivery engine: ticks of 50 ms, each one transaction; commit, then send.

After a crash what was *sending* is *unknown* and goes out again: nothing is lost, and every possible
duplicate was written down before the message went out. It knows neither Telegram nor SQL.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import structlog

from bot.broadcast.brakes import Brakes
from bot.broadcast.decide import decide, withdrawn
from bot.broadcast.flights import Flights
from bot.broadcast.halt import Halt
from bot.broadcast.lag import Lag
from bot.broadcast.landing import land
from bot.broadcast.lead import Lead, Sole
from bot.broadcast.meter import Meter
from bot.broadcast.patience import NotNow, Patience
from bot.broadcast.ports import Clock, Ledger, Observer, Pace, Sender
from bot.broadcast.queueing import Queueing
from bot.broadcast.rest import Rest
from bot.broadcast.runs import Run, Runs
from bot.broadcast.trouble import Trouble
from bot.broadcast.watch import Silent
from storage.records import BroadcastState, Delivery, Outcome, Result, Verb

log = structlog.get_logger(__name__)

TICK = 0.05
IDLE = 1.0
"""Seconds between two looks at the ledger, busy or not; `wake` brings the next one forward."""
REFUSED = "Telegram refuses this bot"
"""How the note of a halt begins that the engine itself has called."""


class Engine:
    """`run` in a supervised task; everything else from the same event loop."""

    def __init__(
        self,
        ledger: Ledger,
        sender: Sender,
        pace: Pace,
        clock: Clock,
        observer: Observer | None = None,
        lead: Lead | None = None,
    ) -> None:
        self.observer: Observer = observer or Silent()
        self._ledger = ledger
        self._sender = sender
        self._pace = pace
        self._clock = clock
        self._lead: Lead = lead or Sole()
        self._flights = Flights(sender, pace, self._landed, self._returned, self._lead.mine)
        self._patience = Patience(lambda note: self.observer.trouble(note))
        self._runs = Runs()
        self._brakes = Brakes(ledger, self._patience, clock, self._flights, self._runs, self.observer, self.wake)
        self._trouble = Trouble()
        self._meter = Meter()
        self._lag = Lag()
        self.passed = float("-inf")
        """The monotonic moment at which the last pass ended, well or not."""
        self._results: list[Result] = []
        self._halt = Halt(ledger, self._patience)
        self._stopping = False
        self._orphans = True
        self._queueing = Queueing(
            ledger, self._patience, clock, self._runs, self.observer, self._may, self._brakes.pause, self.wake
        )
        self._hungry = False
        """Connections, and not the gate, are what limits: the next batch is fetched when half of them are free."""
        self._seen = float("-inf")
        self._epoch = 0.0
        self._rest = Rest()
        self._finished = asyncio.Event()

    @property
    def halted(self) -> bool:
        """Nothing is sent, and whatever is approved pauses, until a broadcast is resumed or the halt lifted."""
        return self._halt.note is not None

    def lag(self) -> float:
        """Seconds for which messages have been due and Telegram has taken none; 0 when none is due or all halted."""
        return self._lag.seconds(self._clock.monotonic())

    def wake(self) -> None:
        """Something new may be due."""
        self._seen = float("-inf")
        self._rest.end()

    async def pause(self, broadcast: int, note: str = "") -> bool:
        """No message of it starts from now on. False: it was not under way."""
        return await self._brakes.order(broadcast, BroadcastState.PAUSED, note)

    async def cancel(self, broadcast: int, note: str = "") -> bool:
        """As `pause`, for good: whoever still waits is cancelled."""
        return await self._brakes.order(broadcast, BroadcastState.CANCELLED, note)

    async def resume(self, broadcast: int) -> bool:
        """It goes on where it stood, or waits for its schedule again; lifts a halt. False: it was not paused. Raises
        what storage raises."""
        moved = await self._ledger.set_state(broadcast, BroadcastState.RUNNING, self._clock.time())
        if moved:
            self._runs.forget(broadcast)
            self._runs.unbar(broadcast)
            self._halt.note = None
        self.wake()
        return moved

    def halt(self, note: str = "") -> None:
        """No message of any broadcast is written from now on; all are paused, to be resumed one by one."""
        if not self.halted:
            self._halt.note = note
            self._flights.withdraw()
            self._brakes.pause_all(note)
            self.observer.halted(note)
            self.wake()

    def lift(self) -> None:
        """Ends a halt; what it paused stays paused."""
        self._halt.note = None
        self.wake()

    def heed(self) -> None:
        """Another bot on the same ledger may have called or lifted a halt."""
        self._halt.heed()
        self.wake()

    async def stop(self) -> None:
        """No new sends; what is on its way is awaited, and its results are stored. Returns when `run` ends."""
        self._stopping = True
        self.wake()
        await self._finished.wait()

    async def run(self) -> None:
        """Until `stop`. Storage that fails is tried again; no result is lost meanwhile."""
        self._epoch = self._clock.time() - self._clock.monotonic()
        try:
            while not self._stopping:
                began = self._clock.monotonic()
                with contextlib.suppress(NotNow):
                    await self._pass()
                self.passed = self._clock.monotonic()
                await self._until_next(began)
            await land(self._flights, self._results, self._store, self._unsaid, self._clock)
        finally:
            await self._flights.abandon()
            self._finished.set()

    async def _pass(self) -> None:
        """One look at everything. NotNow: storage refused something; the rest has its turn next time."""
        self._flights.refresh(self._clock.monotonic())
        await self._keep_halt()
        if not self._lead.mine():
            await self._stand_by()
            return
        if self._orphans:
            await self._recover()
        await self._brakes.moves.write()
        if self._clock.monotonic() - self._seen >= IDLE:
            await self._look()
        await self._queueing.spell()
        due = self._runs.due(self._now(), self._clock.time())
        self._lag.see(bool(due) and not self.halted, self._clock.monotonic())
        await self._ticks(due)

    async def _stand_by(self) -> None:
        """Another bot sends, and recovers what was under way here: only orders are still written down."""
        self._flights.withdraw()
        self._results.clear()
        self._runs.clear()
        self._orphans = True
        self._queueing.busy = False
        self._lag.see(False, self._clock.monotonic())
        await self._brakes.moves.write()

    async def _recover(self) -> None:
        """Rows that are *sending* though nothing is under way: left by a crash, or by a commit that we never
        heard of."""
        if len(self._flights) or self._results:
            return
        count = await self._patience.ask(self._ledger.recover)
        self._orphans = False
        self.wake()
        if count:
            log.warning("messages were under way when the bot ended; they go out again", count=count)

    async def _keep_halt(self) -> None:
        """A halt outlives a restart: taken over at the start, written down when it changes."""
        if await self._halt.changed():
            if self._halt.kept is None:
                self.lift()
            else:
                self.halt(self._halt.kept)
        await self._halt.keep()

    async def _look(self) -> None:
        stopped = dict(self._runs.settled)
        active = await self._patience.ask(self._ledger.active)
        self._runs.resumed(active, stopped)
        now = self._seen = self._clock.monotonic()
        for gone in self._runs.see(active):
            self._flights.withdraw(gone)
        for run in self._runs:
            if run.broadcast.state is BroadcastState.RUNNING:
                self.observer.progress(self._meter.progress(run.broadcast, now))
        if self.halted:
            self._brakes.pause_all(self._halt.note or "")

    async def _ticks(self, due: Sequence[Run]) -> None:
        """The first that is due takes what it may; another one goes beside it where it has a budget of its own, or
        where the first has left some."""
        await self._tick(due[0] if due else None)
        for run in due[1:]:
            if self._sender.alone(due[0].broadcast):
                return
            if self._runs.get(run.id) is run and self._pace.room(run.broadcast):
                await self._tick(run)

    async def _tick(self, run: Run | None) -> None:
        """Stores the results so far and takes the next batch; results stay ours until the commit."""
        self._hungry = False
        limit = self._limit(run) if run is not None else 0
        results = self._results[:]
        if not results and not limit:
            return
        now = self._now() + (run.ahead if run is not None else 0.0)
        self._orphans, before = True, self._orphans
        taken = await self._patience.ask(self._ledger.tick, results, run.id if run and limit else None, limit, now)
        self._orphans = before
        del self._results[: len(results)]
        self._hungry = self._hungry and len(taken) == limit
        self._runs.stirred({result.broadcast for result in results})
        if run is not None and limit:
            self._launch(run, taken)
            if not taken:
                await self._exhausted(run)

    def _launch(self, run: Run, taken: Sequence[Delivery]) -> None:
        for delivery in taken:
            if not self._may() or delivery.broadcast in self._runs.barred:
                self._returned(delivery)
            else:
                self._flights.launch(delivery, run.broadcast, self._clock.monotonic())

    def _may(self) -> bool:
        return not self._stopping and not self.halted

    def _limit(self, run: Run) -> int:
        """How many more messages to bring to the gate now."""
        if self._orphans or not self._may():
            return 0
        under_way = len(self._flights)
        most = self._trouble.most(self._now())
        if self._sender.alone(run.broadcast):
            most = 1 if most is None else most
        free = (self._sender.capacity if most is None else most) - under_way
        room = self._pace.room(run.broadcast)
        self._hungry = most is None and room > free
        return max(0, min(free, room))

    async def _exhausted(self, run: Run) -> None:
        """No row of it was due: it waits for a moment, for answers, or it is done."""
        due = await self._patience.ask(self._ledger.next_due, run.id)
        if due is not None:
            run.due(due, self._now())
        elif self._flights.of(run.id) or any(result.broadcast == run.id for result in self._results):
            run.look_at = float("inf")
        elif run.broadcast.fanned_out:
            await self._finish(run)

    async def _finish(self, run: Run) -> None:
        await self._look()
        if run.sending:
            self._orphans = True
        elif self._runs.get(run.id) is run:
            self._runs.bar(run.id)
            self.observer.progress(self._meter.progress(run.broadcast, self._clock.monotonic()))
            self._brakes.moves.add(run.id, BroadcastState.DONE, "")
            await self._brakes.moves.write()

    def _landed(self, delivery: Delivery, outcome: Outcome, granted: float) -> None:
        if self._hungry and len(self._flights) <= self._sender.capacity // 2:
            self._rest.end()
        now, run = self._now(), self._runs.get(delivery.broadcast)
        self._meter.count(self._clock.monotonic())
        self._lag.landed(outcome, self._clock.monotonic())
        self._results.append(decide(delivery, outcome, now))
        if self._trouble.note(outcome, now):
            self._flights.withdraw()
            if self._trouble.held == 1:
                self._hindered(f"Telegram cannot be reached, or does not answer: {outcome.detail}")
        if outcome.verb in (Verb.SENT, Verb.GONE):
            self._pace.taken(granted)
        elif outcome.verb is Verb.FLOOD:
            self._pace.flood(run.broadcast if run is not None else None, outcome.wait, granted)
            self._flights.withdraw()
        elif outcome.verb is Verb.HALT and not self.halted:
            log.error("Telegram refuses this bot: all sending stops, recipients stay pending", said=outcome.detail)
            self.halt(f"{REFUSED}: {outcome.detail}")
        reason = run.faults.count(outcome) if run is not None else None
        if reason is not None and delivery.broadcast not in self._runs.barred:
            self._brakes.pause(delivery.broadcast, reason)

    def _returned(self, delivery: Delivery) -> None:
        self._results.append(withdrawn(delivery))

    def _hindered(self, note: str) -> None:
        log.warning("sending waits and tries again", why=note)
        self.observer.trouble(note)

    def _unsaid(self) -> bool:
        return bool(self._results or self._brakes.moves or self._halt.unsaid)

    async def _store(self) -> None:
        await self._tick(None)
        await self._brakes.moves.write()
        await self._keep_halt()

    async def _until_next(self, began: float) -> None:
        now, wall = self._now(), self._clock.time()
        if self._patience.wait:
            seconds = self._patience.wait
        elif self._queueing.busy:
            seconds = 0.0
        elif self._results or len(self._flights):
            seconds = TICK - (self._clock.monotonic() - began)
        elif not self.halted and self._runs.due(now, wall):
            held = max(self._pace.opens_in(), self._trouble.until - now)
            seconds = max(TICK - (self._clock.monotonic() - began), min(IDLE, held))
        else:
            seconds = min(IDLE, max(TICK, self._runs.next_moment(now, wall)))
        await self._rest.sleep(seconds)

    def _now(self) -> float:
        """Unix seconds that never jump: as they were at the start, plus what has passed since."""
        return self._epoch + self._clock.monotonic()
