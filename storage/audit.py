"""What admins did: an append-only chain. Each entry's HMAC covers the one before it.

The chain shows an entry that was changed, removed, put in or moved. It cannot show that its end was cut off:
for that its head is written down in a second place, a file beside the master key (`Anchor`). Who holds database,
key and that file can write the whole log anew; against them only a head that somebody noted elsewhere helps.
"""

from __future__ import annotations

import contextlib
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import WrongKey
from storage.keys import Keys
from storage.records import UNREADABLE, AuditEntry, Chain
from storage.tables import audit

PAGE = 1000
LONGEST = 400
"""Characters of a detail that are kept."""
ACTOR = "audit.actor"
REKEYED = "rotate-key"
"""The action after which all entries have other codes."""


def code(keys: Keys, before: bytes, at: str, actor: bytes, action: str, detail: str) -> bytes:
    """An entry's code: HMAC-SHA256 over the code before it and each of its parts with its length."""
    parts = (before, at.encode(), actor, action.encode(), detail.encode())
    return keys.mac(b"".join(len(part).to_bytes(4, "big") + part for part in parts))


def head_of(id_: int, mac: bytes) -> str:
    return f"{id_}:{mac[:8].hex()}"


class Anchor:
    """The chain's head in a file beside the key: `NUMBER CODE`. Where it cannot be written, there is none.

    While the key is exchanged it holds two codes, the entry's under either key, so that a crash in between makes no
    false alarm.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[int, tuple[bytes, ...]] | None:
        try:
            number, *codes = self._path.read_text(encoding="ascii").split()
            return int(number), tuple(bytes.fromhex(code) for code in codes)
        except (OSError, ValueError):
            return None

    def write(self, id_: int, *codes: bytes) -> None:
        new = self._path.with_name(self._path.name + ".new")
        with contextlib.suppress(OSError):
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
                file.write(f"{id_} {' '.join(code.hex() for code in codes)}\n")
            new.replace(self._path)

    def turn(self, old: Mapping[int, bytes], new: Mapping[int, bytes]) -> None:
        """The log is about to be sealed anew: entry -> code, before and after. An anchor that does not fit stays."""
        held = self.read()
        if held is not None and old.get(held[0]) in held[1]:
            self.write(held[0], old[held[0]], new[held[0]])

    def settle(self) -> None:
        """The log was sealed anew."""
        held = self.read()
        if held is not None and len(held[1]) > 1:
            self.write(held[0], held[1][-1])


async def sealed_again(connection: AsyncConnection, anchor: Anchor, old: Keys, new: Keys) -> None:
    """Another replica has sealed the log anew, and this one's anchor still holds an old code: it is reckoned what the
    entry's was, and only the right one is exchanged. An anchor that does not fit stays."""
    held = anchor.read()
    if held is None:
        return
    was = now = b""
    for row in (await connection.execute(select(audit).where(audit.c.id <= held[0]).order_by(audit.c.id))).mappings():
        parts = (row["at"], row["action"], row["detail"])
        now = code(new, now, parts[0], row["actor"], *parts[1:])
        if not hmac.compare_digest(now, row["mac"]):
            return
        was = code(old, was, parts[0], _as_before(old, new, row["actor"]), *parts[1:])
        if row["id"] == held[0] and any(hmac.compare_digest(was, known) for known in held[1]):
            anchor.write(held[0], now)


def _as_before(old: Keys, new: Keys, actor: bytes) -> bytes:
    try:
        return old.seal(ACTOR, new.open(ACTOR, actor))
    except (WrongKey, ValueError):
        return actor


class Audit:
    def __init__(self, database: Database, keys: Keys, now: Any, anchor: Anchor | None = None) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._anchor = anchor
        self._anchored: bool | None = None

    async def append(self, actor: int, action: str, subject: str) -> None:
        """`actor` is an admin's user id, kept encrypted; `subject` never names a reader. Fits the desk's `AuditLog`."""
        at = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%MZ")
        detail = subject[:LONGEST]
        async with self._database.begin() as connection:
            sealed = self._keys.seal(ACTOR, actor)
            if self._anchored is None:
                self._anchored = await self._cut(connection) is None
            before = await connection.scalar(select(audit.c.mac).order_by(audit.c.id.desc()).limit(1))
            mac = code(self._keys, before or b"", at, sealed, action, detail)
            made = await connection.execute(
                audit.insert().values(at=at, actor=sealed, action=action, detail=detail, mac=mac)
            )
            id_ = int(made.inserted_primary_key[0])  # type: ignore[index]
        if self._anchor is not None and self._anchored:
            self._anchor.write(id_, mac)

    async def _cut(self, connection: Any) -> int | None:
        """The number of the anchored entry when the log lacks it. Such an anchor is never moved: it is the proof."""
        anchor = self._anchor.read() if self._anchor is not None else None
        if anchor is None:
            return None
        mac = await connection.scalar(select(audit.c.mac).where(audit.c.id == anchor[0]))
        fits = mac is not None and any(hmac.compare_digest(mac, known) for known in anchor[1])
        return None if fits else anchor[0]

    async def verify(self, head: str = "") -> Chain:
        """Goes through the whole log; `head` is one that was noted earlier, and must still be in it."""
        before, entries, last, seen, rekeyed = b"", 0, 0, not head, 0
        while True:
            async with self._database.begin() as connection:
                query = select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(PAGE)
                rows = (await connection.execute(query)).mappings().all()
                cut = await self._cut(connection)
            for row in rows:
                if not hmac.compare_digest(row["mac"], self._expected(before, row)):
                    return Chain(entries, head_of(last, before) if entries else "", broken=row["id"], cut=cut)
                before, last, entries = row["mac"], row["id"], entries + 1
                seen = seen or hmac.compare_digest(head_of(last, before), head)
                rekeyed = last if row["action"] == REKEYED else rekeyed
            if not rows:
                break
        found = Chain(entries, head_of(last, before) if entries else "", cut=cut, anchored=self._has_anchor(entries))
        if seen:
            return found
        noted = int(number) if (number := head.partition(":")[0]).isdecimal() else last
        return replace(found, cut=noted, rekeyed=rekeyed if rekeyed > noted else None)

    def _has_anchor(self, entries: int) -> bool:
        return not entries or (self._anchor is not None and self._anchor.read() is not None)

    async def latest(self, most: int, skip: int = 0) -> Sequence[AuditEntry]:
        """Newest first."""
        async with self._database.begin() as connection:
            query = select(audit).order_by(audit.c.id.desc()).limit(most).offset(skip)
            rows = (await connection.execute(query)).mappings().all()
        return [
            AuditEntry(row["id"], row["at"], self._actor(row["actor"]), row["action"], row["detail"]) for row in rows
        ]

    async def count(self) -> int:
        async with self._database.begin() as connection:
            return int(await connection.scalar(select(func.count()).select_from(audit)) or 0)

    def _actor(self, sealed: bytes) -> int:
        """A log that somebody had a hand in can still be read."""
        try:
            return self._keys.open(ACTOR, sealed)
        except (WrongKey, ValueError):
            return UNREADABLE

    def _expected(self, before: bytes, row: RowMapping) -> bytes:
        return code(self._keys, before, row["at"], row["actor"], row["action"], row["detail"])
