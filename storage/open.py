"""Opens what survives: folder, key, database, schema. Touches nothing before the key was seen to fit."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from storage import backup, schema
from storage.admins import Admins
from storage.approvals import Approvals
from storage.audit import Anchor, Audit
from storage.broadcasts import Broadcasts
from storage.database import DAMAGED, Database, explain, sqlite_url, translated
from storage.deliveries import Deliveries
from storage.drafts import Drafts, PanelRows, Waiting
from storage.erasure import Erasure
from storage.errors import Damaged, Locked, NewerSchema, ReadOnly
from storage.figures import read_figures
from storage.generations import Generations, stated
from storage.hidden import Hidden
from storage.jobs import Jobs
from storage.keyring import Generation, Known, ring_for, settle
from storage.keys import Keys, Ring, make_master_key, read_master_key
from storage.marks import refuse
from storage.media import Media
from storage.meta import Meta
from storage.postgres import Postgres
from storage.publications import Publications
from storage.pulse import Pulse
from storage.records import Figures
from storage.retention import Retention
from storage.rotation import Rotation
from storage.subscribers import Subscribers
from storage.tables import keyring, meta
from storage.tombstones import SUFFIX, Tombstones
from storage.transfer import MARKS, MOVING_IN

DATABASE_ID = "database"
ANCHORED = ".audit"
"""Ending of the file beside the key that holds the audit log's head."""


class Storage:
    """The repositories over one open database."""

    def __init__(
        self,
        database: Database,
        keys: Ring,
        now: Callable[[], float],
        beside: tuple[Anchor, Tombstones],
        rotation: Rotation,
    ) -> None:
        anchor, tombstones = beside
        self._database = database
        self.replicas = database.others
        self.subscribers = Subscribers(database, keys, now, tombstones)
        self.broadcasts = Broadcasts(database, keys)
        self.deliveries = Deliveries(database, keys, self.subscribers)
        self.audit = Audit(database, keys, now, anchor)
        self.meta = Meta(database)
        self.admins = Admins(database, keys)
        self.drafts = Drafts(database, keys)
        self.waiting = Waiting(database, keys)
        self.panels = PanelRows(database, keys)
        self.approvals = Approvals(database, keys)
        self.publications = Publications(database)
        self.hidden = Hidden(database)
        self.rotation = rotation
        self.pulse = Pulse(self.meta, keys, rotation.key_file, rotation.identity)
        self.jobs = Jobs(database, keys)
        self.media = Media(database)
        self.erasure = Erasure(database, keys, self.subscribers)
        self.retention = Retention(database, self.subscribers)
        self.stamp, self.stamps = keys.stamp, keys.stamps

    async def figures(self) -> Figures:
        return await read_figures(self._database)

    async def backup(self, path: Path) -> backup.Copied:
        """An encrypted copy, made while others write, and read back. Locked while a key rotation is under way."""
        image, master = await self._image(), read_master_key(self.rotation.key_file)
        return await asyncio.to_thread(backup.write, path, image, master)

    async def _image(self) -> bytes:
        """Of a database that one key opens, before and after."""
        for _ in range(2):
            async with self._database.begin():  # what another replica exchanged is taken over
                kid = self.rotation.kid
            if self.rotation.pending:
                break
            image = await self._database.image()
            async with self._database.begin():
                if kid == self.rotation.kid and not self.rotation.pending:
                    return image
        raise Locked("a key rotation has not ended; run dauys rotate-key, then make the backup")

    async def refresh(self) -> None:
        """A transaction of nothing: what another replica exchanged is taken over."""
        async with self._database.begin():
            pass

    async def purge(self, now: float) -> int:
        """Erases what is due, as `Retention.erase_due`."""
        return await self.retention.erase_due(now)

    async def close(self) -> None:
        await self._database.close()


async def open_storage(
    *,
    url: str | None,
    data: Path,
    key_file: Path,
    bot_id: int,
    now: Callable[[], float] = time.time,
    moving: bool = False,
) -> Storage:
    """Makes what is missing at the first start. StorageError with one line for everything that stands in the way.
    `moving`: also a database whose rows have gone elsewhere."""
    _folder(data)
    if url is None:
        _fits(_seen(data / "dauys.sqlite3", moving=moving), key_file, bot_id)
        if not (data / "dauys.sqlite3").exists():
            for_its_owner_alone(data / "dauys.sqlite3")
    database = Postgres(url) if url and url.startswith("postgresql") else Database(url or sqlite_url(data))
    try:
        if url is not None:
            _fits(await _stated(database, moving=moving), key_file, bot_id)
        identity, keys = await _prepare(database, key_file, bot_id)
    except BaseException:
        await database.close()
        raise
    beside = (
        Anchor(key_file.with_name(key_file.name + ANCHORED)),
        Tombstones(key_file.with_name(key_file.name + SUFFIX), identity),
    )
    known = Generations(keys, key_file, identity, bot_id, beside)
    database.keyed, database.others.next_key = known.take_over, known.next_check
    return Storage(database, keys, now, beside, Rotation(database, known))


