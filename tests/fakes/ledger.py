"""A ledger in memory that keeps the promises of `bot.broadcast.ports.Ledger`, and can be made to fail."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from storage.records import (
    TERMINAL,
    Audience,
    Broadcast,
    BroadcastState,
    Cause,
    Delivery,
    DeliveryState,
    Kind,
    Result,
)

WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY, DeliveryState.UNKNOWN)
ALLOWED = {
    BroadcastState.APPROVED: (BroadcastState.RUNNING, BroadcastState.PAUSED, BroadcastState.CANCELLED),
    BroadcastState.RUNNING: (BroadcastState.PAUSED, BroadcastState.DONE, BroadcastState.CANCELLED),
    BroadcastState.PAUSED: (BroadcastState.RUNNING, BroadcastState.CANCELLED),
}


class Refusal(Exception):
    """What a storage in trouble raises."""


@dataclass
class Row:
    subscriber: int
    state: DeliveryState = DeliveryState.QUEUED
    cause: Cause = Cause.NONE
    due: float = 0.0
    attempts: int = 0
    unknowns: int = 0
    message_id: int | None = None


class FakeLedger:
    """Readers are numbered; the chat of reader n is 1000 + n until it migrates."""

    def __init__(self, readers: Iterable[int] = ()) -> None:
        self.readers = {reader: 1000 + reader for reader in readers}
        self.left: set[int] = set()
        self.broadcasts: dict[int, Broadcast] = {}
        self.rows: dict[int, dict[int, Row]] = {}
        self._waiting: dict[int, dict[int, Row]] = {}
        self._counts: dict[int, Counter[DeliveryState]] = {}
        self.latency = 0.0
        self.failing = False
        self.lose_commits = 0
        """So many next transactions take effect, and then raise."""
        self.ticks = 0
        self.halt_note: str | None = None
        self.most_sending = 0

    def approve(self, id_: int = 1, start_at: float = 0.0, payload: str = "p") -> int:
        self.broadcasts[id_] = Broadcast(id_, 1, BroadcastState.APPROVED, Audience(), payload, start_at=start_at)
        self.rows[id_], self._waiting[id_], self._counts[id_] = {}, {}, Counter()
        return id_

    def states(self, id_: int = 1) -> Counter[DeliveryState]:
        return Counter({state: count for state, count in self._counts[id_].items() if count})

    def _put(self, id_: int, row: Row, state: DeliveryState) -> None:
        """Moves a row, its counters and its place among those who wait, which is behind all others."""
        if self.rows[id_].get(row.subscriber) is row:
            self._counts[id_][row.state] -= 1
        self.rows[id_][row.subscriber] = row
        self._counts[id_][state] += 1
        row.state = state
        self._waiting[id_].pop(row.subscriber, None)
        if state in WAITING:
            self._waiting[id_][row.subscriber] = row

    def causes(self, id_: int = 1) -> Counter[Cause]:
        ended = [row for row in self.rows[id_].values() if row.state in TERMINAL and row.cause is not Cause.NONE]
        return Counter(row.cause for row in ended)

    async def _transaction(self) -> None:
        await asyncio.sleep(self.latency)
        if self.failing:
            raise Refusal("database is locked")

    def _committed(self) -> None:
        if self.lose_commits:
            self.lose_commits -= 1
            raise Refusal("the connection broke after the commit")

    def _counted(self, id_: int) -> Broadcast:
        return replace(
            self.broadcasts[id_], total=len(self.rows[id_]), counts=self.states(id_), causes=self.causes(id_)
        )

    async def active(self) -> Sequence[Broadcast]:
        await self._transaction()
        states = (BroadcastState.APPROVED, BroadcastState.RUNNING)
        order = sorted(self.broadcasts.items(), key=lambda pair: (pair[1].kind is not Kind.RECALL, pair[0]))
        return [self._counted(id_) for id_, item in order if item.state in states]

    async def fan_out(self, broadcast: int, limit: int) -> int:
        await self._transaction()
        item = self.broadcasts[broadcast]
        if item.fanned_out or item.state not in (BroadcastState.APPROVED, BroadcastState.RUNNING):
            return 0
        page = sorted(reader for reader in self.readers if reader > item.cursor)[:limit]
        for reader in page:
            self._put(broadcast, Row(reader), DeliveryState.QUEUED)
        cursor = page[-1] if page else item.cursor
        self.broadcasts[broadcast] = replace(item, cursor=cursor, fanned_out=not page)
        self._committed()
        return len(page)

    async def halted(self) -> str | None:
        await self._transaction()
        return self.halt_note

    async def halt(self, note: str | None) -> None:
        await self._transaction()
        self.halt_note = note

    async def recover(self) -> int:
        await self._transaction()
        count = 0
        for id_, rows in self.rows.items():
            sending = [row for row in rows.values() if row.state is DeliveryState.SENDING]
            for row in sending:
                row.due = 0.0
                self._put(id_, row, DeliveryState.UNKNOWN)
            count += len(sending)
            self._uncertain(id_, len(sending))
        self._committed()
        return count

    async def tick(
        self, results: Sequence[Result], broadcast: int | None, limit: int, now: float
    ) -> Sequence[Delivery]:
        await self._transaction()
        self.ticks += 1
        for result in results:
            self._store(result)
        taken = self._take(broadcast, limit, now) if broadcast is not None else []
        sending = sum(counts[DeliveryState.SENDING] for counts in self._counts.values())
        self.most_sending = max(self.most_sending, sending)
        self._committed()
        return taken

    def _store(self, result: Result) -> None:
        row = self.rows[result.broadcast].get(result.subscriber)
        if row is None or row.state is not DeliveryState.SENDING:
            return
        row.cause, row.due, row.message_id = result.cause, result.retry_at, result.message_id
        self._put(result.broadcast, row, result.state)
        row.attempts += result.state is DeliveryState.RETRY
        row.unknowns += result.state is DeliveryState.UNKNOWN
        self._uncertain(result.broadcast, result.state is DeliveryState.UNKNOWN)
        if result.migrate_to is not None:
            self.readers[result.subscriber] = result.migrate_to
        if result.cause in (Cause.BLOCKED, Cause.DEACTIVATED, Cause.UNREACHABLE):
            self.left.add(result.subscriber)
        if self.broadcasts[result.broadcast].state is BroadcastState.CANCELLED and row.state in WAITING:
            self._put(result.broadcast, row, DeliveryState.CANCELLED)

    def _take(self, id_: int, limit: int, now: float) -> list[Delivery]:
        waiting = self._waiting[id_].values()
        due = (row for row in waiting if row.state is DeliveryState.QUEUED or row.due <= now)
        taken = []
        for row in list(islice(due, limit)):
            if row.subscriber in self.left:
                row.cause = Cause.LEFT
                self._put(id_, row, DeliveryState.CANCELLED)
                continue
            self._put(id_, row, DeliveryState.SENDING)
            chat = self.readers[row.subscriber]
            taken.append(Delivery(id_, row.subscriber, chat, "en", attempts=row.attempts, unknowns=row.unknowns))
        return taken

    async def set_state(self, broadcast: int, state: BroadcastState, now: float, note: str = "") -> bool:
        await self._transaction()
        item = self.broadcasts[broadcast]
        if state not in ALLOWED.get(item.state, ()):
            return False
        if state is BroadcastState.RUNNING:
            waits = item.state is BroadcastState.PAUSED and not item.started and item.start_at > now
            state, item = (BroadcastState.APPROVED, item) if waits else (state, replace(item, started=now))
        self.broadcasts[broadcast] = replace(item, state=state, note=note)
        if state is BroadcastState.CANCELLED:
            for row in list(self._waiting[broadcast].values()):
                self._put(broadcast, row, DeliveryState.CANCELLED)
        self._committed()
        return True

    async def next_due(self, broadcast: int) -> float | None:
        await self._transaction()
        waiting = self._waiting[broadcast].values()
        return min((0.0 if row.state is DeliveryState.QUEUED else row.due for row in waiting), default=None)

    def _uncertain(self, id_: int, count: int) -> None:
        item = self.broadcasts[id_]
        self.broadcasts[id_] = replace(item, possible_duplicates=item.possible_duplicates + count)
