"""Which content updates are new, were offered, or have a broadcast: one each, ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, upsert
from storage.tables import meta, publication

BEGUN = "publications-begun"


class Publication(StrEnum):
    OLD = "old"
    """In the library when the bot first started: never offered."""
    NEW = "new"
    OFFERED = "offered"
    """The editors were told, or a draft of it was discarded."""
    TAKEN = "taken"
    """It has a broadcast, be it a draft."""


FREE = (Publication.NEW, Publication.OFFERED)


async def release(connection: AsyncConnection, broadcast: int) -> None:
    """The draft of an update was discarded: it can be published again."""
    await connection.execute(
        update(publication)
        .where(publication.c.broadcast_id == broadcast)
        .values(state=Publication.OFFERED, broadcast_id=None)
    )


class Publications:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def see(self, updates: Iterable[str]) -> Sequence[str]:
        """Writes down what the library has now; those that are new and were not offered yet. At the very first
        call everything is old."""
        ids = list(updates)
        async with self._database.begin() as connection:
            begun = await connection.scalar(select(meta.c.value).where(meta.c.name == BEGUN))
            if begun is None:
                await connection.execute(meta.insert().values(name=BEGUN, value="1"))
            state = Publication.NEW if begun else Publication.OLD
            for id_ in ids:
                row = upsert(publication).values(update_id=id_, state=state, broadcast_id=None)
                await connection.execute(row.on_conflict_do_nothing())
            new = await connection.scalars(
                select(publication.c.update_id).where(publication.c.state == Publication.NEW)
            )
            there = set(new)
        return [id_ for id_ in ids if id_ in there]

    async def offered(self, updates: Iterable[str]) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                update(publication)
                .where(publication.c.update_id.in_(list(updates)), publication.c.state == Publication.NEW)
                .values(state=Publication.OFFERED)
            )

    async def waiting(self) -> Mapping[str, int | None]:
        """Updates that have not gone out: id -> the broadcast that was made for it, None where there is none."""
        async with self._database.begin() as connection:
            rows = await connection.execute(
                select(publication.c.update_id, publication.c.broadcast_id).where(
                    publication.c.state.in_([*FREE, Publication.TAKEN])
                )
            )
            return {row[0]: row[1] for row in rows}

    async def take(self, id_: str, broadcast: int) -> bool:
        """Exactly one of several who try gets True; nobody once the update has had its broadcast."""
        async with self._database.begin() as connection:
            moved = await connection.execute(
                update(publication)
                .where(publication.c.update_id == id_, publication.c.state.in_(FREE))
                .values(state=Publication.TAKEN, broadcast_id=broadcast)
            )
            return bool(moved.rowcount)
