"""Whether what survives can still be written, and read after a restart."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from storage.errors import WrongKey
from storage.keyring import WRONG, masters
from storage.keys import Keys, Ring
from storage.meta import Meta

NAME = "pulse"


class Pulse:
    def __init__(self, meta: Meta, keys: Ring, key_file: Path, identity: str) -> None:
        self._meta, self._keys = meta, keys
        self._key_file, self._identity = key_file, identity

    async def write(self) -> None:
        """One committed transaction. StorageError with one line."""
        await self._meta.set(NAME, secrets.token_hex(4))

    async def key(self) -> None:
        """The key file still opens the database: else the next start would fail. MissingKey, WrongKey, ReadOnly."""
        await asyncio.to_thread(self._seen)

    def _seen(self) -> None:
        for last in (False, True):  # a rotation may exchange the files while they are read
            found = {
                Keys(master, self._identity, self._keys.kid, 0).check_value() for master in masters(self._key_file)
            }
            if self._keys.check_value() in found:
                return
            if last:
                raise WrongKey(WRONG)
