"""The ledger: one row for each message that is to reach one reader, and the counters that follow it.

Counters move in the transaction that moves the rows, so that queued + sending + retry + unknown + terminal
is the audience at every commit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.beginning import together
from storage.broadcasts import read_broadcasts
from storage.counters import WAITING, bump, cancel_waiting, change
from storage.database import Database, upsert
from storage.fanout import next_page, settled
from storage.keys import Ring
from storage.records import REPEATABLE, Broadcast, BroadcastState, Delivery, DeliveryState, Kind, Result
from storage.tables import broadcast, delivery, meta
from storage.ticks import Readers, store, take

KEPT = 48 * 3600
"""Seconds for which delivery rows outlive their broadcast."""
HALT = "halt"
_ALLOWED = {
    BroadcastState.RUNNING: (BroadcastState.APPROVED, BroadcastState.PAUSED),
    BroadcastState.PAUSED: (BroadcastState.APPROVED, BroadcastState.RUNNING),
    BroadcastState.DONE: (BroadcastState.RUNNING,),
    BroadcastState.CANCELLED: (BroadcastState.APPROVED, BroadcastState.RUNNING, BroadcastState.PAUSED),
}
"""Target state -> the states from which it can be reached."""


class Deliveries:
    """Fits the engine's `Ledger`."""

    def __init__(self, database: Database, keys: Ring, subscribers: Readers) -> None:
        self._database = database
        self._keys = keys
        self._subscribers = subscribers

    async def active(self) -> Sequence[Broadcast]:
        states = [BroadcastState.APPROVED, BroadcastState.RUNNING]
        before = broadcast.alias()
        done = exists().where(before.c.id == broadcast.c.after, before.c.state == BroadcastState.DONE)
        turn = or_(broadcast.c.after.is_(None), done)
        async with self._database.begin() as connection:
            query = select(broadcast).where(broadcast.c.state.in_(states), turn)
            query = query.order_by(_recalls().desc(), broadcast.c.id)
            found = await read_broadcasts(connection, self._keys, query)
            return [item for item in found if item.of is None or await settled(connection, item)]

    async def fan_out(self, broadcast_id: int, limit: int) -> int:
        async def work(connection: AsyncConnection) -> int:
            await self._database.others.fence(connection)
            await self._database.soon(connection)
            return await next_page(connection, broadcast_id, limit)

        return await self._database.run(work)

    async def recover(self) -> int:
        async with self._database.begin() as connection:
            await self._database.others.fence(connection)
            rows = await connection.execute(
                select(broadcast.c.id, broadcast.c.kind, broadcast.c.state, func.count())
                .join(delivery, delivery.c.broadcast_id == broadcast.c.id)
                .where(delivery.c.state == DeliveryState.SENDING)
                .group_by(broadcast.c.id)
            )
            found = rows.all()
            await connection.execute(
                update(delivery)
                .where(delivery.c.state == DeliveryState.SENDING)
                .values(state=DeliveryState.UNKNOWN, due=0.0, unknowns=delivery.c.unknowns + 1)
            )
            for id_, kind, state, count in found:
                moved = Counter({DeliveryState.SENDING.value: -count, DeliveryState.UNKNOWN.value: count})
                await bump(connection, id_, "state", moved)
                if kind not in REPEATABLE:
                    await change(connection, id_, possible_duplicates=broadcast.c.possible_duplicates + count)
                if state == BroadcastState.CANCELLED:
                    await cancel_waiting(connection, id_)
            return sum(count for _, _, _, count in found)

    async def tick(
        self, results: Sequence[Result], broadcast_id: int | None, limit: int, now: float
    ) -> Sequence[Delivery]:
        async def work(connection: AsyncConnection) -> Sequence[Delivery]:
            await self._database.others.fence(connection)
            await store(connection, self._subscribers, results, now)
            if broadcast_id is None or limit < 1:
                return []
            return await take(connection, self._keys, broadcast_id, limit, now)

        return await self._database.run(work)

    async def set_state(self, broadcast_id: int, state: BroadcastState, now: float, note: str = "") -> bool:
        stamp = {BroadcastState.RUNNING: "started", BroadcastState.DONE: "ended", BroadcastState.CANCELLED: "ended"}
        values: dict[str, Any] = {"state": state, "note": note}
        if state in stamp:
            values[stamp[state]] = now
        async with self._database.begin() as connection:
            if state is BroadcastState.RUNNING and await _before_its_time(connection, broadcast_id, now):
                values = {"state": BroadcastState.APPROVED, "note": note}
            moved = await connection.execute(
                update(broadcast)
                .where(broadcast.c.id == broadcast_id, broadcast.c.state.in_(_ALLOWED.get(state, ())))
                .values(**values)
            )
            await self._database.announce(connection, "sending")
            if moved.rowcount and state is BroadcastState.CANCELLED:
                await cancel_waiting(connection, broadcast_id)
                followers = update(broadcast).where(
                    together(broadcast_id), broadcast.c.state == BroadcastState.APPROVED
                )
                await connection.execute(followers.values(**values))
            return bool(moved.rowcount)

    async def next_due(self, broadcast_id: int) -> float | None:
        async with self._database.begin() as connection:
            query = select(func.min(delivery.c.due)).where(
                delivery.c.broadcast_id == broadcast_id, delivery.c.state.in_(WAITING)
            )
            due: float | None = await connection.scalar(query)
            return due

    async def halted(self) -> str | None:
        async with self._database.begin() as connection:
            return await connection.scalar(select(meta.c.value).where(meta.c.name == HALT))

    async def halt(self, note: str | None) -> None:
        async with self._database.begin() as connection:
            await self._database.announce(connection, "halt")
            if note is None:
                await connection.execute(delete(meta).where(meta.c.name == HALT))
            else:
                row = upsert(meta).values(name=HALT, value=note)
                await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": note}))


def _recalls() -> ColumnElement[int]:
    """1 for what an editor recalls, notices of its corrections included: it waits for nothing that goes out."""
    begun = broadcast.alias()
    with_it = exists().where(begun.c.id == broadcast.c.after, begun.c.kind == Kind.RECALL)
    return case((and_(broadcast.c.kind == Kind.RECALL, or_(broadcast.c.after.is_(None), with_it)), 1), else_=0)


async def _before_its_time(connection: AsyncConnection, id_: int, now: float) -> bool:
    """Whether it was paused while it still waited for its schedule: to resume it is no order to send it now."""
    waits = (broadcast.c.state == BroadcastState.PAUSED, broadcast.c.started == 0, broadcast.c.start_at > now)
    return await connection.scalar(select(broadcast.c.id).where(broadcast.c.id == id_, *waits)) is not None
