"""/wipe: everything that can be erased about one person, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import delete, select

from storage.broadcasts import AUTHOR
from storage.database import Database
from storage.keys import Ring
from storage.publications import release
from storage.records import BroadcastState
from storage.subscribers import Subscribers
from storage.tables import awaited, broadcast, delivery, panel


@dataclass(frozen=True, slots=True)
class Wiped:
    """What was there. `messages`: the last 48 hours' broadcasts in this chat, by their number in Telegram."""

    messages: tuple[int, ...] = field(repr=False)
    drafts: int


class Erasure:
    def __init__(self, database: Database, keys: Ring, subscribers: Subscribers) -> None:
        self._database = database
        self._keys = keys
        self._subscribers = subscribers

    async def wipe(self, chat_id: int) -> Wiped:
        """Row, topics, follows, deliveries; an admin's drafts, what the desk waits for from them, their panels.

        What went out and the log of what admins did stay. No byte of it is left in the files when this returns;
        Locked, as `Database.forget`, when that cannot be said.
        """
        async with self._database.begin() as connection:
            author = self._keys.seals(AUTHOR, chat_id)
            messages = await connection.scalars(
                select(delivery.c.message_id).where(
                    delivery.c.subscriber_id.in_(self._subscribers.ids_of(chat_id)), delivery.c.message_id.is_not(None)
                )
            )
            found = tuple(messages)
            await self._subscribers.delete(connection, chat_id)
            drafts = await connection.scalars(
                delete(broadcast)
                .where(broadcast.c.author.in_(author), broadcast.c.state == BroadcastState.DRAFT)
                .returning(broadcast.c.id)
            )
            gone = list(drafts)
            for id_ in gone:
                await release(connection, id_)
            for table in (awaited, panel):
                await connection.execute(delete(table).where(table.c.cid.in_(author)))
        await self._database.forget()
        return Wiped(found, len(gone))
