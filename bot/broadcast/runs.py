"""The broadcasts that are under way, as the engine last saw them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.broadcast.decide import LONGEST_BACKOFF
from bot.broadcast.faults import Faults
from storage.records import TERMINAL, Broadcast, BroadcastState, DeliveryState


@dataclass(slots=True)
class Run:
    """`look_at`: the moment, on the engine's steady clock, from which rows of it may be due."""

    broadcast: Broadcast
    faults: Faults
    look_at: float = float("-inf")
    ahead: float = 0.0
    """Seconds by which rows were written down ahead of any moment that we name: the clock went back since."""

    @property
    def id(self) -> int:
        return self.broadcast.id

    @property
    def sending(self) -> int:
        return self.broadcast.counts.get(DeliveryState.SENDING, 0)

    def begins_in(self, wall: float) -> float:
        """Seconds until its schedule lets it begin. One that has begun goes on, wherever the clock went since."""
        return 0.0 if self.broadcast.state is BroadcastState.RUNNING else max(0.0, self.broadcast.start_at - wall)

    def due(self, moment: float, now: float) -> None:
        """Its earliest row is due at `moment`. No wait of ours is longer than the longest backoff: a row that
        seems to wait longer was written before the clock went back, and is due now."""
        lost = moment - now > LONGEST_BACKOFF + 1
        self.ahead = moment - now + LONGEST_BACKOFF if lost else 0.0
        self.look_at = now if lost else moment


@dataclass(slots=True)
class Runs:
    """In the ledger's order. `barred` may not send, whatever the ledger said a moment ago."""

    barred: set[int] = field(default_factory=set)
    settled: dict[int, object] = field(default_factory=dict)
    """Of what is barred: what the ledger has as stopped, each with a mark of that stop."""
    _runs: dict[int, Run] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Run]:
        return iter([run for run in self._runs.values() if run.id not in self.barred])

    def bar(self, broadcast: int) -> None:
        self.barred.add(broadcast)
        self.settled.pop(broadcast, None)

    def settle(self, broadcast: int) -> None:
        """It is barred, and the ledger knows: whoever finds it active from now on, finds it resumed."""
        if broadcast in self.barred:
            self.settled[broadcast] = object()

    def unbar(self, broadcast: int) -> None:
        self.barred.discard(broadcast)
        self.settled.pop(broadcast, None)

    def resumed(self, active: Sequence[Broadcast], before: Mapping[int, object]) -> None:
        """What another bot has resumed is barred no more. `before`: what was settled when `active` was asked for."""
        for broadcast in active:
            mark = before.get(broadcast.id)
            if mark is not None and self.settled.get(broadcast.id) is mark:
                self.unbar(broadcast.id)
                self.forget(broadcast.id)

    def get(self, broadcast: int) -> Run | None:
        return self._runs.get(broadcast)

    def see(self, active: Sequence[Broadcast]) -> list[int]:
        """Takes in what the ledger says; the ids of those that are under way no more."""
        known = self._runs
        self._runs = {}
        for broadcast in active:
            run = known.pop(broadcast.id, None)
            if run is None:
                answered = sum(count for state, count in broadcast.counts.items() if state in TERMINAL)
                run = Run(broadcast, Faults(answered))
            run.broadcast = broadcast
            self._runs[broadcast.id] = run
        return list(known)

    def clear(self) -> None:
        """Forgets all, what is barred too."""
        self.barred.clear()
        self.settled.clear()
        self._runs.clear()

    def stirred(self, broadcasts: Iterable[int]) -> None:
        """Rows of these moved: some may be due now."""
        for broadcast in broadcasts:
            if (run := self._runs.get(broadcast)) is not None:
                run.look_at = float("-inf")

    def forget(self, broadcast: int) -> None:
        self._runs.pop(broadcast, None)

    def due(self, now: float, wall: float) -> list[Run]:
        """Those whose time has come and of which rows may be due. `wall`: Unix seconds, for schedules."""
        return [run for run in self if not run.begins_in(wall) and run.look_at <= now]

    def next_moment(self, now: float, wall: float) -> float:
        """Seconds until `due` may give another answer."""
        waits = (max(run.look_at - now, run.begins_in(wall)) for run in self)
        return min(waits, default=float("inf"))
