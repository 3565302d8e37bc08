"""/metrics, in Prometheus's words: https://prometheus.io/docs/instrumenting/exposition_formats/

Whatever people cause is rounded down to tens, as in /stats: neither who looks at it again and again nor who has its
history sees one person come, write or go. What the house itself does is counted exactly.
"""

from __future__ import annotations

import platform
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from importlib.metadata import version

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily as Counted
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.broadcast.engine import Engine
from bot.health.checks import Check, Health
from bot.health.kept import Kept
from bot.health.meters import Arrivals, Meters, Spread
from bot.views.stats import rounded
from bot.wire.gate import Gate
from bot.wire.intake import ALLOWED
from bot.wire.lanes import Lane
from storage.open import Storage
from storage.records import TERMINAL, Broadcast, BroadcastState, DeliveryState

CONTENT_TYPE = CONTENT_TYPE_LATEST
BROADCASTS_FRESH, READERS_FRESH = 10.0, 300.0
"""Seconds for which counts out of the database are told again."""
WAIT = 1.0
"""Seconds that a look waits for the database; then it tells what it knew before."""
CAUSED, OURS = ("handled", "repeat", "flood", "elsewhere"), ("poison", "wish", "storage", "unreadable")
"""What becomes of updates: by what people do, and by faults of the house."""
QUIET = 30.0
"""Seconds; a poll may take 25."""
AT_LEAST = 1.0
"""Seconds between two looks that are worked out; those between get the same text."""
OPEN = (BroadcastState.APPROVED, BroadcastState.RUNNING, BroadcastState.PAUSED)
Told = Callable[[], Arrivals]


