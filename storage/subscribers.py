"""Readers who asked to be written to. A row exists only while there is something to send."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.counters import cancel_open
from storage.database import Database, upsert
from storage.keys import Ring
from storage.records import Audience, Cause, ReaderStatus, Result, Subscriber, Topic
from storage.tables import follow, meta, subscriber, subscription
from storage.tombstones import Tombstones

CID = "sub.cid"
TIDY = "tidy"
"""In `meta` while no copy of an erased row can be in the file's free space."""
BLOCKED_KEPT = 24 * 3600
"""Seconds after which a reader who blocked the bot is erased."""


def week(moment: float) -> str:
    year, number, _ = datetime.fromtimestamp(moment, UTC).isocalendar()
    return f"{year}-W{number:02}"


def _erase_at(now: float) -> int:
    """A day after the full hour in which the reader blocked the bot: no exact moment is kept."""
    return int(now) // 3600 * 3600 + BLOCKED_KEPT


async def is_tidy(connection: AsyncConnection) -> bool:
    return await connection.scalar(select(meta.c.value).where(meta.c.name == TIDY)) is not None


def interested(audience: Audience, *, page: bool = False) -> ColumnElement[bool] | None:
    """Whether a row of `subscriber` holds one of its topics or follows one of its cases; None: it names none. `page`:
    it is asked of few rows, so each is looked up by itself; a server may else go through all who hold a topic, for
    each page anew."""
    wanted: list[ColumnElement[bool]] = []
    for there, name, values in (
        (subscription, subscription.c.topic_id, audience.topics),
        (follow, follow.c.case_id, audience.cases),
    ):
        if values:
            mine = select(there.c.subscriber_id).where(
                there.c.subscriber_id == subscriber.c.id, name.in_(sorted(values))
            )
            wanted.append(mine.limit(1).scalar_subquery().is_not(None) if page else exists(mine))
    return or_(*wanted) if wanted else None


def belongs(audience: Audience, *, page: bool = False) -> ColumnElement[bool]:
    """Whether a row of `subscriber` is in the audience and may be written to. `page`: as for `interested`."""
    rule, wants = subscriber.c.status == ReaderStatus.ACTIVE, interested(audience, page=page)
    if wants is not None:
        rule = and_(rule, wants)
    if audience.languages:
        rule = and_(rule, subscriber.c.language.in_(sorted(audience.languages)))
    return rule


