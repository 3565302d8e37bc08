"""The ledger: one row for each message that is to reach one reader, and the counters that follow it.

Counters move in the transaction that moves the rows, so that queued + sending + retry + unknown + terminal
is the audience at every commit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.broadcasts import read_broadcasts, unpack_audience
from storage.database import Database, upsert
from storage.errors import WrongKey
from storage.keys import Keys
from storage.records import (
    TERMINAL,
    Broadcast,
    BroadcastState,
    Cause,
    Delivery,
    DeliveryState,
    ReaderStatus,
    Result,
)
from storage.tables import broadcast, broadcast_count, delivery, subscriber

WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY, DeliveryState.UNKNOWN)
FEW = 3
"""Sealed numbers that may be damaged before the key is doubted instead."""
KEPT = 48 * 3600
"""Seconds for which delivery rows outlive their broadcast."""
_ALLOWED = {
    BroadcastState.RUNNING: (BroadcastState.APPROVED, BroadcastState.PAUSED),
    BroadcastState.PAUSED: (BroadcastState.APPROVED, BroadcastState.RUNNING),
    BroadcastState.DONE: (BroadcastState.RUNNING,),
    BroadcastState.CANCELLED: (BroadcastState.APPROVED, BroadcastState.RUNNING, BroadcastState.PAUSED),
}
"""Target state -> the states from which it can be reached."""


async def bump(connection: AsyncConnection, id_: int, kind: str, changes: Counter[str]) -> None:
    """Adds to the counters of one broadcast; `kind` is "state" or "cause"."""
    rows = [
        {"broadcast_id": id_, "kind": kind, "name": name, "count": change} for name, change in changes.items() if change
    ]
    if rows:
        statement = upsert(broadcast_count)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["broadcast_id", "kind", "name"],
                set_={"count": broadcast_count.c.count + statement.excluded.count},
            ),
            rows,
        )


async def cancel_open(connection: AsyncConnection, subscribers: Iterable[int]) -> None:
    """Readers who leave: their waiting rows are cancelled; no row of theirs points at them any more."""
    ids = list(subscribers)
    rows = await connection.execute(
        select(delivery.c.broadcast_id, delivery.c.state, func.count())
        .where(delivery.c.subscriber_id.in_(ids), delivery.c.state.not_in(list(TERMINAL)))
        .group_by(delivery.c.broadcast_id, delivery.c.state)
    )
    for id_, state, count in rows.all():
        await bump(connection, id_, "state", Counter({state: -count, DeliveryState.CANCELLED: count}))
        await bump(connection, id_, "cause", Counter({Cause.LEFT: count}))
    await connection.execute(delete(delivery).where(delivery.c.subscriber_id.in_(ids)))


class Deliveries:
    """Fits the engine's `Ledger`."""

    def __init__(self, database: Database, keys: Keys, subscribers: Any) -> None:
        self._database = database
        self._keys = keys
        self._subscribers = subscribers

    async def active(self) -> Sequence[Broadcast]:
        states = [BroadcastState.APPROVED, BroadcastState.RUNNING]
        async with self._database.begin() as connection:
            query = select(broadcast).where(broadcast.c.state.in_(states)).order_by(broadcast.c.id)
            return await read_broadcasts(connection, self._keys, query)

    async def fan_out(self, broadcast_id: int, limit: int) -> int:
        from storage.subscribers import belongs

        async with self._database.begin() as connection:
            row = (await connection.execute(select(broadcast).where(broadcast.c.id == broadcast_id))).mappings().one()
            if row["fanned_out"] or row["state"] not in (BroadcastState.APPROVED, BroadcastState.RUNNING):
                return 0
            page = (
                select(subscriber.c.id)
                .where(subscriber.c.id > row["cursor"], belongs(unpack_audience(row["audience"])))
                .order_by(subscriber.c.id)
                .limit(limit)
            ).subquery()
            count, last = (await connection.execute(select(func.count(), func.max(page.c.id)))).one()
            if not count:
                await self._update(connection, broadcast_id, fanned_out=True)
                return 0
            await connection.execute(_queue(broadcast_id, page))
            await self._update(connection, broadcast_id, cursor=last, total=broadcast.c.total + count)
            await bump(connection, broadcast_id, "state", Counter({DeliveryState.QUEUED: count}))
            return int(count)

    async def recover(self) -> int:
        async with self._database.begin() as connection:
            rows = await connection.execute(
                select(delivery.c.broadcast_id, func.count())
                .where(delivery.c.state == DeliveryState.SENDING)
                .group_by(delivery.c.broadcast_id)
            )
            found: dict[int, int] = {row[0]: row[1] for row in rows}
            for id_, count in found.items():
                moved = Counter({DeliveryState.SENDING.value: -count, DeliveryState.UNKNOWN.value: count})
                await bump(connection, id_, "state", moved)
                await self._update(connection, id_, possible_duplicates=broadcast.c.possible_duplicates + count)
            await connection.execute(
                update(delivery)
                .where(delivery.c.state == DeliveryState.SENDING)
                .values(state=DeliveryState.UNKNOWN, due=0.0, unknowns=delivery.c.unknowns + 1)
            )
            return sum(found.values())

    async def tick(
        self, results: Sequence[Result], broadcast_id: int | None, limit: int, now: float
    ) -> Sequence[Delivery]:
        async with self._database.begin() as connection:
            await self._store(connection, results, now)
            if broadcast_id is None or limit < 1:
                return []
            return await self._take(connection, broadcast_id, limit, now)

    async def _store(self, connection: AsyncConnection, results: Sequence[Result], now: float) -> None:
        for result in results:
            key = (delivery.c.broadcast_id == result.broadcast, delivery.c.subscriber_id == result.subscriber)
            moved = await connection.execute(
                update(delivery)
                .where(*key, delivery.c.state == DeliveryState.SENDING)
                .values(
                    state=result.state,
                    cause=result.cause,
                    due=result.retry_at,
                    message_id=result.message_id,
                    attempts=delivery.c.attempts + int(result.state is DeliveryState.RETRY),
                    unknowns=delivery.c.unknowns + int(result.state is DeliveryState.UNKNOWN),
                )
            )
            if not moved.rowcount:
                continue
            change = Counter({DeliveryState.SENDING.value: -1})
            change[result.state.value] += 1
            await bump(connection, result.broadcast, "state", change)
            if result.state in TERMINAL and result.cause is not Cause.NONE:
                await bump(connection, result.broadcast, "cause", Counter({result.cause: 1}))
            if result.state is DeliveryState.UNKNOWN:
                more = broadcast.c.possible_duplicates + 1
                await self._update(connection, result.broadcast, possible_duplicates=more)
            await self._subscribers.react(connection, result, now)
        for id_ in {result.broadcast for result in results}:
            state = await connection.scalar(select(broadcast.c.state).where(broadcast.c.id == id_))
            if state == BroadcastState.CANCELLED:
                await self._cancel_waiting(connection, id_)

    async def _take(self, connection: AsyncConnection, id_: int, limit: int, now: float) -> list[Delivery]:
        waiting = or_(delivery.c.state == DeliveryState.QUEUED, delivery.c.due <= now)
        found = await connection.execute(
            select(
                delivery.c.subscriber_id,
                delivery.c.state,
                delivery.c.attempts,
                delivery.c.unknowns,
                subscriber.c.cid,
                subscriber.c.language,
                subscriber.c.silent,
                subscriber.c.hidden,
                subscriber.c.status,
            )
            .select_from(delivery.outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id))
            .where(delivery.c.broadcast_id == id_, delivery.c.state.in_(WAITING), waiting)
            .limit(limit)
        )
        rows = found.mappings().all()
        there, torn = self._readable([row for row in rows if row["status"] == ReaderStatus.ACTIVE])
        left = [row for row in rows if row["status"] != ReaderStatus.ACTIVE]
        await self._mark(connection, id_, [row for row, _ in there], DeliveryState.SENDING)
        await self._mark(connection, id_, left, DeliveryState.CANCELLED, Cause.LEFT)
        await self._mark(connection, id_, torn, DeliveryState.PARKED, Cause.OTHER)
        await bump(connection, id_, "cause", Counter({Cause.LEFT: len(left), Cause.OTHER: len(torn)}))
        return [
            Delivery(
                broadcast=id_,
                subscriber=row["subscriber_id"],
                chat_id=chat_id,
                **{name: row[name] for name in ("language", "silent", "hidden", "attempts", "unknowns")},
            )
            for row, chat_id in there
        ]

    def _readable(self, rows: Sequence[Any]) -> tuple[list[tuple[Any, int]], list[Any]]:
        """Rows with their chat, and rows whose sealed number a disk has damaged: one of these stops nobody else."""
        good: list[tuple[Any, int]] = []
        torn: list[Any] = []
        for row in rows:
            try:
                good.append((row, self._keys.open("sub.cid", row["cid"])))
            except WrongKey:
                torn.append(row)
                if len(torn) > FEW and not good:  # another bot's token or key: nobody's number opens
                    raise
        return good, torn

    @staticmethod
    async def _mark(
        connection: AsyncConnection, id_: int, rows: Sequence[Any], state: DeliveryState, cause: Cause = Cause.NONE
    ) -> None:
        if not rows:
            return
        statement = (
            update(delivery)
            .where(delivery.c.broadcast_id == id_, delivery.c.subscriber_id == bindparam("who"))
            .values(state=state, cause=cause)
        )
        await connection.execute(statement, [{"who": row["subscriber_id"]} for row in rows])
        moved = Counter({state.value: len(rows)})
        moved.subtract(row["state"] for row in rows)
        await bump(connection, id_, "state", moved)

    async def set_state(self, broadcast_id: int, state: BroadcastState, now: float, note: str = "") -> bool:
        stamp = {BroadcastState.RUNNING: "started", BroadcastState.DONE: "ended", BroadcastState.CANCELLED: "ended"}
        values: dict[str, Any] = {"state": state, "note": note}
        if state in stamp:
            values[stamp[state]] = now
        async with self._database.begin() as connection:
            moved = await connection.execute(
                update(broadcast)
                .where(broadcast.c.id == broadcast_id, broadcast.c.state.in_(_ALLOWED.get(state, ())))
                .values(**values)
            )
            if moved.rowcount and state is BroadcastState.CANCELLED:
                await self._cancel_waiting(connection, broadcast_id)
            return bool(moved.rowcount)

    @staticmethod
    async def _cancel_waiting(connection: AsyncConnection, id_: int) -> None:
        mine = (delivery.c.broadcast_id == id_, delivery.c.state.in_(WAITING))
        rows = await connection.execute(select(delivery.c.state, func.count()).where(*mine).group_by(delivery.c.state))
        moved: Counter[str] = Counter()
        for state, count in rows:
            moved[state] -= count
            moved[DeliveryState.CANCELLED] += count
        await connection.execute(update(delivery).where(*mine).values(state=DeliveryState.CANCELLED))
        await bump(connection, id_, "state", moved)

    async def next_due(self, broadcast_id: int) -> float | None:
        async with self._database.begin() as connection:
            query = select(func.min(delivery.c.due)).where(
                delivery.c.broadcast_id == broadcast_id, delivery.c.state.in_(WAITING)
            )
            due: float | None = await connection.scalar(query)
            return due

    @staticmethod
    async def _update(connection: AsyncConnection, id_: int, **values: Any) -> None:
        await connection.execute(update(broadcast).where(broadcast.c.id == id_).values(**values))


def _queue(id_: int, page: Any) -> Any:
    """INSERT … SELECT of one page of the audience."""
    given = {"state": DeliveryState.QUEUED, "cause": Cause.NONE, "due": 0.0, "attempts": 0, "unknowns": 0}
    columns = ["broadcast_id", "subscriber_id", *given]
    return insert(delivery).from_select(
        columns, select(literal(id_), page.c.id, *(literal(value) for value in given.values()))
    )