class Metrics:
    """`text` for whoever asks; `tasks` are run by the composition root."""

    def __init__(self, storage: Storage, engine: Engine, gate: Gate, meters: Meters, health: Health) -> None:
        self._engine, self._gate, self._meters, self._health = engine, gate, meters, health
        self._replicas = storage.replicas
        self._broadcasts = Kept(storage.broadcasts.open, BROADCASTS_FRESH)
        self._readers = Kept(storage.figures, READERS_FRESH)
        self.arrivals: Told | None = None
        self._checks: Sequence[Check] = ()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Families(self))
        ProcessCollector(registry=self._registry)
        self._made, self._at = b"", float("-inf")

    def tasks(self) -> list[Callable[[], Coroutine[object, object, None]]]:
        return [self._broadcasts.run, self._readers.run]

    async def text(self) -> bytes:
        if time.monotonic() - self._at >= AT_LEAST:
            self._at = time.monotonic()
            self._checks = await self._health.ready()
            for kept in (self._broadcasts, self._readers):
                await kept.ask(WAIT)
            self._made = generate_latest(self._registry)
        return self._made

    def families(self) -> Iterator[Metric]:
        built = Gauge("dauys_build_info", "The version that runs.", labels=["version", "python", "sqlite"])
        built.add_metric([version("dauys"), platform.python_version(), sqlite3.sqlite_version], 1)
        yield built
        checks = Gauge("dauys_check_good", "1 while a check of /readyz passes.", labels=["check"])
        for check in self._checks:
            checks.add_metric([check.name], check.good)
        yield checks
        yield _spread("dauys_loop_delay_seconds", "How late the event loop comes.", self._meters.loop)
        if self._replicas.name:
            yield Gauge("dauys_leader", "1 while this replica leads.", value=self._replicas.mine())
            yield Gauge(
                "dauys_leader_epoch", "The term of this leader; 0: another one.", value=self._replicas.epoch or 0
            )
            missing = self._replicas.leaderless()
            yield Gauge("dauys_leader_missing_seconds", "Since a leader was last seen.", value=missing)
        yield from self._incoming()
        yield from self._outgoing()
        yield from self._stored()

    def _incoming(self) -> Iterator[Metric]:
        if self.arrivals is None:
            return
        came = self.arrivals()
        outcomes = {word: rounded(came.outcomes.get(word, 0)) for word in CAUSED}
        outcomes |= {word: came.outcomes.get(word, 0) for word in OURS}
        yield _by("dauys_updates_total", "Updates, by what became of them.", "outcome", outcomes, exact=True)
        known = {kind: came.kinds.get(kind, 0) for kind in ALLOWED}
        yield _by("dauys_updates_of_kind_total", "Updates that were handled, by kind.", "kind", known)
        yield _by("dauys_webhook_answers_total", "Answers to webhook calls.", "status", came.calls)
        yield Gauge("dauys_updates_in_hand", "Updates held now.", value=rounded(came.in_hand))
        yield Gauge("dauys_updates_silent_seconds", "Since a poll was answered; 0 up to 30.", value=_steps(came.silent))
        yield Counted("dauys_alarms", "Signs that somebody else may have the token.", value=came.alarms)
        yield _spread("dauys_answer_seconds", "From an update's arrival until it was answered.", self._meters.answers)

    def _outgoing(self) -> Iterator[Metric]:
        labels = ["outcome", "cause"]
        sent = Counted("dauys_deliveries", "Telegram's answers to broadcast messages.", labels=labels)
        for (verb, cause), count in sorted(self._meters.deliveries.items()):
            sent.add_metric([verb, cause], rounded(count))
        yield sent
        yield _spread("dauys_delivery_seconds", "From a message's request until Telegram's answer.", self._meters.wire)
        waiting = Gauge("dauys_gate_waiting", "Messages that wait at the gate.", labels=["lane"])
        for lane in Lane:
            waiting.add_metric([lane.name.lower()], rounded(self._gate.policy.waiting(lane)))
        yield waiting
        yield Counted("dauys_gate_floods", "429s.", value=self._gate.floods)
        yield Gauge("dauys_gate_closed_seconds", "Until the gate opens again.", value=self._gate.opens_in())
        yield Gauge("dauys_gate_rate", "Deliveries a second that it lets through.", value=self._gate.pace(Lane.PAID))
        yield Gauge("dauys_sending_halted", "1 while all sending stands still.", value=self._engine.halted)
        yield Gauge("dauys_sending_lag_seconds", "For which messages have been due.", value=self._engine.lag())

    def _stored(self) -> Iterator[Metric]:
        """The last that the database told; nothing before it told anything."""
        open_, figures = self._broadcasts.value, self._readers.value
        if open_ is not None:
            states = {str(state): sum(one.state is state for one in open_) for state in OPEN}
            yield _by("dauys_broadcasts", "Broadcasts that have not ended.", "state", states, exact=True)
            yield _by("dauys_deliveries_waiting", "Of those: messages to come.", "state", _waiting(open_))
        if figures is not None:
            readers = {"active": figures.active, "paused": figures.paused}
            yield _by("dauys_readers", "Readers, rounded down to tens.", "status", readers)


class _Families(Collector):
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return self._metrics.families()


def _by(name: str, words: str, label: str, counts: Mapping[str, int], *, exact: bool = False) -> Metric:
    """One line a word, a counter when the name ends so; never a word that came from outside."""
    made = (Counted if name.endswith("_total") else Gauge)(name.removesuffix("_total"), words, labels=[label])
    for word, count in sorted(counts.items()):
        made.add_metric([word], count if exact else rounded(count))
    return made


def _spread(name: str, words: str, spread: Spread) -> Metric:
    made = HistogramMetricFamily(name, words)
    made.add_metric([], [(bound, float(count)) for bound, count in spread.cumulated()], sum_value=spread.told)
    return made


def _steps(seconds: float) -> float:
    """A poll is answered early when somebody writes, which is nobody's business."""
    return seconds // QUIET * QUIET


def _waiting(open_: Sequence[Broadcast]) -> Mapping[str, int]:
    states = [state for state in DeliveryState if state not in TERMINAL]
    return {state: sum(one.counts.get(state, 0) for one in open_ if one.state in OPEN) for state in states}
