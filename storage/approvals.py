"""Requests for a second person's approval. Each decision is one transaction: of several at once, one counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.beginning import begin
from storage.broadcasts import AUTHOR
from storage.database import Database, upsert
from storage.keys import Keys
from storage.records import Approval, ApprovalState, BroadcastState
from storage.tables import approval, broadcast


async def void(connection: AsyncConnection, broadcast_id: int) -> None:
    """What was asked for is no longer what would go out."""
    await connection.execute(
        update(approval)
        .where(approval.c.broadcast_id == broadcast_id, approval.c.state == ApprovalState.PENDING)
        .values(state=ApprovalState.VOID)
    )


class Approvals:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    async def ask(self, broadcast_id: int, asker: int, digest: str, now: float, expires: float) -> bool:
        """Replaces an earlier request for the same draft. False: no draft any more."""
        values: dict[str, Any] = {
            "digest": digest,
            "asked": now,
            "expires": expires,
            "state": ApprovalState.PENDING,
            "decider": None,
            "reason": "",
        }
        async with self._database.begin() as connection:
            drafted = select(broadcast.c.id).where(
                broadcast.c.id == broadcast_id, broadcast.c.state == BroadcastState.DRAFT
            )
            if await connection.scalar(drafted) is None:
                return False
            values["asker"] = self._keys.seal(AUTHOR, asker)
            row = upsert(approval).values(broadcast_id=broadcast_id, **values)
            await connection.execute(row.on_conflict_do_update(index_elements=["broadcast_id"], set_=values))
            return True

    async def get(self, broadcast_id: int) -> Approval | None:
        found = await self._read(select(approval).where(approval.c.broadcast_id == broadcast_id))
        return found[0] if found else None

    async def overdue(self, now: float) -> Sequence[Approval]:
        """Open requests whose time is over."""
        return await self._read(
            select(approval).where(approval.c.state == ApprovalState.PENDING, approval.c.expires <= now)
        )

    async def approve(self, broadcast_id: int, decider: int, digest: str, start_at: float, now: float) -> bool:
        """The draft goes out. False: decided, changed, expired, withdrawn or overtaken meanwhile."""
        async with self._database.begin() as connection:
            if not await self._decide(connection, broadcast_id, decider, digest, now, ApprovalState.APPROVED):
                return False
            begun = await begin(connection, broadcast_id, start_at)
            if not begun:
                await connection.rollback()
            return begun

    async def reject(self, broadcast_id: int, decider: int, digest: str, reason: str, now: float) -> bool:
        async with self._database.begin() as connection:
            return await self._decide(
                connection, broadcast_id, decider, digest, now, ApprovalState.REJECTED, reason=reason
            )

    async def close(self, broadcast_id: int, state: ApprovalState) -> bool:
        """An open request ends without a decision."""
        async with self._database.begin() as connection:
            moved = await connection.execute(
                update(approval)
                .where(approval.c.broadcast_id == broadcast_id, approval.c.state == ApprovalState.PENDING)
                .values(state=state)
            )
            return bool(moved.rowcount)

    async def _decide(
        self,
        connection: AsyncConnection,
        id_: int,
        decider: int,
        digest: str,
        now: float,
        state: ApprovalState,
        **more: Any,
    ) -> bool:
        sealed = self._keys.seal(AUTHOR, decider)
        moved = await connection.execute(
            update(approval)
            .where(
                approval.c.broadcast_id == id_,
                approval.c.state == ApprovalState.PENDING,
                approval.c.digest == digest,
                approval.c.expires > now,
                approval.c.asker != sealed,
            )
            .values(state=state, decider=sealed, **more)
        )
        return bool(moved.rowcount)

    async def _read(self, query: Any) -> list[Approval]:
        async with self._database.begin() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [self._approval(row) for row in rows]

    def _approval(self, row: RowMapping) -> Approval:
        return Approval(
            broadcast=row["broadcast_id"],
            asker=self._keys.open(AUTHOR, row["asker"]),
            digest=row["digest"],
            asked=row["asked"],
            expires=row["expires"],
            state=ApprovalState(row["state"]),
            decider=self._keys.open(AUTHOR, row["decider"]) if row["decider"] else None,
            reason=row["reason"],
        )
