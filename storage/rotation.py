"""The master key, exchanged while the bot runs; what dies in the middle goes on from there.

1. The next key is written beside the one in use.
2. One transaction makes it the active one, and seals anew all that admins did: it is little, and the audit log is
   one chain.
3. Readers follow, a page a transaction. Whoever is looked up meanwhile is found under either key.
4. When none is left, the file is written anew without gaps, the old generation leaves the database, and the next
   key takes the old one's place on the disk. Backups made before can then be read by nobody.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy import Column, Delete, bindparam, delete, exists, false, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit import ACTOR, code
from storage.broadcasts import AUTHOR
from storage.database import Database
from storage.errors import ReadOnly, StorageError, UnderWay, WrongKey
from storage.generations import Generations
from storage.keyring import next_of, replace
from storage.keys import Keys, make_master_key, read_master_key
from storage.subscribers import CID
from storage.tables import admin, approval, audit, awaited, broadcast, keyring, panel, subscriber

PAGE = 1000
SEALED: tuple[tuple[Column[bytes], str], ...] = (
    (broadcast.c.author, AUTHOR),
    (admin.c.cid, AUTHOR),
    (approval.c.asker, AUTHOR),
    (approval.c.decider, AUTHOR),
    (awaited.c.cid, AUTHOR),
    (panel.c.cid, AUTHOR),
)
"""Every sealed number but the readers' (sealed anew in pages) and the audit log's (a chain)."""
Told = Callable[[int, int], Awaitable[None]]
"""Takes how many readers are done, of how many."""


class Rotation:
    def __init__(self, database: Database, known: Generations) -> None:
        self._database = database
        self._keys = known.keys
        self.key_file = known.key_file
        self.identity = known.identity
        self._bot_id = known.bot_id
        self._anchor, self._tombstones = known.beside
        self._under_way = asyncio.Lock()

    @property
    def pending(self) -> bool:
        """One was begun and did not end."""
        return self._keys.old is not None

    @property
    def kid(self) -> int:
        return self._keys.kid

    async def run(self, told: Told) -> int:
        """Begins a rotation, or ends the one that was begun; how many readers there are. StorageError."""
        if self._under_way.locked():
            raise UnderWay("a key rotation is under way already; wait for it")
        async with self._under_way, self._database.sole():
            await self._refreshed()
            if not self.pending:
                await self._turn()
            total = await self._seal_readers(told)
            await self._database.vacuum()
            await self._end()
            await self._refreshed()
            return total

    async def _refreshed(self) -> None:
        """A transaction of nothing: what was exchanged, by whomever, is known here."""
        async with self._database.begin():
            pass

    async def _turn(self) -> None:
        keys = Keys(self._next_master(), self.identity, self._keys.kid + 1, self._bot_id)
        await self._agreed(keys)
        async with self._database.begin() as connection:
            await self._database.exchanged(connection)
            await self._database.announce(connection, "key")
            await connection.execute(update(keyring).values(active=False))
            await connection.execute(insert(keyring).values(kid=keys.kid, check_value=keys.check_value(), active=True))
            await _seal_few(connection, self._keys, keys)
            await self._seal_log(connection, keys)
        self._keys.turn(keys)
        await self._refreshed()

    async def _agreed(self, keys: Keys) -> None:
        """Every replica that lives must be able to open what will be sealed from then on."""
        without = await self._database.others.without(keys.check_value())
        if without:
            raise StorageError(
                f"the exchange has not begun: {', '.join(without)} has not got the next key; copy "
                f"{next_of(self.key_file)} there, beside its master key under the same name, or stop that replica; "
                "then run dauys rotate-key again"
            )

    def _next_master(self) -> bytes:
        """One that an earlier attempt has left and never used is as good as a new one."""
        path = next_of(self.key_file)
        try:
            if path.exists():
                try:
                    return read_master_key(path)
                except WrongKey:  # written by halves, and so never used
                    path.unlink()
            return make_master_key(path)
        except (OSError, ReadOnly):
            raise ReadOnly(
                f"DAUYS_KEY_FILE: the next key cannot be written beside {self.key_file}; make its folder writable "
                "until the rotation has ended"
            ) from None

    async def _seal_readers(self, told: Told) -> int:
        async with self._database.begin() as connection:
            total = int(await connection.scalar(select(func.count()).select_from(subscriber)) or 0)
        after, done = -1, 0
        while page := await self._page(after):
            after, done = page[-1], done + len(page)
            await told(min(done, total), total)
        return total

    async def _page(self, after: int) -> list[int]:
        """The ids that were looked at, ascending."""
        query = select(subscriber.c.id, subscriber.c.cid, subscriber.c.kid).where(subscriber.c.id > after)
        async with self._database.begin() as connection:
            rows = (await connection.execute(query.order_by(subscriber.c.id).limit(PAGE))).all()
            new = [
                {"who": id_, "was": cid, "now": self._keys.seal(CID, self._keys.open(CID, cid))}
                for id_, cid, kid in rows
                if kid != self._keys.kid
            ]
            if new:
                await connection.execute(_ROW.values(cid=bindparam("now"), kid=self._keys.kid), new)
        return [row[0] for row in rows]

    async def _end(self) -> None:
        async with self._database.begin() as connection:
            left = select(func.count()).where(subscriber.c.kid != self._keys.kid)
            if await connection.scalar(left):
                raise StorageError("not every reader was sealed anew; run dauys rotate-key again")
            if self._keys.old is not None:  # what was computed before the turn and written after it
                await _seal_few(connection, self._keys, self._keys)
            await connection.execute(delete(keyring).where(keyring.c.kid != self._keys.kid))
            await self._database.exchanged(connection)
            await self._database.announce(connection, "key")
        self._keys.finish()
        await self._database.forget()
        self._anchor.settle()
        try:
            with suppress(FileNotFoundError):  # another replica with the same folder was there first
                replace(self.key_file)
        except OSError as error:
            raise ReadOnly(
                f"DAUYS_KEY_FILE: the new key cannot take the place of {self.key_file} ({error.strerror}); the next "
                "start tries again, and both files are needed until then"
            ) from None
        self._tombstones.clear()

    async def _seal_log(self, connection: AsyncConnection, new: Keys) -> None:
        """The chain under the new key. An entry that did not fit still does not: a rotation covers nothing up."""
        rows = (await connection.execute(select(audit).order_by(audit.c.id))).mappings().all()
        was = now = b""
        codes: dict[int, bytes] = {}
        values = []
        for row in rows:
            fits = hmac.compare_digest(
                row["mac"], code(self._keys, was, row["at"], row["actor"], row["action"], row["detail"])
            )
            actor = _anew(self._keys, new, ACTOR, row["actor"])
            was = row["mac"]
            now = code(new, now, row["at"], actor, row["action"], row["detail"]) if fits else was
            codes[row["id"]] = now
            values.append({"entry": row["id"], "by": actor, "under": now})
        if values:
            await connection.execute(_ENTRY, values)
        self._anchor.turn({row["id"]: row["mac"] for row in rows}, codes)


_ROW = update(subscriber).where(subscriber.c.id == bindparam("who"), subscriber.c.cid == bindparam("was"))
_ENTRY = update(audit).where(audit.c.id == bindparam("entry")).values(actor=bindparam("by"), mac=bindparam("under"))


async def _seal_few(connection: AsyncConnection, old: Keys, new: Keys) -> None:
    for column, field in SEALED:
        for sealed in list(await connection.scalars(select(column).where(column.is_not(None)).distinct())):
            anew = _anew(old, new, field, sealed)
            if anew != sealed:
                await connection.execute(_replaced(column, sealed, anew))
                await connection.execute(update(column.table).where(column == sealed).values({column: anew}))


def _replaced(column: Column[bytes], sealed: bytes, anew: bytes) -> Delete:
    """Takes away the rows whose place those under `sealed` are about to take."""
    coming = column.table.alias()
    keys = column.table.primary_key.columns
    same = [key == coming.c[key.name] for key in keys if key is not column]
    if column.name not in keys:
        return delete(column.table).where(false())
    return delete(column.table).where(column == anew, exists().where(coming.c[column.name] == sealed, *same))


def _anew(old: Keys, new: Keys, field: str, sealed: bytes) -> bytes:
    """What somebody has tampered with opens with no key, and stays as it is."""
    try:
        return new.seal(field, old.open(field, sealed))
    except (WrongKey, ValueError):
        return sealed
