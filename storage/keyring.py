"""Which generation of the key a database was sealed with, and which key file opens it.

While a rotation is under way there are two files: the key in use, and the next one beside it (`NEXT`). The database
says which of them is active; so that every moment at which a machine may die has one reading.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from storage.errors import MissingKey, WrongKey
from storage.keys import Keys, Ring, read_master_key

NEXT = ".next"
"""Ending of the key that a rotation goes over to."""
WRONG = "DAUYS_KEY_FILE: this is not the key that the database was made with; bring the right one back"
_OLD = f"{WRONG} (it was exchanged: dauys rotate-key put it on the machine where it was given)"
_HALF = "DAUYS_KEY_FILE: a key rotation is under way, and one of its two keys is missing; bring {path} back"


@dataclass(frozen=True, slots=True)
class Generation:
    kid: int
    check_value: bytes
    active: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What a database says of itself, readable without a key."""

    identity: str
    generations: tuple[Generation, ...]


def next_of(key_file: Path) -> Path:
    return key_file.with_name(key_file.name + NEXT)


def masters(key_file: Path) -> list[bytes]:
    """The key, and the next one if a rotation has made it. WrongKey, MissingKey."""
    return [read_master_key(key_file), *_next(key_file)]


def _next(key_file: Path) -> list[bytes]:
    """Empty also when a machine died while it was written: nothing was sealed with that one."""
    try:
        return [read_master_key(next_of(key_file))]
    except (MissingKey, WrongKey):
        return []


def ring_for(key_file: Path, known: Known, bot_id: int) -> Ring:
    """WrongKey when no file opens the active generation, or one that still has rows to be sealed anew."""
    candidates = masters(key_file)
    fitting = {row.active: _fitting(candidates, known.identity, row, bot_id) for row in known.generations}
    active = fitting.get(True)
    if active is None:
        if len(known.generations) > 1:
            raise WrongKey(_HALF.format(path=next_of(key_file)))
        raise WrongKey(_OLD if known.generations[0].kid > 1 else WRONG)
    if False in fitting and fitting[False] is None:
        raise WrongKey(_HALF.format(path=key_file))
    return Ring(active, fitting.get(False))


def _fitting(candidates: Sequence[bytes], identity: str, row: Generation, bot_id: int) -> Keys | None:
    for master in candidates:
        keys = Keys(master, identity, row.kid, bot_id)
        if keys.fits(row.check_value):
            return keys
    return None


def settle(key_file: Path, known: Known) -> None:
    """One that ended in the database and not yet on the disk: the next key takes the old one's place; OSError."""
    if len(known.generations) == 1 and _fitting(_next(key_file), known.identity, known.generations[0], 0) is not None:
        with suppress(FileNotFoundError):  # another replica with the same folder was there first
            replace(key_file)


def replace(key_file: Path) -> None:
    """The old key is overwritten once the next one stands in its place, as far as a disk allows that; OSError. Of
    replicas with one folder a later one finds nothing to do, and overwrites nothing."""
    with ExitStack() as stack:
        old = None
        with suppress(OSError):
            old = stack.enter_context(key_file.open("r+b"))
        os.replace(next_of(key_file), key_file)
        if old is not None:
            old.write(b"\0" * os.fstat(old.fileno()).st_size)
            old.flush()
            os.fsync(old.fileno())
    folder = os.open(key_file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
