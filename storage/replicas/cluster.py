"""A replica among others on one PostgreSQL: it says that it lives, leads when nobody else does, and hears what changed.

One session carries all three, so that they end together: an advisory lock that names the replica, the leader's advisory
lock, and LISTEN. Whoever holds the leader's lock takes the next epoch; every transaction of the leader looks whether
the epoch is still its own (`fence`), with the row locked against a takeover until it commits.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StorageError
from storage.records import Replica
from storage.replicas.claims import PRESENCE, SILENT, Claims
from storage.replicas.leases import Leases
from storage.replicas.session import Connect, Session
from storage.replicas.tenure import LEASE, MARGIN, STALE, Tenure
from storage.tables import leader

LEADER = 0x4461
"""First key of the leader's advisory lock; the second is 0."""
CHANNEL = "dauys"
ROUND = 0.5
"""Seconds between two signs of life."""
LOOKS = 6
"""Such times that replicas are given to find a next key."""
_NOW = "extract(epoch FROM clock_timestamp())"
_BEAT = f"""
INSERT INTO replica (name, label, slot, started, seen, next) VALUES ($1, $2, $3, {_NOW}, {_NOW}, $4)
ON CONFLICT (name) DO UPDATE SET seen = excluded.seen, next = excluded.next
"""  # noqa: S608 - constants alone
_BEGIN = f"""
INSERT INTO leader (id, epoch, owner, since) VALUES (1, 1, $1, {_NOW})
ON CONFLICT (id) DO UPDATE SET epoch = leader.epoch + 1, owner = excluded.owner, since = excluded.since
RETURNING epoch
"""  # noqa: S608 - constants alone
_YIELD = "UPDATE leader SET owner = '' WHERE owner = $1"
_LEFT = f"""
SELECT r.seen + $2::float8 - {_NOW} AS seconds FROM leader h JOIN replica r ON r.name = h.owner WHERE h.owner <> $1
"""  # noqa: S608 - constants alone
_STALE = f"""
SELECT pg_terminate_backend(l.pid) FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.classid = {LEADER} AND l.objid = 0 AND l.objsubid = 2 AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND NOT EXISTS (SELECT FROM leader h JOIN replica r ON r.name = h.owner WHERE r.seen > {_NOW} - $1::float8)
"""  # noqa: S608 - constants alone
_LOOK = f"""
SELECT r.name, r.label, {_NOW} - r.seen AS silent, h.epoch FROM replica r LEFT JOIN leader h ON h.owner = r.name
WHERE r.seen > {_NOW} - 60 ORDER BY r.started
"""  # noqa: S608 - constants alone
_WITHOUT = f"""
SELECT label FROM replica WHERE name <> $1 AND seen > {_NOW} - $2::float8 AND next IS DISTINCT FROM $3 ORDER BY label
"""  # noqa: S608 - constants alone
_BYE = "DELETE FROM replica WHERE name = $1 AND NOT EXISTS (SELECT FROM taken WHERE owner = $1 AND NOT done)"
ANNOUNCE = """
WITH said AS (INSERT INTO signal (kind, version, by) VALUES ($1, 1, $2)
  ON CONFLICT (kind) DO UPDATE SET version = signal.version + 1, by = excluded.by RETURNING 1)
SELECT pg_notify('dauys', $1::text || ' ' || $2::text) FROM said
"""


class Deposed(StorageError):
    """This replica leads no more: nothing of what it did as the leader is committed."""


