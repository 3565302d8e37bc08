"""Jobs about a broadcast that went out: retry of the failed, recall, correction.

Each is a row like a broadcast's and runs in the same engine: durable, paced, to be paused and resumed. It is made
as a draft; `Broadcasts.approve` (or a second person's approval) sets it going, `withdraw` and `discard` take it
back. A retry and a recall, which say nothing new, can also be set going at once. Delivery rows are kept 48 hours after
a broadcast ended: later there is nothing left to retry or edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.beginning import FRESH, set_off
from storage.broadcasts import AUTHOR, read_broadcasts
from storage.database import Database
from storage.keys import Ring
from storage.records import Broadcast, BroadcastState, Cause, DeliveryState, Kind, Outlook, Reach, ReaderStatus
from storage.tables import broadcast, broadcast_count, delivery, subscriber

ENDED = (BroadcastState.DONE, BroadcastState.CANCELLED)
MISSED = or_(
    delivery.c.state.in_([DeliveryState.PARKED, DeliveryState.GONE]),
    and_(delivery.c.state == DeliveryState.CANCELLED, delivery.c.cause != Cause.LEFT),
)
"""Rows of those who were tried in vain, or whose turn had not come when it was cancelled."""
KEPT = 60.0
"""Seconds for which readers by language are not counted anew."""
RETRIED = (ReaderStatus.ACTIVE, ReaderStatus.UNREACHABLE)
"""Readers to whom a retry goes: not who blocked the bot or paused."""


def sources(of: int) -> ColumnElement[bool]:
    """Rows of `delivery` that tell who got broadcast `of`: its own and those of its retries."""
    retries = select(broadcast.c.id).where(broadcast.c.of == of, broadcast.c.kind == Kind.RETRY)
    return or_(delivery.c.broadcast_id == of, delivery.c.broadcast_id.in_(retries))


def delivered(of: int) -> Select[Any]:
    """subscriber_id and message_id of everybody who has it. Readers who left since have no rows; from whom a recall
    has taken it are left out."""
    recalls, deletion = (
        select(broadcast.c.id).where(broadcast.c.of == of, broadcast.c.kind == Kind.RECALL),
        delivery.alias(),
    )
    deleted = exists().where(
        deletion.c.broadcast_id.in_(recalls),
        deletion.c.subscriber_id == delivery.c.subscriber_id,
        or_(deletion.c.state == DeliveryState.SENT, deletion.c.cause == Cause.MISSING),
    )
    return select(delivery.c.subscriber_id, delivery.c.message_id).where(
        sources(of), delivery.c.state == DeliveryState.SENT, delivery.c.message_id.is_not(None), ~deleted
    )


def failed(of: int) -> Select[Any]:
    """subscriber_id of everybody who was tried in vain or waited when it was cancelled, can be written to, and has not
    got it by a retry since."""
    other = delivery.alias()
    retries = select(broadcast.c.id).where(broadcast.c.of == of, broadcast.c.kind == Kind.RETRY)
    got = exists().where(
        other.c.subscriber_id == delivery.c.subscriber_id,
        or_(other.c.broadcast_id == of, other.c.broadcast_id.in_(retries)),
        other.c.state == DeliveryState.SENT,
    )
    there = exists().where(subscriber.c.id == delivery.c.subscriber_id, subscriber.c.status.in_(RETRIED))
    return select(delivery.c.subscriber_id).where(sources(of), MISSED, ~got, there).distinct()


def uncertain(of: int) -> Select[Any]:
    """subscriber_id of those of the failed who perhaps have it."""
    tried = and_(delivery.c.state == DeliveryState.PARKED, delivery.c.cause.in_([Cause.UNCERTAIN, Cause.SERVER]))
    return failed(of).where(or_(tried, and_(delivery.c.state == DeliveryState.CANCELLED, delivery.c.unknowns > 0)))


def _begun(of: int) -> ColumnElement[bool]:
    return and_(broadcast.c.of == of, broadcast.c.state != BroadcastState.DRAFT, broadcast.c.started > 0)


def _corrected(of: int) -> Select[Any]:
    """The payload of the latest correction that was set going."""
    made = select(broadcast.c.payload).where(_begun(of), broadcast.c.kind == Kind.CORRECT)
    return made.order_by(broadcast.c.id.desc()).limit(1)


def _counters(of: int) -> Select[Any]:
    """Kind of broadcast, name and count of every counter of `of` and of what is about it."""
    mine = or_(broadcast.c.id == of, broadcast.c.of == of)
    query = select(broadcast.c.kind, broadcast_count.c.name, broadcast_count.c.count)
    query = query.join(broadcast_count, broadcast_count.c.broadcast_id == broadcast.c.id).where(mine)
    return query.order_by(broadcast.c.id, broadcast_count.c.kind, broadcast_count.c.name)


class Jobs:
    """Every `of` is the number of a broadcast of kind SEND that is done or cancelled."""

    def __init__(self, database: Database, keys: Ring) -> None:
        self._database = database
        self._keys = keys
        self._counted: tuple[object, float, Mapping[str, int]] = (None, 0.0, {})

    async def retry(self, of: int, author: int, now: float, *, start_at: float | None = None) -> int | None:
        """The same message, as it was last corrected, to those whom it did not reach: a draft, or with `start_at`
        set going at once. None: nobody, not ended, recalled, or another retry is under way."""
        async with self._database.begin() as connection:
            original = await self._original(connection, of)
            if original is None or not await self._count(connection, failed(of)):
                return None
            if await self._any(connection, set_off(of, Kind.RECALL)) or await self._open(connection, of, Kind.RETRY):
                return None
            payload = await connection.scalar(_corrected(of)) or original["payload"]
            return await self._make(connection, of, author, now, Kind.RETRY, payload, start_at=start_at)

    async def recall(self, of: int, author: int, now: float, *, start_at: float | None = None) -> int | None:
        """Deletes it, and every notice of a correction of it, wherever they arrived: a draft, or with `start_at` set
        going at once. What is still going out about it is deleted when it has ended: cancel it first. None: no
        delivery is known (any more), not ended, or another recall is under way."""
        async with self._database.begin() as connection:
            if await self._original(connection, of) is None or await self._open(connection, of, Kind.RECALL):
                return None
            if not await self._count(connection, delivered(of)):
                return None
            first = await self._make(connection, of, author, now, Kind.RECALL, "", start_at=start_at)
            for notice in list(await connection.scalars(select(broadcast.c.id).where(set_off(of, Kind.NOTICE)))):
                await self._make(connection, notice, author, now, Kind.RECALL, "", after=first, start_at=start_at)
            return first

    async def correct(self, of: int, author: int, payload: str, notice: str | None, now: float) -> int | None:
        """A draft that edits it wherever it arrived, and then answers it with `notice`, if there is one. Both are
        payloads as a broadcast's. None: no delivery is known (any more), not ended, or recalled: then only a new
        message can correct it."""
        async with self._database.begin() as connection:
            if await self._original(connection, of) is None or not await self._count(connection, delivered(of)):
                return None
            if await self._any(connection, set_off(of, Kind.RECALL)):
                return None
            first = await self._make(connection, of, author, now, Kind.CORRECT, payload)
            if notice is not None:
                await self._make(connection, of, author, now, Kind.NOTICE, notice, after=first)
            return first

    async def reach(self, of: int) -> Reach:
        async with self._database.begin() as connection:
            return Reach(
                await self._sequel(connection, of),
                await self._count(connection, delivered(of)),
                await self._count(connection, failed(of)),
                await self._count(connection, uncertain(of)),
            )

    async def outlook(self, of: int) -> Outlook:
        async with self._database.begin() as connection:
            found = Outlook(await self._sequel(connection, of))
            there = delivery.c.state == DeliveryState.SENT, delivery.c.message_id.is_not(None)
            reached = await self._some(connection, select(delivery.c.subscriber_id).where(sources(of), *there))
            if reached and found.recalled:
                reached = await self._left_over(connection, of)
            return replace(found, reached=reached, failed=await self._some(connection, failed(of)))

    async def _sequel(self, connection: AsyncConnection, of: int) -> tuple[Broadcast, ...]:
        begun = [set_off(of, kind) for kind in (Kind.RETRY, Kind.RECALL, Kind.CORRECT, Kind.NOTICE)]
        query = select(broadcast).where(or_(*begun)).order_by(broadcast.c.id)
        return tuple(await read_broadcasts(connection, self._keys, query))

    @staticmethod
    async def _some(connection: AsyncConnection, rows: Select[Any]) -> bool:
        return await connection.scalar(rows.limit(1)) is not None

    async def _left_over(self, connection: AsyncConnection, of: int) -> bool:
        """By the counters, whether recalls have taken it from fewer than got it; whose rows are gone counts too."""
        total = {Kind.SEND: 0, Kind.RETRY: 0, Kind.RECALL: 0}
        for kind, name, count in await connection.execute(_counters(of)):
            got = name == DeliveryState.SENT or (kind == Kind.RECALL and name == Cause.MISSING)
            total[kind] = total.get(kind, 0) + (count if got else 0)
        return total[Kind.SEND] + total[Kind.RETRY] > total[Kind.RECALL]

    async def languages(self, of: int, now: float = float("inf")) -> Mapping[str, int]:
        """Language of the reader -> how many have it. Kept for a minute while nothing is sent or deleted: with a
        million readers it takes seconds. `now`: Unix seconds; without it, it is counted."""
        have = delivered(of).subquery()
        query = select(subscriber.c.language, func.count()).join(have, have.c.subscriber_id == subscriber.c.id)
        async with self._database.begin() as connection:
            moved = of, [tuple(row) for row in await connection.execute(_counters(of))]
            if self._counted[0] == moved and 0 <= now - self._counted[1] < KEPT:
                return self._counted[2]
            rows = await connection.execute(query.group_by(subscriber.c.language))
            counted = {str(row[0]): int(row[1]) for row in rows}
        self._counted = moved, now, counted
        return counted

    async def basis(self, of: int) -> int:
        """The number under which the words that its readers have now were written: of its latest correction that was
        set going, or its own."""
        async with self._database.begin() as connection:
            latest = select(broadcast.c.id).where(_begun(of), broadcast.c.kind == Kind.CORRECT)
            return await connection.scalar(latest.order_by(broadcast.c.id.desc()).limit(1)) or of

    async def moved(self, of: int, reader: ColumnElement[bool], before: int, after: int) -> None:
        """The reader's message about it, or the notice of its correction, has another number now: *Read* has sent it
        anew. `reader`: as `Subscribers.is_`."""
        notices = select(broadcast.c.id).where(broadcast.c.of == of, broadcast.c.kind == Kind.NOTICE)
        who = select(subscriber.c.id).where(reader)
        about = or_(sources(of), delivery.c.broadcast_id.in_(notices))
        async with self._database.begin() as connection:
            mine = (about, delivery.c.subscriber_id.in_(who), delivery.c.message_id == before)
            await connection.execute(update(delivery).where(*mine).values(message_id=after))

    async def about(self, of: int) -> Sequence[Broadcast]:
        """All jobs about a broadcast, drafts too, oldest first."""
        async with self._database.begin() as connection:
            query = select(broadcast).where(broadcast.c.of == of).order_by(broadcast.c.id)
            return await read_broadcasts(connection, self._keys, query)

    async def reached(self, of: int) -> int:
        """How many have it and can be written to about it; 0 once the rows are purged."""
        async with self._database.begin() as connection:
            return await self._count(connection, delivered(of))

    async def failed(self, of: int) -> int:
        """How many a retry would try."""
        async with self._database.begin() as connection:
            return await self._count(connection, failed(of))

    async def payload(self, of: int) -> str | None:
        """What *Read* shows: the latest correction that was set going, else the message; None once recalled."""
        async with self._database.begin() as connection:
            recalled = select(broadcast.c.id).where(_begun(of), broadcast.c.kind == Kind.RECALL).limit(1)
            if await connection.scalar(recalled) is not None:
                return None
            latest = await connection.scalar(_corrected(of))
            if latest is not None:
                return str(latest)
            found = await connection.scalar(select(broadcast.c.payload).where(broadcast.c.id == of))
            return None if found is None else str(found)

    @staticmethod
    async def _original(connection: AsyncConnection, of: int) -> Any:
        row = await connection.execute(
            select(broadcast).where(broadcast.c.id == of, broadcast.c.kind == Kind.SEND, broadcast.c.state.in_(ENDED))
        )
        return row.mappings().first()

    @staticmethod
    async def _any(connection: AsyncConnection, which: ColumnElement[bool]) -> bool:
        return await connection.scalar(select(broadcast.c.id).where(which).limit(1)) is not None

    async def _open(self, connection: AsyncConnection, of: int, kind: Kind) -> bool:
        return await self._any(connection, and_(set_off(of, kind), broadcast.c.state.not_in(ENDED)))

    @staticmethod
    async def _count(connection: AsyncConnection, rows: Select[Any]) -> int:
        return int(await connection.scalar(select(func.count()).select_from(rows.subquery())) or 0)

    async def _make(
        self,
        connection: AsyncConnection,
        of: int,
        author: int,
        now: float,
        kind: Kind,
        payload: str,
        after: int | None = None,
        start_at: float | None = None,
    ) -> int:
        """The audience is the original's, for who reads the row; whom a job reaches, its deliveries tell."""
        audience = await connection.scalar(select(broadcast.c.audience).where(broadcast.c.id == of))
        made = await connection.execute(
            broadcast.insert().values(
                author=self._keys.seal(AUTHOR, author),
                audience=audience,
                payload=payload,
                created=now,
                kind=kind,
                of=of,
                after=after,
                **FRESH | ({} if start_at is None else {"start_at": start_at}),
                state=BroadcastState.DRAFT if start_at is None else BroadcastState.APPROVED,
            )
        )
        return int(made.inserted_primary_key[0])  # type: ignore[index]
