"""Who has an update in hand: an update has its effect once, whichever replicas see it, and one chat's keep their order.

A row is claimed with INSERT … ON CONFLICT DO NOTHING: its number is unique, and so is, among those that are not done,
its chat's. Only whose claim stands may commit an effect (`recorded`, in the effect's own transaction): of one that was
taken for dead and is not, nothing is committed any more. What can happen twice is an answer: one that was sent just
before its replica died is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StorageError
from storage.replicas.session import Session

PRESENCE = 0x4462
"""First key of the advisory lock that each replica holds for as long as its session lasts; the second names it."""
SILENT = 10.0
"""Seconds after which a replica that still has its session counts as dead."""
GIVEN_UP = 600.0
"""Seconds after which an update whose replica died holds up its chat no more: Telegram would have sent it again."""
KEPT = 26 * 3600.0
"""Seconds for which numbers are remembered; Telegram keeps an update for 24 hours."""
FORGOTTEN = 3600.0
"""Seconds after which nothing is kept of a replica that died."""


class Handed(Enum):
    OURS = auto()
    AGAIN = auto()
    """Ours, after the replica died that had it."""
    DONE = auto()
    WAIT = auto()
    """Another replica has it, or an earlier one of its chat."""


@dataclass(frozen=True, slots=True)
class Claim:
    handed: Handed
    deaths: int = 0
    """Replicas that died while they had nothing else in hand."""


class Overtaken(StorageError):
    """Another replica has taken this update over: nothing of ours is committed."""


@dataclass(frozen=True, slots=True)
class Handling:
    number: int
    owner: str


EXCHANGED = "pg_sequence_last_value(to_regclass('keyring_kid_seq'))"
"""SQL: a number that is another one after each exchange of the master key. A sequence is no part of a transaction's
snapshot: what it gives is of this moment."""
handling: ContextVar[Handling | None] = ContextVar("handling", default=None)
"""The update on whose behalf this task writes."""

_NOW = "extract(epoch FROM clock_timestamp())"
_TAKE = f"""
INSERT INTO taken (number, chat, owner, at, done, alone, deaths, effects)
SELECT $1, $2, $3, {_NOW}, false, false, 0, 0 WHERE {EXCHANGED} IS NOT DISTINCT FROM $5::bigint
  AND NOT EXISTS (SELECT FROM taken WHERE chat = ANY($4::bytea[]) AND NOT done)
ON CONFLICT DO NOTHING RETURNING number
"""  # noqa: S608 - constants alone
_FOUND = f"""
SELECT t.number, t.owner, t.done, t.alone, t.deaths, {_NOW} - t.at AS age,
  EXISTS (SELECT FROM replica r WHERE r.name = t.owner AND r.seen > {_NOW} - $3::float8)
  AND EXISTS (SELECT FROM pg_locks l JOIN replica r ON r.slot = l.objid::bigint
    WHERE r.name = t.owner AND l.locktype = 'advisory' AND l.classid = {PRESENCE} AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS alive
FROM taken t WHERE t.number = $1 OR (t.chat = ANY($2::bytea[]) AND NOT t.done)
"""  # noqa: S608 - constants alone
_OVER = f"""
UPDATE taken SET owner = $2, at = {_NOW}, deaths = deaths + alone::int, alone = true
WHERE number = $1 AND owner = $3 AND NOT done RETURNING deaths
"""  # noqa: S608 - constants alone
_DONE = "UPDATE taken SET done = true, chat = NULL WHERE number = $1 AND owner = $2"
_LEAVE = "DELETE FROM taken WHERE number = $1 AND owner = $2 AND NOT done AND effects = 0"
_GIVE_UP = "DELETE FROM taken WHERE number = $1 AND owner = $2 AND NOT done"
_FORGET = f"DELETE FROM taken WHERE done AND at < {_NOW} - $1::float8"  # noqa: S608 - constants alone
_BURY = f"DELETE FROM replica WHERE seen < {_NOW} - $1::float8"  # noqa: S608 - constants alone
_RECORD = text(
    """
    WITH wrote AS (SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS yes),
    ours AS (UPDATE taken SET effects = effects + 1 FROM wrote
      WHERE wrote.yes AND number = :number AND owner = :owner AND NOT done RETURNING number)
    SELECT wrote.yes AND NOT EXISTS (SELECT FROM ours) FROM wrote
    """
)


class Claims:
    """`owner`: this replica's name. `exchanges`: what it last saw of `EXCHANGED`."""

    def __init__(self, session: Session, owner: str, exchanges: Callable[[], int | None] = lambda: None) -> None:
        self._session, self.owner, self._exchanges = session, owner, exchanges

    async def take(self, number: int, chat: bytes | None, before: Sequence[bytes] = ()) -> Claim:
        """`chat`: a keyed hash; `before`: the same under an older key. StorageError."""
        forms = [form for form in (chat, *before) if form is not None]
        if await self._session.fetch(_TAKE, number, chat, self.owner, before, self._exchanges()):
            return Claim(Handed.OURS)
        rows = await self._session.fetch(_FOUND, number, forms, SILENT)
        mine = next((row for row in rows if row["number"] == number), None)
        if mine is None:
            for row in rows:
                if not row["alive"] and row["age"] > GIVEN_UP:
                    await self._session.fetch(_GIVE_UP, row["number"], row["owner"])
            return Claim(Handed.WAIT)
        return await self._known(mine)

    async def _known(self, row: Any) -> Claim:
        if row["done"]:
            return Claim(Handed.DONE)
        if row["owner"] == self.owner:
            return Claim(Handed.OURS)
        if row["alive"]:
            return Claim(Handed.WAIT)
        over = await self._session.fetch(_OVER, row["number"], self.owner, row["owner"])
        return Claim(Handed.AGAIN, over[0]["deaths"]) if over else Claim(Handed.WAIT)

    async def done(self, number: int) -> None:
        await self._session.fetch(_DONE, number, self.owner)

    async def leave(self, number: int) -> None:
        """Not handled: whoever gets it next begins anew. One of which an effect stands is kept."""
        await self._session.fetch(_LEAVE, number, self.owner)

    async def forget(self) -> None:
        """Numbers that Telegram sends no more, and replicas that died. One that only slept makes its row anew."""
        await self._session.fetch(_FORGET, KEPT)
        await self._session.fetch(_BURY, FORGOTTEN)


async def recorded(connection: AsyncConnection) -> None:
    """Before the commit of a transaction that was done for an update: its number is recorded with what it wrote.
    Overtaken: the claim is another replica's by now."""
    mine = handling.get()
    if mine is not None and await connection.scalar(_RECORD, {"number": mine.number, "owner": mine.owner}):
        raise Overtaken("another replica has taken this update over")
