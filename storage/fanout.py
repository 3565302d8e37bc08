"""Fan-out: the audience of a broadcast becomes delivery rows, a page a transaction, behind a cursor."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import BigInteger, RowMapping, and_, cast, false, func, insert, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.broadcasts import unpack_audience
from storage.counters import bump, change
from storage.jobs import delivered, failed, uncertain
from storage.records import REPEATABLE, Broadcast, BroadcastState, Cause, DeliveryState, Kind
from storage.subscribers import belongs
from storage.tables import broadcast, broadcast_count, delivery, subscriber

NO_MESSAGE = cast(null(), BigInteger).label("message_id")
OPEN = (BroadcastState.APPROVED, BroadcastState.RUNNING)


async def next_page(connection: AsyncConnection, id_: int, limit: int) -> int:
    """Queues the next page; how many. 0: the audience is complete."""
    row = (await connection.execute(select(broadcast).where(broadcast.c.id == id_))).mappings().one()
    if row["fanned_out"] or row["state"] not in OPEN:
        return 0
    count = int((await connection.execute(_queue(id_, _page(row, limit)))).rowcount)
    if not count:
        await change(connection, id_, fanned_out=True, possible_duplicates=await _uncertain(connection, row))
        return 0
    last = select(func.max(delivery.c.subscriber_id)).where(delivery.c.broadcast_id == id_).scalar_subquery()
    await change(connection, id_, cursor=last, total=broadcast.c.total + count)
    await bump(connection, id_, "state", Counter({DeliveryState.QUEUED: count}))
    return count


def _page(row: RowMapping, limit: int) -> Any:
    """subscriber_id and message_id of whom the next rows are for."""
    match Kind(row["kind"]):
        case Kind.SEND:
            audience = belongs(unpack_audience(row["audience"]), page=True)
            wanted = select(subscriber.c.id.label("subscriber_id"), NO_MESSAGE).where(audience)
            key: Any = subscriber.c.id
        case Kind.RETRY:
            wanted = failed(row["of"]).add_columns(NO_MESSAGE)
            key = delivery.c.subscriber_id
        case _:
            wanted = delivered(row["of"])
            key = delivery.c.subscriber_id
    return wanted.where(key > row["cursor"]).order_by(key).limit(limit).subquery()


async def _uncertain(connection: AsyncConnection, row: RowMapping) -> int:
    """A retry may repeat what perhaps arrived: known before the first message goes out."""
    if row["kind"] != Kind.RETRY:
        return int(row["possible_duplicates"])
    perhaps = select(func.count()).select_from(uncertain(row["of"]).subquery())
    return int(row["possible_duplicates"]) + int(await connection.scalar(perhaps) or 0)


def _queue(id_: int, page: Any) -> Any:
    """INSERT … SELECT of one page of the audience."""
    given = {"state": DeliveryState.QUEUED, "cause": Cause.NONE, "due": 0.0, "attempts": 0, "unknowns": 0}
    columns = ["broadcast_id", "subscriber_id", "message_id", *given]
    values = (literal(value) for value in given.values())
    return insert(delivery).from_select(columns, select(literal(id_), page.c.subscriber_id, page.c.message_id, *values))


async def settled(connection: AsyncConnection, job: Broadcast) -> bool:
    """Whether what a job is about has come to its end, in every retry too, so that it misses nobody; and, for a
    correction, in the earlier ones, so that the latest words stay."""
    ended = [BroadcastState.DONE, BroadcastState.CANCELLED]
    earlier = broadcast.c.id < job.id
    any_retry = and_(broadcast.c.of == job.of, broadcast.c.kind == Kind.RETRY)
    retry = any_retry if job.kind in REPEATABLE else and_(any_retry, earlier)
    correction = and_(broadcast.c.of == job.of, broadcast.c.kind == Kind.CORRECT, earlier)
    begun = and_(broadcast.c.state.not_in(ended), broadcast.c.state != BroadcastState.DRAFT)
    about = or_(broadcast.c.id == job.of, retry, correction if job.kind is Kind.CORRECT else false())
    if await connection.scalar(select(broadcast.c.id).where(about, begun).limit(1)) is not None:
        return False
    sending = select(broadcast_count.c.count).where(
        broadcast_count.c.broadcast_id.in_(select(broadcast.c.id).where(about)),
        broadcast_count.c.kind == "state",
        broadcast_count.c.name == DeliveryState.SENDING,
        broadcast_count.c.count > 0,
    )
    return await connection.scalar(sending.limit(1)) is None
