"""Jobs about a broadcast that went out: retry of the failed, recall, correction.

Each is a row like a broadcast's and runs in the same engine: durable, paced, to be paused and resumed. It is made
as a draft; `Broadcasts.approve` (or a second person's approval) sets it going, `withdraw` and `discard` take it
back. Delivery rows are kept 48 hours after a broadcast ended: later there is nothing left to retry or edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.broadcasts import AUTHOR, FRESH, read_broadcasts
from storage.database import Database
from storage.keys import Ring
from storage.records import Broadcast, BroadcastState, DeliveryState, Kind
from storage.tables import broadcast, delivery, subscriber

ENDED = (BroadcastState.DONE, BroadcastState.CANCELLED)
FAILED = (DeliveryState.PARKED, DeliveryState.GONE)


def sources(of: int) -> ColumnElement[bool]:
    """Rows of `delivery` that tell who got broadcast `of`: its own and those of its retries."""
    retries = select(broadcast.c.id).where(broadcast.c.of == of, broadcast.c.kind == Kind.RETRY)
    return or_(delivery.c.broadcast_id == of, delivery.c.broadcast_id.in_(retries))


def delivered(of: int) -> Select[Any]:
    """subscriber_id and message_id of everybody who has it. Readers who left since have no rows."""
    return select(delivery.c.subscriber_id, delivery.c.message_id).where(
        sources(of), delivery.c.state == DeliveryState.SENT, delivery.c.message_id.is_not(None)
    )


def failed(of: int) -> Select[Any]:
    """subscriber_id of everybody who was tried in vain, is still a reader, and has not got it by a retry since."""
    other = delivery.alias()
    got = exists().where(
        other.c.subscriber_id == delivery.c.subscriber_id,
        or_(
            other.c.broadcast_id == of,
            other.c.broadcast_id.in_(
                select(broadcast.c.id).where(broadcast.c.of == of, broadcast.c.kind == Kind.RETRY)
            ),
        ),
        other.c.state == DeliveryState.SENT,
    )
    there = exists().where(subscriber.c.id == delivery.c.subscriber_id)
    return select(delivery.c.subscriber_id).where(sources(of), delivery.c.state.in_(FAILED), ~got, there).distinct()


def _begun(of: int) -> ColumnElement[bool]:
    return and_(broadcast.c.of == of, broadcast.c.state != BroadcastState.DRAFT, broadcast.c.started > 0)


def _corrected(of: int) -> Select[Any]:
    """The payload of the latest correction that was set going."""
    made = select(broadcast.c.payload).where(_begun(of), broadcast.c.kind == Kind.CORRECT)
    return made.order_by(broadcast.c.id.desc()).limit(1)


class Jobs:
    """Every `of` is the number of a broadcast of kind SEND that is done or cancelled."""

    def __init__(self, database: Database, keys: Ring) -> None:
        self._database = database
        self._keys = keys

    async def retry(self, of: int, author: int, now: float) -> int | None:
        """A draft of the same message, as it was last corrected, to those whom it did not reach. None: nobody, or
        not ended."""
        async with self._database.begin() as connection:
            original = await self._original(connection, of)
            if original is None or not await self._count(connection, failed(of)):
                return None
            payload = await connection.scalar(_corrected(of)) or original["payload"]
            return await self._make(connection, of, author, now, Kind.RETRY, payload)

    async def recall(self, of: int, author: int, now: float) -> int | None:
        """A draft that deletes it, and every notice of a correction of it, wherever they arrived. What is still
        going out about it is deleted when it has ended: cancel it first. None: no delivery is known (any more), or
        not ended."""
        async with self._database.begin() as connection:
            if await self._original(connection, of) is None or not await self._count(connection, delivered(of)):
                return None
            first = await self._make(connection, of, author, now, Kind.RECALL, "")
            for notice in await self._notices(connection, of):
                await self._make(connection, notice, author, now, Kind.RECALL, "", after=first)
            return first

    async def correct(self, of: int, author: int, payload: str, notice: str, now: float) -> int | None:
        """A draft that edits it wherever it arrived, and then answers it with `notice` (none when empty). Both are
        payloads as a broadcast's. None: no delivery is known (any more), or not ended: then only a new message
        can correct it."""
        async with self._database.begin() as connection:
            if await self._original(connection, of) is None or not await self._count(connection, delivered(of)):
                return None
            first = await self._make(connection, of, author, now, Kind.CORRECT, payload)
            if notice:
                await self._make(connection, of, author, now, Kind.NOTICE, notice, after=first)
            return first

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
    async def _notices(connection: AsyncConnection, of: int) -> list[int]:
        found = await connection.scalars(
            select(broadcast.c.id).where(
                broadcast.c.of == of, broadcast.c.kind == Kind.NOTICE, broadcast.c.state != BroadcastState.DRAFT
            )
        )
        return list(found)

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
    ) -> int:
        """The audience is the original's, for who reads the row; whom a job reaches, its deliveries tell."""
        audience = await connection.scalar(select(broadcast.c.audience).where(broadcast.c.id == of))
        made = await connection.execute(
            broadcast.insert().values(
                author=self._keys.seal(AUTHOR, author),
                state=BroadcastState.DRAFT,
                audience=audience,
                payload=payload,
                created=now,
                kind=kind,
                of=of,
                after=after,
                **FRESH,
            )
        )
        return int(made.inserted_primary_key[0])  # type: ignore[index]