class Cluster:
    """`run` in a supervised task. `changed` is called when leadership came or went, `heard` with each kind of change
    that another replica made."""

    def __init__(self, connect: Connect, explain: Callable[[BaseException], StorageError]) -> None:
        self.name = secrets.token_hex(16)
        self.label = f"{socket.gethostname()}:{os.getpid()}"[:80]
        self.changed: Callable[[], None] = lambda: None
        self.heard: Callable[[str], None] = lambda kind: None
        self.next_key: Callable[[], bytes | None] = lambda: None
        """What tells apart the next master key that this replica has beside the one in use."""
        self.exchanges: int | None = None
        """Of exchanges of the master key, the last one that this replica knows of; `fit`: it has the key."""
        self.fit = True
        self._slot = secrets.randbits(31)
        self._tenure = Tenure()
        self._session = Session(connect, explain)
        beside = Session(connect, explain, lax=True)
        self._beside = beside
        self.claims: Claims | None = Claims(beside, self.name, lambda: self.exchanges)
        self.leases: Leases | None = Leases(Session(connect, explain, lax=True))
        self._versions: dict[str, int] | None = None
        self._known: Any = None
        """The session's connection that was prepared."""
        self._soon = asyncio.Event()
        self._pause = ROUND
        self._locked = False
        """Whether the leader's lock is ours; the term may begin later."""
        self._led_at = self._tenure.clock()
        self._joined = self._resigned = self._led = False

    @property
    def epoch(self) -> int | None:
        return self._tenure.epoch if self._tenure.mine() else None

    def mine(self) -> bool:
        """Whether this replica may act as the leader at this moment."""
        return self._tenure.mine()

    def leaderless(self) -> float:
        """Seconds since a leader was last seen, this one or another."""
        return max(0.0, self._tenure.clock() - self._led_at)

    async def fence(self, connection: AsyncConnection) -> None:
        """In a transaction of the leader's. Deposed: the epoch is not ours (any more). Without `run` there are no
        others to be fenced off from."""
        if not self._joined:
            return
        epoch = await connection.scalar(select(leader.c.epoch).where(leader.c.id == 1).with_for_update(read=True))
        if epoch is None or epoch != self._tenure.epoch or not self._tenure.mine():
            self._lost()
            raise Deposed("another replica leads")

    async def run(self) -> None:
        """Until cancelled; a database that is away is asked again."""
        self._joined = True
        try:
            while True:
                self._soon.clear()
                self._pause = ROUND
                try:
                    await self._round()
                except StorageError:
                    self._lost()
                self._noticed()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._pause):
                        await self._soon.wait()
        finally:
            with contextlib.suppress(StorageError):
                await self._session.fetch(_BYE, self.name)
            await self.close()

    async def resign(self) -> None:
        """Others may lead from now on, at once; this one does not again."""
        self._resigned = True
        with contextlib.suppress(StorageError):
            await self._yield()

    async def _yield(self) -> None:
        if self._tenure.epoch is not None:
            self._tenure.lost()
            await self._session.fetch(_YIELD, self.name)
            await self._session.fetch(f"SELECT pg_advisory_unlock({LEADER}, 0)")
            self._locked = False
            await self._session.fetch(f"SELECT pg_notify('{CHANNEL}', 'leader {self.name}')")

    async def without(self, key: bytes) -> Sequence[str]:
        """Replicas that live and do not have this next key, by their labels; they are given a moment to find it."""
        for _ in range(LOOKS):
            rows = await self._session.fetch(_WITHOUT, self.name, SILENT, key)
            if not rows:
                break
            await asyncio.sleep(ROUND)
        return [row["label"] for row in rows]

    async def close(self) -> None:
        for session in (self._session, self._beside, self.leases):
            if session is not None:
                await session.close()

    async def announce(self, kind: str) -> None:
        """Tells all others that something of this kind was changed. StorageError."""
        await self._session.fetch(ANNOUNCE, kind, self.name)

    async def look(self) -> Sequence[Replica]:
        """Who runs on this database, oldest first. StorageError."""
        rows = await self._beside.fetch(_LOOK)
        return [
            Replica(
                row["label"],
                leads=row["epoch"] is not None,
                silent=max(0.0, row["silent"]),
                here=row["name"] == self.name,
                epoch=row["epoch"],
            )
            for row in rows
        ]

    async def _round(self) -> None:
        asked = self._tenure.clock()
        await self._greeted()
        await self._session.fetch(_BEAT, self.name, self.label, self._slot, self.next_key())
        if not self.fit:
            await self._yield()
        if self._tenure.epoch is not None:
            found = await self._session.fetch("SELECT epoch FROM leader WHERE id = 1 AND owner = $1", self.name)
            if found and found[0]["epoch"] == self._tenure.epoch:
                self._tenure.confirmed(self._tenure.epoch, asked)
            else:
                self._lost()
                self._session.drop()
        else:
            await self._session.fetch(_YIELD, self.name)
            if not self._resigned and self.fit:
                await self._stand(asked)
        if self._tenure.epoch is not None:
            self._led_at = asked
        await self._compare()

    async def _stand(self, asked: float) -> None:
        if not self._locked:
            free = await self._session.fetch(f"SELECT pg_try_advisory_lock({LEADER}, 0) AS got")
            self._locked = free[0]["got"]
        if self._locked:
            left = await self._session.fetch(_LEFT, self.name, LEASE + MARGIN)
            if left and left[0]["seconds"] > 0:
                self._pause = min(ROUND, left[0]["seconds"])
                return
            begun = await self._session.fetch(_BEGIN, self.name)
            self._tenure.confirmed(begun[0]["epoch"], asked)
        elif await self._session.fetch(_STALE, STALE):
            self._soon.set()
        else:
            self._led_at = asked

    async def _greeted(self) -> None:
        """What belongs to a session, on each new one."""
        connection: Any = await self._opened()
        if connection is self._known:
            return
        self._lost()
        self._locked = False
        connection.add_termination_listener(self._ended)
        await self._session.fetch(f"SELECT pg_advisory_lock({PRESENCE}, $1::int)", self._slot)
        await self._session.fetch("INSERT INTO budget VALUES (1, 0, 0, 0) ON CONFLICT DO NOTHING")
        await connection.add_listener(CHANNEL, self._told)
        self._known = connection

    async def _opened(self) -> Any:
        await self._session.fetch("SELECT 1")
        return await self._session.open()

    def _ended(self, connection: object) -> None:
        """At once, as soon as the session is known to be over: others may lead by now."""
        if connection is self._known:
            self._lost()
            self._soon.set()

    def _told(self, connection: object, pid: int, channel: str, payload: object) -> None:
        kind, _, by = str(payload).partition(" ")
        if by == self.name:
            return
        if kind == "leader":
            self._soon.set()
        else:
            self.heard(kind)

    async def _compare(self) -> None:
        """What was changed meanwhile, if a notice of it was lost."""
        rows = await self._session.fetch("SELECT kind, version, by FROM signal")
        now = {row["kind"]: row["version"] for row in rows}
        by = {row["kind"]: row["by"] for row in rows}
        before, self._versions = self._versions, now
        for kind, version in now.items() if before is not None else ():
            behind = version - before.get(kind, 0) if before is not None else 0
            if behind > 1 or (behind == 1 and by[kind] != self.name):
                self.heard(kind)

    def _lost(self) -> None:
        self._tenure.lost()

    def _noticed(self) -> None:
        if self._led != self._tenure.mine():
            self._led = self._tenure.mine()
            self.changed()
