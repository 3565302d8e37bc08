"""What an editor has written so far, what the desk waits for from them, and which messages show it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select, update

from storage.approvals import void
from storage.broadcasts import AUTHOR, pack_audience
from storage.database import Database, upsert
from storage.keys import Keys
from storage.records import Audience, Awaited, BroadcastState, Kind, Panel
from storage.tables import awaited, broadcast, draft, panel


class Drafts:
    """`content` is a JSON text of bot's, from which the payload was made."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    async def content(self, id_: int) -> str:
        """Empty when nothing is kept."""
        async with self._database.begin() as connection:
            return await connection.scalar(select(draft.c.content).where(draft.c.broadcast_id == id_)) or ""

    async def save(
        self, id_: int, *, content: str, payload: str, audience: Audience, notice: str | None = None
    ) -> bool:
        """In one transaction with what it undoes: an open request for approval is void. `notice`: the payload of the
        notice that follows a correction. False: no draft any more."""
        async with self._database.begin() as connection:
            moved = await connection.execute(
                update(broadcast)
                .where(broadcast.c.id == id_, broadcast.c.state == BroadcastState.DRAFT)
                .values(payload=payload, audience=pack_audience(audience))
            )
            if not moved.rowcount:
                return False
            if notice is not None:
                follows = (broadcast.c.after == id_, broadcast.c.kind == Kind.NOTICE)
                await connection.execute(update(broadcast).where(*follows).values(payload=notice))
            row = upsert(draft).values(broadcast_id=id_, content=content)
            await connection.execute(
                row.on_conflict_do_update(index_elements=["broadcast_id"], set_={"content": content})
            )
            await void(connection, id_)
            return True


class Waiting:
    """What the next message of an admin is taken for; one thing at a time."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    async def set(self, person: int, wanted: Awaited) -> None:
        values = {"what": wanted.what, "broadcast_id": wanted.broadcast, "about": wanted.about, "since": wanted.since}
        async with self._database.begin() as connection:
            row = upsert(awaited).values(cid=self._keys.seal(AUTHOR, person), **values)
            await connection.execute(row.on_conflict_do_update(index_elements=["cid"], set_=values))

    async def get(self, person: int) -> Awaited | None:
        async with self._database.begin() as connection:
            query = select(awaited).where(awaited.c.cid == self._keys.seal(AUTHOR, person))
            row = (await connection.execute(query)).mappings().first()
        return Awaited(row["what"], row["broadcast_id"], row["about"], row["since"]) if row else None

    async def clear(self, person: int) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(awaited).where(awaited.c.cid == self._keys.seal(AUTHOR, person)))


class PanelRows:
    """One live message for each admin and broadcast."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    async def set(self, shown: Panel) -> int | None:
        """The message that showed it to them before, if another did."""
        values = {"message_id": shown.message, "language": shown.language, "kind": shown.kind}
        async with self._database.begin() as connection:
            cid = self._keys.seal(AUTHOR, shown.person)
            mine = (panel.c.broadcast_id == shown.broadcast, panel.c.cid == cid)
            before = await connection.scalar(select(panel.c.message_id).where(*mine))
            row = upsert(panel).values(broadcast_id=shown.broadcast, cid=cid, **values)
            await connection.execute(row.on_conflict_do_update(index_elements=["broadcast_id", "cid"], set_=values))
        return before if before != shown.message else None

    async def of(self, broadcast_id: int) -> Sequence[Panel]:
        return await self._found(panel.c.broadcast_id == broadcast_id)

    async def find(self, broadcast_id: int, person: int) -> Panel | None:
        mine = panel.c.cid == self._keys.seal(AUTHOR, person)
        return next(iter(await self._found(panel.c.broadcast_id == broadcast_id, mine)), None)

    async def _found(self, *wanted: ColumnElement[bool]) -> Sequence[Panel]:
        async with self._database.begin() as connection:
            rows = await connection.execute(select(panel).where(*wanted))
            return [
                Panel(
                    row["broadcast_id"],
                    self._keys.open(AUTHOR, row["cid"]),
                    row["message_id"],
                    row["language"],
                    row["kind"],
                )
                for row in rows.mappings()
            ]

    async def live(self) -> Sequence[int]:
        """Broadcasts that are no drafts and that somebody watches, newest first."""
        query = select(panel.c.broadcast_id).join(broadcast, broadcast.c.id == panel.c.broadcast_id).distinct()
        async with self._database.begin() as connection:
            found = await connection.scalars(query.where(broadcast.c.state != BroadcastState.DRAFT))
            return sorted(found, reverse=True)

    async def drop(self, broadcast_id: int) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(panel).where(panel.c.broadcast_id == broadcast_id))

    async def drop_kind(self, broadcast_id: int, kind: str) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(panel).where(panel.c.broadcast_id == broadcast_id, panel.c.kind == kind))

    async def drop_of(self, person: int) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(panel).where(panel.c.cid == self._keys.seal(AUTHOR, person)))