class Subscribers:
    def __init__(self, database: Database, keys: Ring, now: Any, tombstones: Tombstones) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._tombstones = tombstones
        self.untidy = True
        """Somebody was erased since `Retention` last set this to False."""

    def _cid(self, chat_id: int) -> bytes:
        return self._keys.seal(CID, chat_id)

    def is_(self, chat_id: int) -> ColumnElement[bool]:
        """Whether a row of `subscriber` is this chat's, whichever key has sealed it."""
        return subscriber.c.cid.in_(self._keys.seals(CID, chat_id))

    async def get(self, chat_id: int) -> Subscriber | None:
        async with self._database.begin() as connection:
            return await self._read(connection, chat_id)

    async def _read(self, connection: AsyncConnection, chat_id: int) -> Subscriber | None:
        found = await connection.execute(select(subscriber).where(self.is_(chat_id)))
        row = found.mappings().first()
        if row is None:
            return None
        topics = await connection.scalars(
            select(subscription.c.topic_id).where(subscription.c.subscriber_id == row["id"])
        )
        cases = await connection.scalars(select(follow.c.case_id).where(follow.c.subscriber_id == row["id"]))
        return Subscriber(
            id=row["id"],
            chat_id=chat_id,
            language=row["language"],
            topics=frozenset(Topic(topic) for topic in topics),
            cases=frozenset(cases),
            silent=row["silent"],
            hidden=row["hidden"],
            status=ReaderStatus(row["status"]),
            joined_week=row["joined_week"],
            status_week=row["status_week"],
        )

    async def _ensure(self, connection: AsyncConnection, chat_id: int, language: str) -> int:
        """The row's id; a new row, or the old one made active again."""
        id_ = await connection.scalar(
            update(subscriber)
            .where(self.is_(chat_id))
            .values(status=ReaderStatus.ACTIVE, erase_at=0)
            .returning(subscriber.c.id)
        )
        if id_ is not None:
            return int(id_)
        now, id_ = week(self._now()), secrets.randbits(63)
        await connection.execute(
            insert(subscriber).values(
                id=id_,
                cid=self._cid(chat_id),
                kid=self._keys.kid,
                language=language,
                silent=False,
                hidden=False,
                status=ReaderStatus.ACTIVE,
                status_week=now,
                joined_week=now,
                erase_at=0,
            )
        )
        return id_

    async def subscribe(self, chat_id: int, language: str, topics: frozenset[Topic]) -> Subscriber:
        async with self._database.begin() as connection:
            id_ = await self._ensure(connection, chat_id, language)
            for topic in sorted(topics):
                row = upsert(subscription).values(topic_id=topic, subscriber_id=id_)
                await connection.execute(row.on_conflict_do_nothing())
            after = await self._read(connection, chat_id)
        assert after is not None  # noqa: S101 - written in this transaction
        return after

    async def set_topics(self, chat_id: int, topics: frozenset[Topic]) -> Subscriber | None:
        async with self._database.begin() as connection:
            before = await self._read(connection, chat_id)
            if before is None:
                return None
            for topic in sorted(topics - before.topics):
                await connection.execute(upsert(subscription).values(topic_id=topic, subscriber_id=before.id))
            await connection.execute(
                delete(subscription).where(
                    subscription.c.subscriber_id == before.id, subscription.c.topic_id.not_in(sorted(topics))
                )
            )
        return await self._erase_if_empty(chat_id)

    async def follow(self, chat_id: int, case: str, language: str) -> Subscriber:
        async with self._database.begin() as connection:
            id_ = await self._ensure(connection, chat_id, language)
            row = upsert(follow).values(case_id=case, subscriber_id=id_)
            await connection.execute(row.on_conflict_do_nothing())
            after = await self._read(connection, chat_id)
        assert after is not None  # noqa: S101 - written in this transaction
        return after

    async def unfollow(self, chat_id: int, case: str) -> Subscriber | None:
        async with self._database.begin() as connection:
            before = await self._read(connection, chat_id)
            if before is not None:
                await connection.execute(
                    delete(follow).where(follow.c.subscriber_id == before.id, follow.c.case_id == case)
                )
        return await self._erase_if_empty(chat_id)

    async def _erase_if_empty(self, chat_id: int) -> Subscriber | None:
        after = await self.get(chat_id)
        if after is not None and not after.topics and not after.cases:
            await self.erase(chat_id)
            return None
        return after

    async def _set(self, chat_id: int, **values: object) -> None:
        async with self._database.begin() as connection:
            await connection.execute(update(subscriber).where(self.is_(chat_id)).values(**values))

    async def set_language(self, chat_id: int, language: str) -> None:
        await self._set(chat_id, language=language)

    async def set_silent(self, chat_id: int, silent: bool) -> None:
        await self._set(chat_id, silent=silent)

    async def set_hidden(self, chat_id: int, hidden: bool) -> None:
        await self._set(chat_id, hidden=hidden)

    async def set_paused(self, chat_id: int, paused: bool) -> None:
        await self._status(chat_id, ReaderStatus.PAUSED if paused else ReaderStatus.ACTIVE)

    async def _status(self, chat_id: int, status: ReaderStatus, erase_at: int = 0) -> None:
        await self._set(chat_id, status=status, status_week=week(self._now()), erase_at=erase_at)

    async def suspend(self, chat_id: int, now: float) -> None:
        """The reader blocked the bot: nothing is sent; `purge` erases them within a day."""
        await self._status(chat_id, ReaderStatus.BLOCKED, _erase_at(now))

    async def unblock(self, chat_id: int) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                update(subscriber)
                .where(self.is_(chat_id))
                .where(subscriber.c.status.in_([ReaderStatus.BLOCKED, ReaderStatus.UNREACHABLE]))
                .values(status=ReaderStatus.ACTIVE, status_week=week(self._now()), erase_at=0)
            )

    async def erase(self, chat_id: int) -> bool:
        """Row, topics and follows gone, open deliveries cancelled, and no byte of them left in the files."""
        async with self._database.begin() as connection:
            there = await self.delete(connection, chat_id)
        await self._database.forget()
        return there

    def ids_of(self, chat_id: int) -> Any:
        """A subquery: this chat's row, if there is one."""
        return select(subscriber.c.id).where(self.is_(chat_id))

    async def delete(self, connection: AsyncConnection, chat_id: int) -> bool:
        """`erase` as part of another transaction, without the last word on the files' bytes."""
        id_ = await connection.scalar(self.ids_of(chat_id))
        if id_ is not None:
            await self.delete_rows(connection, [id_])
        return id_ is not None

    async def delete_rows(self, connection: AsyncConnection, ids: list[int]) -> None:
        """The tombstones come first: an erasure that a crash interrupts is asked for again, without its row."""
        self._tombstones.add(ids)
        self.untidy = True
        await connection.execute(delete(meta).where(meta.c.name == TIDY))
        await cancel_open(connection, ids)
        await connection.execute(delete(subscriber).where(subscriber.c.id.in_(ids)))

    async def react(self, connection: AsyncConnection, result: Result, now: float) -> None:
        """What a delivery told about the reader, in the ledger's own transaction."""
        row = subscriber.c.id == result.subscriber
        if result.migrate_to is not None:
            await self._migrate(connection, result.subscriber, result.migrate_to)
        elif result.cause is Cause.BLOCKED:
            values = {"status": ReaderStatus.BLOCKED, "erase_at": _erase_at(now), "status_week": week(now)}
            await connection.execute(update(subscriber).where(row).values(**values))
        elif result.cause is Cause.DEACTIVATED:
            await self.delete_rows(connection, [result.subscriber])
        elif result.cause in (Cause.UNREACHABLE, Cause.KICKED, Cause.RIGHTS):
            gone = {"status": ReaderStatus.UNREACHABLE, "status_week": week(now)}
            await connection.execute(update(subscriber).where(row).values(**gone))

    async def reached(self, connection: AsyncConnection, ids: Sequence[int], now: float) -> None:
        """A retry has reached them: who was unreachable is so no more."""
        lost = (subscriber.c.id.in_(ids), subscriber.c.status == ReaderStatus.UNREACHABLE)
        there = {"status": ReaderStatus.ACTIVE, "status_week": week(now)}
        await connection.execute(update(subscriber).where(*lost).values(**there))

    async def _migrate(self, connection: AsyncConnection, id_: int, chat_id: int) -> None:
        taken = await connection.scalar(select(subscriber.c.id).where(self.is_(chat_id)))
        if taken is None:
            await connection.execute(
                update(subscriber).where(subscriber.c.id == id_).values(cid=self._cid(chat_id), kid=self._keys.kid)
            )
        elif taken != id_:
            await self.delete_rows(connection, [id_])

    async def count(self, audience: Audience) -> Mapping[str, int]:
        """Language -> readers who would get a message to this audience now."""
        async with self._database.begin() as connection:
            found = await connection.execute(
                select(subscriber.c.language, func.count()).where(belongs(audience)).group_by(subscriber.c.language)
            )
            return {row[0]: row[1] for row in found}
