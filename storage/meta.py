"""Small facts that must survive a restart, by name. Never anything about a reader."""

from __future__ import annotations

from sqlalchemy import delete, select

from storage.database import Database, upsert
from storage.tables import meta

TOLD = ("closed",)
"""Facts whose change all replicas are told of."""


class Meta:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str:
        """Empty when nothing is kept under this name."""
        async with self._database.begin() as connection:
            return await connection.scalar(select(meta.c.value).where(meta.c.name == name)) or ""

    async def set(self, name: str, value: str) -> None:
        """An empty value removes the row."""
        async with self._database.begin() as connection:
            if name in TOLD:
                await self._database.announce(connection, name)
            if not value:
                await connection.execute(delete(meta).where(meta.c.name == name))
                return
            row = upsert(meta).values(name=name, value=value)
            await connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
