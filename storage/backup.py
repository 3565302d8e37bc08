"""An encrypted copy of the open database in one file, and the way back.

The file is `MAGIC`, a salt of 16 bytes, 16 bytes that tell a wrong key from a damaged file, and chunks of 64 KiB, each
sealed with AES-256-GCM (NIST SP 800-38D) under a key of its own for this file: HKDF-SHA256 from the master key and the
salt. A chunk's nonce is its number and whether it is the last, so that none can be moved, left out or cut off (the
STREAM construction, https://eprint.iacr.org/2015/189). The head is bound to every chunk.

Nothing lies on a disk in the clear on the way: the copy is taken and tried out in memory.
"""

from __future__ import annotations

import asyncio
import errno
import hmac
import os
import secrets
import sqlite3
import struct
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import StaticPool

from storage import schema
from storage.errors import Damaged, DiskFull, NewerSchema, ReadOnly, StorageError, WrongKey
from storage.inline import Inline
from storage.keyring import Generation, Known, next_of, ring_for
from storage.keys import read_master_key
from storage.postgres import Postgres
from storage.tables import meta
from storage.tombstones import SUFFIX, Tombstones
from storage.transfer import pages, tables

MAGIC = b"DAUYS-BACKUP-1\n\0"
SALT = 16
CHUNK = 64 * 1024
TAG = 16
RESTORED = "Restored from a backup: who got it since then is not known. Resume it only if nobody or few did."


@dataclass(frozen=True, slots=True)
class Copied:
    """Readers in the file, as they were counted in it when it had been read back; its size in bytes."""

    readers: int
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    readers: int
    erased: int
    """Readers in the backup who were erased after it was made."""
    paused: int
    """Broadcasts that were under way when it was made."""


def write(path: Path, image: bytes, master: bytes) -> Copied:
    """Encrypts a database's image into a new file, and reads it back. ReadOnly: it exists, or cannot be written."""
    salt = secrets.token_bytes(SALT)
    part = path.with_name(path.name + ".part")
    try:
        _absent(path)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(_sealed(image, master, salt))
            file.flush()
            os.fsync(file.fileno())
        readers = _tried(read(part, master))
        _placed(part, path)
    except FileExistsError:
        raise ReadOnly(f"{path}: is there already; a backup is never written over, choose another name") from None
    except OSError as error:
        raise _refused(path, error) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Copied(readers, path.stat().st_size)


def read(path: Path, master: bytes) -> bytes:
    """The database's image. WrongKey: made under another key; Damaged: cut short, changed, or no backup at all."""
    try:
        whole = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror})") from None
    head, rest = whole[: len(MAGIC) + SALT + TAG], whole[len(MAGIC) + SALT + TAG :]
    if len(head) < len(MAGIC) + SALT + TAG or not head.startswith(MAGIC):
        raise Damaged(f"{path}: is no backup of Dauys")
    cipher, check = _cipher(master, head[len(MAGIC) : len(MAGIC) + SALT])
    if not hmac.compare_digest(check, head[-TAG:]):
        raise WrongKey(f"{path}: was made under another master key; bring that key, or another backup")
    step = CHUNK + TAG
    parts = [rest[at : at + step] for at in range(0, len(rest), step)]
    try:
        opened = [
            cipher.decrypt(_nonce(number, number + 1 == len(parts)), part, head) for number, part in enumerate(parts)
        ]
    except InvalidTag:
        raise Damaged(f"{path}: is damaged or cut short; take another backup") from None
    if not opened:
        raise Damaged(f"{path}: is damaged or cut short; take another backup")
    return b"".join(opened)


def restore(path: Path, data: Path, key_file: Path, bot_id: int) -> Restored:
    """Puts a backup where no database is; the folder's lock is the caller's. Whoever was erased after the backup was
    made is erased from it before it touches the disk, and what was being sent then stands still."""
    target = data / "dauys.sqlite3"
    for there in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm", "-journal"))):
        if there.exists():
            raise ReadOnly(
                f"{there}: is there already; move every dauys.sqlite3* in {data} away together, then restore"
            )
    image, done = unsealed(path, key_file, bot_id)
    try:
        _put(target, image)
    except OSError as error:
        raise _refused(target, error) from None
    return done


def unsealed(path: Path, key_file: Path, bot_id: int) -> tuple[bytes, Restored]:
    """The database as it is to be brought back, not yet on a disk."""
    if next_of(key_file).exists():
        raise WrongKey(f"DAUYS_KEY_FILE: {next_of(key_file)} lies there: a key rotation has not ended; move it away")
    with closing(_opened(read(path, read_master_key(key_file)))) as connection:
        known = _known(connection, path)
        ring_for(key_file, known, bot_id)
        tombstones = Tombstones(key_file.with_name(key_file.name + SUFFIX), known.identity)
        erased = _erase(connection, tombstones.all(), tombstones.mark)
        paused = _pause(connection)
        connection.execute("VACUUM")
        readers = int(connection.execute("SELECT count(*) FROM subscriber").fetchone()[0])
        return connection.serialize(), Restored(readers, erased, paused)


