"""Who was erased, beside the key: so that an older backup does not bring them back.

Sixteen bytes each: SHA-256 over the database's identity and the reader's random id, cut off. Without a backup that
still holds the id they say nothing, not even how to find it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Set
from hashlib import sha256
from pathlib import Path

SUFFIX = ".erased"
"""Ending of the file beside the master key."""
SIZE = 16


class Tombstones:
    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        self._identity = identity.encode()

    def mark(self, id_: int) -> bytes:
        return sha256(self._identity + id_.to_bytes(8, "big")).digest()[:SIZE]

    def add(self, ids: Iterable[int]) -> bool:
        """On the disk when it returns. False: the place beside the key cannot be written; an erasure goes on."""
        marks = b"".join(self.mark(id_) for id_ in ids)
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError:
            return False
        try:
            cut = os.fstat(handle).st_size % SIZE
            if cut:  # an append that a crash cut short
                os.ftruncate(handle, os.fstat(handle).st_size - cut)
            os.write(handle, marks)
            os.fsync(handle)
        except OSError:
            return False
        finally:
            os.close(handle)
        return True

    def all(self) -> Set[bytes]:
        try:
            whole = self._path.read_bytes()
        except FileNotFoundError:
            return frozenset()
        return frozenset(whole[at : at + SIZE] for at in range(0, len(whole) - SIZE + 1, SIZE))

    def clear(self) -> None:
        """No backup that could be read holds them any more."""
        self._path.unlink(missing_ok=True)
