"""What admins did: an append-only chain. Each entry's HMAC covers the one before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from storage.database import Database
from storage.keys import Keys
from storage.tables import audit


class Audit:
    def __init__(self, database: Database, keys: Keys, now: Any) -> None:
        self._database = database
        self._keys = keys
        self._now = now

    async def record(self, actor: int, action: str, detail: str) -> None:
        """`actor` is an admin's user id, kept encrypted; `detail` never names a reader."""
        day = datetime.fromtimestamp(self._now(), UTC).date().isoformat()
        sealed = self._keys.seal("audit.actor", actor)
        async with self._database.begin() as connection:
            before = await connection.scalar(select(audit.c.mac).order_by(audit.c.id.desc()).limit(1))
            mac = self._mac(before or b"", day, sealed, action, detail)
            await connection.execute(
                audit.insert().values(day=day, actor=sealed, action=action, detail=detail, mac=mac)
            )

    async def append(self, actor: int, action: str, subject: str) -> None:
        """Fits the desk's `AuditLog`."""
        await self.record(actor, action, subject)

    async def verify(self) -> int | None:
        """The id of the first entry that does not fit the chain; None when all do."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(audit).order_by(audit.c.id))).mappings().all()
        before = b""
        for row in rows:
            if row["mac"] != self._mac(before, row["day"], row["actor"], row["action"], row["detail"]):
                return int(row["id"])
            before = row["mac"]
        return None

    def _mac(self, before: bytes, day: str, actor: bytes, action: str, detail: str) -> bytes:
        parts = (before, day.encode(), actor, action.encode(), detail.encode())
        return self._keys.mac(b"".join(len(part).to_bytes(4, "big") + part for part in parts))
