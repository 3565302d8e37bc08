"""Who may write alerts and who may approve them, as owners named them. Ids are kept encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from storage.broadcasts import AUTHOR
from storage.database import Database, upsert
from storage.keys import Keys
from storage.records import Grant, Role
from storage.tables import admin


class Admins:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    async def all(self) -> Sequence[Grant]:
        """Oldest first."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(admin).order_by(admin.c.named_at))).mappings().all()
        return [
            Grant(self._keys.open(AUTHOR, row["cid"]), Role(row["role"]), row["named_at"], row["counts_from"])
            for row in rows
        ]

    async def name(self, grant: Grant) -> bool:
        """False: they hold this role already, and keep the time from which it counts."""
        values = {"role": grant.role, "named_at": grant.named_at, "counts_from": grant.counts_from}
        async with self._database.begin() as connection:
            await self._database.announce(connection, "admins")
            row = upsert(admin).values(cid=self._keys.seal(AUTHOR, grant.person), **values)
            made = await connection.execute(row.on_conflict_do_nothing())
            return bool(made.rowcount)

    async def remove(self, person: int) -> bool:
        """All roles of theirs. False: they had none."""
        async with self._database.begin() as connection:
            await self._database.announce(connection, "admins")
            gone = await connection.execute(delete(admin).where(admin.c.cid == self._keys.seal(AUTHOR, person)))
            return bool(gone.rowcount)
