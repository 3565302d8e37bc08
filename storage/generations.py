"""The key as the database has it: what one replica exchanged, the others take over before their next transaction.

A replica that cannot open what is sealed now gets nothing done, and says why: it would miss whom it looks for, and
seal what nobody else could open.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit import Anchor, sealed_again
from storage.errors import MissingKey, WrongKey
from storage.keyring import Generation, Known, next_of, ring_for, settle
from storage.keys import Keys, Ring, read_master_key
from storage.tables import keyring
from storage.tombstones import Tombstones

log = structlog.get_logger(__name__)

EXCHANGED = (
    "DAUYS_KEY_FILE: the master key was exchanged, and {path} is not the new one; copy {name} and {name}.audit here "
    "from the machine that has it (this bot then goes on by itself)"
)


@dataclass(frozen=True)
class Generations:
    keys: Ring
    key_file: Path
    identity: str
    bot_id: int
    beside: tuple[Anchor, Tombstones]

    async def take_over(self, connection: AsyncConnection) -> None:
        """In a transaction, before anything is sealed or looked for. WrongKey."""
        known = Known(self.identity, await stated(connection))
        try:
            ring = ring_for(self.key_file, known, self.bot_id)
        except (WrongKey, MissingKey):
            name = self.key_file.name
            raise WrongKey(EXCHANGED.format(path=self.key_file, name=name)) from None
        anchor, tombstones = self.beside
        turned, ended = ring.kid != self.keys.kid, ring.old is None and self.keys.old is not None
        if turned:
            await sealed_again(connection, anchor, self.keys, ring)
        self.keys.become(ring)
        if turned and ring.old is not None:
            log.info("the master key is being exchanged; this replica uses the next one from now on")
        if ring.old is None and (turned or ended):
            self._settled(known)
            anchor.settle()
            tombstones.clear()

    def _settled(self, known: Known) -> None:
        try:
            settle(self.key_file, known)
        except OSError as error:
            log.warning(
                "the new master key could not take the old one's place on this machine; the next start tries again, "
                "and both files are needed until then",
                why=error.strerror,
            )

    def next_check(self) -> bytes | None:
        """What tells the next key apart that lies beside the one in use; it says nothing of the key itself."""
        path = next_of(self.key_file)
        if not path.exists():
            return None
        try:
            return Keys(read_master_key(path), self.identity, self.keys.kid + 1, self.bot_id).check_value()
        except (WrongKey, MissingKey):
            return None


async def stated(connection: AsyncConnection) -> tuple[Generation, ...]:
    rows = (await connection.execute(select(keyring))).mappings().all()
    return tuple(Generation(row["kid"], row["check_value"], row["active"]) for row in rows)
