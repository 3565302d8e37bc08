"""Counters of a broadcast: they move in the transaction that moves its rows, so that the sums always hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import upsert
from storage.records import TERMINAL, Cause, DeliveryState
from storage.tables import broadcast, broadcast_count, delivery

WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY, DeliveryState.UNKNOWN)


async def bump(connection: AsyncConnection, id_: int, kind: str, changes: Counter[str]) -> None:
    """Adds to the counters of one broadcast; `kind` is "state" or "cause"."""
    rows = [
        {"broadcast_id": id_, "kind": kind, "name": name, "count": change} for name, change in changes.items() if change
    ]
    if rows:
        await connection.execute(_added(), rows)


@cache
def _added() -> Any:
    """Built once: that takes longer than to carry it out."""
    statement = upsert(broadcast_count)
    return statement.on_conflict_do_update(
        index_elements=["broadcast_id", "kind", "name"],
        set_={"count": broadcast_count.c.count + statement.excluded.count},
    )


async def change(connection: AsyncConnection, id_: int, **values: Any) -> None:
    await connection.execute(update(broadcast).where(broadcast.c.id == id_).values(**values))


async def cancel_waiting(connection: AsyncConnection, id_: int) -> None:
    """A cancelled broadcast: whoever still waits gets nothing more; who perhaps got it is counted as that."""
    mine = (delivery.c.broadcast_id == id_, delivery.c.state.in_(WAITING))
    rows = await connection.execute(select(delivery.c.state, func.count()).where(*mine).group_by(delivery.c.state))
    moved: Counter[str] = Counter()
    for state, count in rows:
        moved[state] -= count
        moved[DeliveryState.CANCELLED] += count
    await connection.execute(update(delivery).where(*mine).values(state=DeliveryState.CANCELLED))
    await bump(connection, id_, "state", moved)
    await bump(connection, id_, "cause", Counter({Cause.UNCERTAIN: -moved[DeliveryState.UNKNOWN]}))


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