async def restore_server(path: Path, url: str, key_file: Path, bot_id: int) -> Restored:
    """As `restore`, into a server's empty database, in one transaction. ReadOnly: it is not empty."""
    database = Postgres(url)
    try:
        image, done = await asyncio.to_thread(unsealed, path, key_file, bot_id)
        async with database.begin() as into:
            await into.run_sync(schema.refuse_newer)
            if await into.run_sync(schema.revision) is not None and await into.scalar(select(meta.c.name).limit(1)):
                raise ReadOnly("DAUYS_DATABASE: holds records already; name an empty database to restore into")
            await into.run_sync(schema.migrate)
            with _read(image) as source:
                for table in tables():
                    async for page in pages(source, table):
                        await database.pour(into, table, page)
            await database.poured(into)
    finally:
        await database.close()
    return done


@contextmanager
def _read(image: bytes) -> Iterator[AsyncConnection]:
    """An image's rows in this thread, with today's schema."""
    with closing(_opened(image)) as inner:
        engine = create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool, creator=lambda: inner)
        with engine.begin() as connection:
            schema.migrate(connection)
            yield cast(AsyncConnection, Inline(connection))


def _sealed(image: bytes, master: bytes, salt: bytes) -> Iterator[bytes]:
    cipher, check = _cipher(master, salt)
    head = MAGIC + salt + check
    yield head
    starts = range(0, len(image), CHUNK)
    for number, start in enumerate(starts):
        yield cipher.encrypt(_nonce(number, number + 1 == len(starts)), image[start : start + CHUNK], head)


def _cipher(master: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    derived = HKDF(SHA256(), 32 + TAG, salt=salt, info=b"backup/v1").derive(master)
    return AESGCM(derived[:32]), derived[32:]


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">7xIB", number, last)


def _opened(image: bytes) -> sqlite3.Connection:
    """In memory, where a write-ahead log is none: the two bytes that ask for one are set back."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(image[:18] + b"\x01\x01" + image[20:])
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")
    return connection


def _tried(image: bytes) -> int:
    """How many readers a sound image holds; Damaged."""
    try:
        with closing(_opened(image)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said == "ok":
                return int(connection.execute("SELECT count(*) FROM subscriber").fetchone()[0])
    except sqlite3.DatabaseError:
        pass
    raise Damaged("the database is damaged, and a copy of it would be: restore an older backup")


def _known(connection: sqlite3.Connection, path: Path) -> Known:
    try:
        said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        identity = connection.execute("SELECT value FROM meta WHERE name = 'database'").fetchone()[0]
        rows = connection.execute("SELECT kid, check_value, active FROM keyring").fetchall()
    except (sqlite3.DatabaseError, TypeError):
        said = "unreadable"
    if said != "ok":
        raise Damaged(f"{path}: what it holds is no sound database; take another backup")
    if revision not in schema.revisions():
        raise NewerSchema(f"{path}: was written by a later version of Dauys; upgrade first")
    return Known(identity, tuple(Generation(row[0], row[1], bool(row[2])) for row in rows))


def _erase(connection: sqlite3.Connection, marks: Set[bytes], mark: Callable[[int], bytes]) -> int:
    gone = [row[0] for row in connection.execute("SELECT id FROM subscriber") if mark(row[0]) in marks] if marks else []
    connection.execute("BEGIN")
    connection.executemany("DELETE FROM delivery WHERE subscriber_id = ?", [(id_,) for id_ in gone])
    connection.executemany("DELETE FROM subscriber WHERE id = ?", [(id_,) for id_ in gone])
    connection.execute("COMMIT")
    return len(gone)


def _pause(connection: sqlite3.Connection) -> int:
    statement = "UPDATE broadcast SET state = 'paused', note = ? WHERE state IN ('approved', 'running')"
    return connection.execute(statement, (RESTORED,)).rowcount


def _put(target: Path, image: bytes) -> None:
    part = target.with_name(target.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(image)
            file.flush()
            os.fsync(file.fileno())
        _placed(part, target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _placed(part: Path, path: Path) -> None:
    """Under its name, and over nothing that is there; some disks (FAT of a stick) know no links."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        _absent(path)
        part.rename(path)


def _absent(path: Path) -> None:
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _refused(path: Path, error: OSError) -> StorageError:
    if error.errno == errno.ENOSPC:
        return DiskFull(f"{path}: the disk is full; free some space")
    return ReadOnly(f"{path}: cannot be written ({error.strerror}); choose a place where the bot may write")