def for_its_owner_alone(path: Path) -> None:
    """A new database is unreadable to others; SQLite gives its other files the mode of this one."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise ReadOnly(f"DAUYS_DATA: {path} cannot be written ({error.strerror}); choose a writable folder") from None


def _folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ReadOnly(f"DAUYS_DATA: {data} cannot be made ({error.strerror}); choose a writable folder") from None


def _fits(known: Known | None, key_file: Path, bot_id: int) -> None:
    """The key of an existing database is seen to fit; a new one is made only where there is no database yet."""
    if known is not None:
        _settled(key_file, known)
        ring_for(key_file, known, bot_id)
    elif not key_file.exists():
        make_master_key(key_file)


def _settled(key_file: Path, known: Known) -> None:
    try:
        settle(key_file, known)
    except OSError as error:
        raise ReadOnly(
            f"DAUYS_KEY_FILE: the next key cannot take the place of {key_file} ({error.strerror}); make it writable"
        ) from None


async def _prepare(database: Database, key_file: Path, bot_id: int) -> tuple[str, Ring]:
    with translated():
        async with database.begin() as connection:
            await connection.run_sync(schema.migrate)
            identity = await connection.scalar(select(meta.c.value).where(meta.c.name == DATABASE_ID))
            if identity is None:
                identity = secrets.token_hex(16)
                await connection.execute(meta.insert().values(name=DATABASE_ID, value=identity))
            generations = await stated(connection)
            if not generations:
                keys = Keys(read_master_key(key_file), identity, 1, bot_id)
                await connection.execute(keyring.insert().values(kid=1, check_value=keys.check_value(), active=True))
                return identity, Ring(keys)
            return identity, ring_for(key_file, Known(identity, generations), bot_id)


async def _stated(database: Database, *, moving: bool = False) -> Known | None:
    """As `_seen`, of a database that is reached by its address."""
    async with database.begin() as connection:
        await connection.run_sync(schema.refuse_newer)
        if await connection.run_sync(schema.revision) is None:
            return None
        marks = await connection.execute(select(meta.c.name, meta.c.value).where(meta.c.name.in_(MARKS)))
        _stays({row[0]: row[1] for row in marks}, moving=moving)
        identity = await connection.scalar(select(meta.c.value).where(meta.c.name == DATABASE_ID))
        generations = await stated(connection)
    return Known(str(identity), generations) if generations else None


def _stays(marks: Mapping[str, str], *, moving: bool) -> None:
    if not moving or MOVING_IN in marks:
        refuse(marks)


def _seen(path: Path, *, moving: bool = False) -> Known | None:
    """Identity and generations of an existing database, read without writing; None when there is none yet."""
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        with closing(_read_only(path)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise Damaged(DAMAGED)
            _stays(dict(connection.execute("SELECT name, value FROM meta WHERE name IN (?, ?)", MARKS)), moving=moving)
            rows = connection.execute("SELECT kid, check_value, active FROM keyring").fetchall()
            identity = connection.execute("SELECT value FROM meta WHERE name = ?", (DATABASE_ID,)).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise explain(error) from None
    except sqlite3.DatabaseError as error:
        raise explain(error) from None
    return Known(identity[0], tuple(Generation(row[0], row[1], bool(row[2])) for row in rows)) if rows else None


def _read_only(path: Path) -> sqlite3.Connection:
    """Without a write-ahead log to read along, SQLite is kept from making one."""
    log = path.with_name(path.name + "-wal")
    still = "" if log.exists() and log.stat().st_size else "&immutable=1"
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{still}", uri=True)


async def inspect(*, url: str | None, data: Path, key_file: Path) -> str:
    """What `doctor` says of the database, reading only; StorageError as `open_storage` raises it."""
    if url is not None and url.startswith("postgresql"):
        return await _inspect_server(Postgres(url), key_file)
    path = data / "dauys.sqlite3"
    known = _seen(path) if url is None else None
    if known is None:
        return "none yet; the first start makes it"
    ring_for(key_file, known, 0)
    with closing(_read_only(path)) as connection:
        now = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return _judged(now[0] if now else None)


async def _inspect_server(database: Postgres, key_file: Path) -> str:
    try:
        known = await _stated(database)
        if known is None:
            return "the server answers, and has no table yet; the first start makes them"
        ring_for(key_file, known, 0)
        async with database.begin() as connection:
            return _judged(await connection.run_sync(schema.revision))
    finally:
        await database.close()


def _judged(revision: str | None) -> str:
    if revision is not None and revision not in schema.revisions():
        raise NewerSchema(schema.NEWER)
    current = revision == schema.head()
    return "opens with its key, schema current" if current else "opens with its key; dauys migrate is due"
