"""Pictures and documents of broadcasts: kept until Telegram has them, then only their file_id matters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sqlalchemy import select, update

from storage.database import Database, upsert
from storage.tables import media


@dataclass(frozen=True, slots=True)
class File:
    """`kind`: photo or document. `file_id`: empty while Telegram has not got it."""

    digest: str
    kind: str
    name: str
    data: bytes = field(repr=False)
    file_id: str = ""


class Media:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, kind: str, name: str, data: bytes, now: float) -> str:
        """Its digest, by which a payload names it; the same file twice is one row."""
        digest = hashlib.sha256(kind.encode() + b"\0" + data).hexdigest()
        row = upsert(media).values(digest=digest, kind=kind, name=name, data=data, file_id=None, added=now)
        async with self._database.begin() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["digest"], set_={"added": now}))
        return digest

    async def get(self, digest: str) -> File | None:
        async with self._database.begin() as connection:
            row = (await connection.execute(select(media).where(media.c.digest == digest))).mappings().first()
        if row is None:
            return None
        return File(row["digest"], row["kind"], row["name"], row["data"], row["file_id"] or "")

    async def uploaded(self, digest: str, file_id: str) -> None:
        """Telegram has it: from now on it goes out by this id."""
        async with self._database.begin() as connection:
            await connection.execute(update(media).where(media.c.digest == digest).values(file_id=file_id))
