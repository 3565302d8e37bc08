"""One tick of the engine: what became of the last batch, and who is in the next one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batch import Batch
from storage.broadcasts import unpack_audience
from storage.counters import WAITING, bump, cancel_waiting, change
from storage.errors import WrongKey
from storage.keys import Ring
from storage.records import (
    REPEATABLE,
    TERMINAL,
    BroadcastState,
    Cause,
    Delivery,
    DeliveryState,
    Kind,
    ReaderStatus,
    Result,
)
from storage.subscribers import interested
from storage.tables import broadcast, delivery, subscriber

FEW = 3
"""Sealed numbers that may be damaged before the key is doubted instead."""
ANY = tuple(ReaderStatus)
WRITABLE = {
    Kind.SEND: (ReaderStatus.ACTIVE,),
    Kind.NOTICE: (ReaderStatus.ACTIVE,),
    Kind.RETRY: (ReaderStatus.ACTIVE, ReaderStatus.UNREACHABLE),
    Kind.RECALL: ANY,
    Kind.CORRECT: ANY,
}
"""Whose rows still go out when their turn comes; everybody else's are cancelled."""
REACTIONS = frozenset({Cause.BLOCKED, Cause.DEACTIVATED, Cause.UNREACHABLE, Cause.KICKED, Cause.RIGHTS})


class Readers(Protocol):
    async def react(self, connection: AsyncConnection, result: Result, now: float) -> None:
        """What a result tells about the reader, written down."""

    async def reached(self, connection: AsyncConnection, ids: Sequence[int], now: float) -> None:
        """A retry has reached them: who was unreachable is so no more."""


async def store(connection: AsyncConnection, readers: Readers, results: Sequence[Result], now: float) -> None:
    grouped: dict[int, dict[int, Result]] = defaultdict(dict)
    for result in results:
        grouped[result.broadcast].setdefault(result.subscriber, result)
    for id_, mine in grouped.items():
        sending = await connection.scalars(_SENDING, {"id": id_, "those": list(mine)})
        await _store(connection, readers, id_, [mine[who] for who in sending], now)


async def _store(
    connection: AsyncConnection, readers: Readers, id_: int, results: Sequence[Result], now: float
) -> None:
    if not results:
        return
    await _LANDED.execute(connection, [_values(result) for result in results])
    states = Counter[str](result.state.value for result in results)
    states[DeliveryState.SENDING] -= len(results)
    await bump(connection, id_, "state", states)
    causes = Counter[str](r.cause.value for r in results if r.state in TERMINAL and r.cause is not Cause.NONE)
    await bump(connection, id_, "cause", causes)
    state, kind, _ = (await connection.execute(_ABOUT, {"id": id_})).one()
    if states[DeliveryState.UNKNOWN] and kind not in REPEATABLE:
        more = broadcast.c.possible_duplicates + states[DeliveryState.UNKNOWN]
        await change(connection, id_, possible_duplicates=more)
    for result in results:
        if result.cause in REACTIONS or result.migrate_to is not None:
            await readers.react(connection, result, now)
    if kind == Kind.RETRY and states[DeliveryState.SENT]:
        sent = [result.subscriber for result in results if result.state is DeliveryState.SENT]
        await readers.reached(connection, sent, now)
    if state == BroadcastState.CANCELLED and len(results) > sum(states[end.value] for end in TERMINAL):
        await cancel_waiting(connection, id_)


_ABOUT = select(broadcast.c.state, broadcast.c.kind, broadcast.c.audience).where(broadcast.c.id == bindparam("id"))
_SENDING = select(delivery.c.subscriber_id).where(
    delivery.c.broadcast_id == bindparam("id"),
    delivery.c.state == DeliveryState.SENDING,
    delivery.c.subscriber_id.in_(bindparam("those", expanding=True)),
)
_ROW = (delivery.c.broadcast_id == bindparam("of_"), delivery.c.subscriber_id == bindparam("who"))
_LANDED = Batch(
    update(delivery)
    .where(*_ROW)
    .values(
        state=bindparam("state_"),
        cause=bindparam("cause_"),
        due=bindparam("due_"),
        attempts=delivery.c.attempts + bindparam("attempts_"),
        unknowns=delivery.c.unknowns + bindparam("unknowns_"),
        message_id=func.coalesce(bindparam("message_"), delivery.c.message_id),
    ),
    *("state_", "cause_", "due_", "attempts_", "unknowns_", "message_", "of_", "who"),
)
_TAKEN = Batch(
    update(delivery).where(*_ROW).values(state=bindparam("state_"), cause=bindparam("cause_")),
    *("state_", "cause_", "of_", "who"),
)


