"""How many readers there are, by what: counts alone, one dimension at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, func, select

from storage.database import Database
from storage.records import Figures, ReaderStatus
from storage.tables import subscriber, subscription


async def read_figures(database: Database) -> Figures:
    active = subscriber.c.status == ReaderStatus.ACTIVE
    async with database.begin() as connection:

        async def by(column: Column[Any], source: Any = subscriber) -> dict[str, int]:
            query = select(column, func.count()).select_from(source).where(active).group_by(column)
            return {row[0]: row[1] for row in await connection.execute(query)}

        paused = select(func.count()).where(subscriber.c.status == ReaderStatus.PAUSED)
        languages = await by(subscriber.c.language)
        joined = subscription.join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        return Figures(
            active=sum(languages.values()),
            paused=int(await connection.scalar(paused) or 0),
            languages=languages,
            topics=await by(subscription.c.topic_id, joined),
            weeks=await by(subscriber.c.joined_week),
        )
