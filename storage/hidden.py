"""The people whom an owner has taken off every screen, by their id in the library."""

from __future__ import annotations

from sqlalchemy import delete, select

from storage.database import Database, upsert
from storage.tables import hidden_person


class Hidden:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> frozenset[str]:
        async with self._database.begin() as connection:
            return frozenset(await connection.scalars(select(hidden_person.c.person_id)))

    async def add(self, person: str) -> None:
        async with self._database.begin() as connection:
            await self._database.announce(connection, "hidden")
            await connection.execute(upsert(hidden_person).values(person_id=person).on_conflict_do_nothing())

    async def remove(self, person: str) -> bool:
        """False: nobody of this id was hidden."""
        async with self._database.begin() as connection:
            await self._database.announce(connection, "hidden")
            gone = await connection.execute(delete(hidden_person).where(hidden_person.c.person_id == person))
            return bool(gone.rowcount)
