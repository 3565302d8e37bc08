"""How a draft begins to go out: with the jobs that come after it, in one transaction, by one approval."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import BroadcastState, Kind
from storage.tables import broadcast

FRESH = {
    "total": 0,
    "start_at": 0.0,
    "started": 0.0,
    "ended": 0.0,
    "cursor": 0,
    "fanned_out": False,
    "possible_duplicates": 0,
    "note": "",
}


def together(id_: int) -> ColumnElement[bool]:
    """The broadcast, and the jobs that begin when it is done: they are decided on as one."""
    return or_(broadcast.c.id == id_, broadcast.c.after == id_)


def set_off(of: int, kind: Kind) -> ColumnElement[bool]:
    """Jobs of this kind about `of` that were approved, and not taken back before they began."""
    taken_back = and_(broadcast.c.state == BroadcastState.CANCELLED, broadcast.c.started == 0)
    return and_(broadcast.c.of == of, broadcast.c.kind == kind, broadcast.c.state != BroadcastState.DRAFT, ~taken_back)


async def begin(connection: AsyncConnection, id_: int, start_at: float) -> bool:
    """The draft and what comes after it are approved. False: it is no draft (any more), or a correction of what was
    recalled, or corrected anew, since it was begun."""
    found = await connection.execute(
        select(broadcast).where(broadcast.c.id == id_, broadcast.c.state == BroadcastState.DRAFT)
    )
    row = found.mappings().first()
    if row is None:
        return False
    if row["kind"] == Kind.CORRECT:
        if await _overtaken(connection, row):
            return False
        await _take_notices_back(connection, row)
    await connection.execute(
        update(broadcast)
        .where(together(id_), broadcast.c.state == BroadcastState.DRAFT)
        .values(state=BroadcastState.APPROVED, start_at=start_at)
    )
    return True


async def _overtaken(connection: AsyncConnection, row: RowMapping) -> bool:
    later = and_(set_off(row["of"], Kind.CORRECT), broadcast.c.id > row["id"])
    newer = select(broadcast.c.id).where(or_(set_off(row["of"], Kind.RECALL), later)).limit(1)
    return await connection.scalar(newer) is not None


async def _take_notices_back(connection: AsyncConnection, row: RowMapping) -> None:
    """Notices of earlier corrections say what is wrong by now: they are deleted where they arrived."""
    await connection.execute(
        delete(broadcast).where(
            broadcast.c.after == row["id"],
            broadcast.c.kind == Kind.RECALL,
            broadcast.c.state == BroadcastState.DRAFT,
        )
    )
    for notice in list(await connection.scalars(select(broadcast.c.id).where(set_off(row["of"], Kind.NOTICE)))):
        values: dict[str, Any] = {name: row[name] for name in ("author", "state", "audience", "created")}
        job = {"payload": "", "kind": Kind.RECALL, "of": notice, "after": row["id"]}
        await connection.execute(broadcast.insert().values(**values, **job, **FRESH))