def _values(result: Result) -> tuple[Any, ...]:
    state = result.state
    return (
        state.value,
        result.cause.value,
        result.retry_at,
        int(state is DeliveryState.RETRY),
        int(state is DeliveryState.UNKNOWN),
        result.message_id,
        result.broadcast,
        result.subscriber,
    )


async def take(connection: AsyncConnection, keys: Ring, id_: int, limit: int, now: float) -> list[Delivery]:
    """Up to `limit` rows whose time has come, now SENDING. Who may not be written to any more, or has given up what the
    broadcast is about, is CANCELLED."""
    _, kind, audience = (await connection.execute(_ABOUT, {"id": id_})).one()
    rows = (await connection.execute(_DUE, {"id": id_, "now": now, "most": limit})).all()
    writable = [row.subscriber_id for row in rows if row.status in WRITABLE[Kind(kind)]]
    want = await _want(connection, Kind(kind), audience, writable)
    there, torn = _readable(keys, [row for row in rows if row.subscriber_id in want])
    left = [row for row in rows if row.subscriber_id not in want]
    await _mark(connection, id_, [row for row, _ in there], DeliveryState.SENDING, Cause.NONE)
    await _mark(connection, id_, left, DeliveryState.CANCELLED, Cause.LEFT)
    await _mark(connection, id_, torn, DeliveryState.PARKED, Cause.OTHER)
    await bump(connection, id_, "cause", Counter({Cause.LEFT: len(left), Cause.OTHER: len(torn)}))
    return [
        Delivery(
            id_,
            row.subscriber_id,
            chat,
            row.language,
            row.silent,
            row.hidden,
            row.attempts,
            row.unknowns,
            row.message_id,
        )
        for row, chat in there
    ]


async def _want(connection: AsyncConnection, kind: Kind, audience: str, ids: Sequence[int]) -> set[int]:
    """Those of them who still hold one of its topics or follow one of its cases; of a job about what they have, all."""
    asked = _interested(audience) if ids and kind in (Kind.SEND, Kind.RETRY) else None
    return set(ids) if asked is None else set(await connection.scalars(asked, {"those": ids}))


@lru_cache(maxsize=64)
def _interested(audience: str) -> Any:
    rule = interested(unpack_audience(audience), page=True)
    if rule is None:
        return None
    return select(subscriber.c.id).where(subscriber.c.id.in_(bindparam("those", expanding=True)), rule)


def _readable(keys: Ring, rows: Sequence[Any]) -> tuple[list[tuple[Any, int]], list[Any]]:
    """Rows with their chat, and rows whose sealed number a disk has damaged: one of these stops nobody else."""
    good: list[tuple[Any, int]] = []
    torn: list[Any] = []
    for row in rows:
        try:
            good.append((row, keys.open("sub.cid", row.cid)))
        except WrongKey:
            torn.append(row)
            if len(torn) > FEW and not good:  # another bot's token or key: nobody's number opens
                raise
    return good, torn


_DUE = (
    select(
        delivery.c.subscriber_id,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.unknowns,
        delivery.c.message_id,
        subscriber.c.cid,
        subscriber.c.language,
        subscriber.c.silent,
        subscriber.c.hidden,
        subscriber.c.status,
    )
    .select_from(delivery.outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id))
    .where(
        delivery.c.broadcast_id == bindparam("id"),
        delivery.c.state.in_(WAITING),
        or_(delivery.c.state == DeliveryState.QUEUED, delivery.c.due <= bindparam("now")),
    )
    .limit(bindparam("most"))
)


async def _mark(connection: AsyncConnection, id_: int, rows: Sequence[Any], state: DeliveryState, cause: Cause) -> None:
    if not rows:
        return
    await _TAKEN.execute(connection, [(state.value, cause.value, id_, row.subscriber_id) for row in rows])
    moved = Counter[str]({state.value: len(rows)})
    moved.subtract(row.state for row in rows)
    await bump(connection, id_, "state", moved)
