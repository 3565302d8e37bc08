"""What is kept for a time only, and is erased when that is over. `docs/privacy.md` names every column."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select

from storage.database import Database
from storage.deliveries import KEPT
from storage.publications import release
from storage.records import BroadcastState, Kind, ReaderStatus
from storage.subscribers import TIDY, Subscribers, is_tidy, week
from storage.tables import awaited, broadcast, delivery, media, meta, panel, subscriber

DAY = 24 * 3600
DRAFTS_KEPT = 30 * DAY
AWAITED_KEPT = DAY
UNREACHABLE_KEPT = 365 * DAY
AT_ONCE = 500
"""Readers erased in one transaction."""


def _needed() -> ColumnElement[bool]:
    """Whether a job about this broadcast has still to learn from its delivery rows whom it reached."""
    job = broadcast.alias()
    begun = [BroadcastState.APPROVED, BroadcastState.RUNNING, BroadcastState.PAUSED]
    about = or_(job.c.of == broadcast.c.id, job.c.of == broadcast.c.of)
    return exists().where(about, job.c.state.in_(begun), job.c.fanned_out.is_(False), job.c.kind != Kind.SEND)


def _named(now: float) -> ColumnElement[bool]:
    """Whether a broadcast names this file that is open, or ended less than 48 hours ago."""
    lives = or_(broadcast.c.ended == 0, broadcast.c.ended > now - KEPT)
    return exists().where(broadcast.c.payload.contains(media.c.digest), lives)


class Retention:
    """`erase_due` as often as one likes; moments are Unix seconds of whatever clock the caller has."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    async def erase_due(self, now: float) -> int:
        """How many readers were erased: those who blocked the bot a day ago, and those who could not be reached for
        a year. Also delivery rows and panels 48 hours after the end, drafts after 30 days, and what the desk waited
        for after a day. Then no byte of all that is left in the files; StorageError when that cannot be said."""
        readers = 0
        while gone := await self._readers(now):
            readers += gone
        async with self._database.begin() as connection:
            ended = select(broadcast.c.id).where(broadcast.c.ended > 0, broadcast.c.ended < now - KEPT)
            await connection.execute(delete(delivery).where(delivery.c.broadcast_id.in_(ended.where(~_needed()))))
            await connection.execute(delete(media).where(media.c.added < now - KEPT, ~_named(now)))
            await connection.execute(delete(panel).where(panel.c.broadcast_id.in_(ended)))
            await connection.execute(delete(awaited).where(awaited.c.since < now - AWAITED_KEPT))
            old = await connection.scalars(
                delete(broadcast)
                .where(broadcast.c.state == BroadcastState.DRAFT, broadcast.c.created < now - DRAFTS_KEPT)
                .returning(broadcast.c.id)
            )
            for id_ in list(old):
                await release(connection, id_)
        await self._tidy()
        await self._database.forget()
        return readers

    async def _tidy(self) -> None:
        """Page moves leave copies of erased random ids in free space: the file is written anew, unless nobody was
        erased since. That takes the file's size in memory and holds everybody up, so fan-out comes first."""
        fanning = select(broadcast.c.id).where(
            broadcast.c.state == BroadcastState.RUNNING, broadcast.c.fanned_out.is_(False)
        )
        async with self._database.begin() as connection:
            if await is_tidy(connection) or await connection.scalar(fanning.limit(1)) is not None:
                return
        self._subscribers.untidy = False
        await self._database.vacuum()
        async with self._database.begin() as connection:
            if not self._subscribers.untidy:
                await connection.execute(insert(meta).values(name=TIDY, value="1"))

    async def _readers(self, now: float) -> int:
        blocked = (subscriber.c.status == ReaderStatus.BLOCKED) & (subscriber.c.erase_at <= int(now))
        lost = subscriber.c.status_week <= week(now - UNREACHABLE_KEPT)
        unreachable = (subscriber.c.status == ReaderStatus.UNREACHABLE) & lost
        async with self._database.begin() as connection:
            ids = list(
                await connection.scalars(select(subscriber.c.id).where(or_(blocked, unreachable)).limit(AT_ONCE))
            )
            if ids:
                await self._subscribers.delete_rows(connection, ids)
        return len(ids)
