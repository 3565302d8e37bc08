"""Drafts and broadcasts as rows, so that a restart loses nothing of either."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.beginning import FRESH, begin, together
from storage.database import Database
from storage.keys import Keys
from storage.publications import release
from storage.records import Audience, Broadcast, BroadcastState, Cause, DeliveryState, Kind, Topic
from storage.tables import broadcast, broadcast_count

AUTHOR = "bc.author"


def pack_audience(audience: Audience) -> str:
    return json.dumps(
        {
            "topics": sorted(audience.topics),
            "languages": sorted(audience.languages),
            "cases": sorted(audience.cases),
        }
    )


def unpack_audience(text: str) -> Audience:
    parts = json.loads(text)
    return Audience(
        frozenset(Topic(topic) for topic in parts["topics"]), frozenset(parts["languages"]), frozenset(parts["cases"])
    )


class Broadcasts:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    async def draft(self, author: int, payload: str, audience: Audience, now: float) -> int:
        async with self._database.begin() as connection:
            made = await connection.execute(
                broadcast.insert().values(
                    author=self._keys.seal(AUTHOR, author),
                    state=BroadcastState.DRAFT,
                    audience=pack_audience(audience),
                    payload=payload,
                    created=now,
                    **FRESH,
                )
            )
            return int(made.inserted_primary_key[0])  # type: ignore[index]

    async def save_draft(self, id_: int, *, payload: str, audience: Audience) -> bool:
        return await self._move(id_, BroadcastState.DRAFT, payload=payload, audience=pack_audience(audience))

    async def discard(self, id_: int) -> bool:
        async with self._database.begin() as connection:
            gone = await connection.execute(
                delete(broadcast).where(together(id_), broadcast.c.state == BroadcastState.DRAFT)
            )
            if gone.rowcount:
                await release(connection, id_)
            return bool(gone.rowcount)

    async def approve(self, id_: int, start_at: float, now: float, *, seen: Broadcast | None = None) -> bool:
        """Exactly one of several who try gets True; nobody, when it is no longer what was `seen`, nor of a correction
        that something newer has overtaken."""
        drafted = broadcast.c.state == BroadcastState.DRAFT
        query = select(broadcast.c.id).where(broadcast.c.id == id_, drafted)
        if seen is not None:
            same = (broadcast.c.payload == seen.payload, broadcast.c.audience == pack_audience(seen.audience))
            query = query.where(*same)
        async with self._database.begin() as connection:
            if await connection.scalar(query) is None:
                return False
            await self._database.announce(connection, "sending")
            return await begin(connection, id_, start_at)

    async def withdraw(self, id_: int) -> bool:
        """*Undo*: an approved one whose fan-out has not begun is a draft again."""
        open_ = (broadcast.c.state == BroadcastState.APPROVED, broadcast.c.started == 0)
        async with self._database.begin() as connection:
            if await connection.scalar(select(broadcast.c.id).where(broadcast.c.id == id_, *open_)) is None:
                return False
            drafted = update(broadcast).where(together(id_), *open_).values(state=BroadcastState.DRAFT, start_at=0)
            await connection.execute(drafted)
            return True

    async def _move(self, id_: int, from_state: BroadcastState, **values: Any) -> bool:
        async with self._database.begin() as connection:
            moved = await connection.execute(
                update(broadcast).where(broadcast.c.id == id_, broadcast.c.state == from_state).values(**values)
            )
            return bool(moved.rowcount)

    async def get(self, id_: int) -> Broadcast | None:
        found = await self._select(select(broadcast).where(broadcast.c.id == id_))
        return found[0] if found else None

    async def set_of(self, id_: int) -> Sequence[Broadcast]:
        """The broadcast, and the jobs that come after it."""
        return await self._select(select(broadcast).where(together(id_)).order_by(broadcast.c.id))

    async def recent(self, most: int, *, jobs: bool = True) -> Sequence[Broadcast]:
        """The latest that are no drafts, newest first; without `jobs` messages alone."""
        query = select(broadcast).where(broadcast.c.state != BroadcastState.DRAFT)
        if not jobs:
            query = query.where(broadcast.c.kind == Kind.SEND)
        return await self._select(query.order_by(broadcast.c.id.desc()).limit(most))

    async def open(self) -> Sequence[Broadcast]:
        """Everybody's drafts, and all that has not ended; oldest first."""
        ended = [BroadcastState.DONE, BroadcastState.CANCELLED]
        return await self._select(select(broadcast).where(broadcast.c.state.not_in(ended)).order_by(broadcast.c.id))

    async def drafts_of(self, author: int) -> Sequence[Broadcast]:
        """Oldest first; jobs are not among them."""
        async with self._database.begin() as connection:
            query = select(broadcast).where(
                broadcast.c.state == BroadcastState.DRAFT,
                broadcast.c.author == self._keys.seal(AUTHOR, author),
                broadcast.c.kind == Kind.SEND,
            )
            return await read_broadcasts(connection, self._keys, query.order_by(broadcast.c.id))

    async def _select(self, query: Any) -> list[Broadcast]:
        async with self._database.begin() as connection:
            return await read_broadcasts(connection, self._keys, query)


async def read_broadcasts(connection: AsyncConnection, keys: Keys, query: Any) -> list[Broadcast]:
    rows = (await connection.execute(query)).mappings().all()
    counts: dict[int, dict[str, dict[str, int]]] = {row["id"]: {"state": {}, "cause": {}} for row in rows}
    found = await connection.execute(
        select(broadcast_count).where(broadcast_count.c.broadcast_id.in_(counts)).where(broadcast_count.c.count != 0)
    )
    for count in found.mappings():
        counts[count["broadcast_id"]][count["kind"]][count["name"]] = count["count"]
    return [_broadcast(row, counts[row["id"]], keys) for row in rows]


def _broadcast(row: RowMapping, counts: dict[str, dict[str, int]], keys: Keys) -> Broadcast:
    plain = {name: row[name] for name in ("id", "payload", "created", *FRESH)}
    return Broadcast(
        kind=Kind(row["kind"]),
        of=row["of"],
        after=row["after"],
        author=keys.open(AUTHOR, row["author"]),
        state=BroadcastState(row["state"]),
        audience=unpack_audience(row["audience"]),
        counts={DeliveryState(name): count for name, count in counts["state"].items()},
        causes={Cause(name): count for name, count in counts["cause"].items()},
        **plain,
    )
