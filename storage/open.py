"""Opens what survives: folder, key, database, schema. Touches nothing before the key was seen to fit."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from storage import schema
from storage.admins import Admins
from storage.approvals import Approvals
from storage.audit import Anchor, Audit
from storage.broadcasts import Broadcasts
from storage.database import Database, explain, sqlite_url, translated
from storage.deliveries import Deliveries
from storage.drafts import Drafts, PanelRows, Waiting
from storage.errors import ReadOnly, WrongKey
from storage.hidden import Hidden
from storage.keys import Keys, make_master_key, read_master_key
from storage.meta import Meta
from storage.publications import Publications
from storage.subscribers import Subscribers
from storage.tables import keyring, meta

DATABASE_ID = "database"
KID = 1
ANCHORED = ".audit"
"""Ending of the file beside the key that holds the audit log's head."""


class Storage:
    """The repositories over one open database."""

    def __init__(self, database: Database, keys: Keys, now: Callable[[], float], anchor: Anchor) -> None:
        self._database = database
        self.subscribers = Subscribers(database, keys, now)
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
        self.stamp = keys.stamp

    async def purge(self, now: float) -> None:
        """Erases what is due: readers who blocked the bot a day ago, delivery rows after 48 hours."""
        await self.subscribers.purge(now)
        await self.deliveries.purge(now)

    async def close(self) -> None:
        await self._database.close()


async def open_storage(
    *, url: str | None, data: Path, key_file: Path, bot_id: int, now: Callable[[], float] = time.time
) -> Storage:
    """Makes what is missing at the first start. StorageError with one line for everything that stands in the way."""
    master = _master_key(url, data, key_file, bot_id)
    if url is None and not (data / "dauys.sqlite3").exists():
        _for_its_owner_alone(data / "dauys.sqlite3")
    database = Database(url or sqlite_url(data))
    try:
        keys = await _prepare(database, master, bot_id)
    except BaseException:
        await database.close()
        raise
    return Storage(database, keys, now, Anchor(key_file.with_name(key_file.name + ANCHORED)))


def _for_its_owner_alone(path: Path) -> None:
    """A new database is unreadable to others; SQLite gives its other files the mode of this one."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise ReadOnly(f"DAUYS_DATA: {path} cannot be written ({error.strerror}); choose a writable folder") from None


def _master_key(url: str | None, data: Path, key_file: Path, bot_id: int) -> bytes:
    """The key of an existing database, seen to fit; a new one only where there is no database yet."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ReadOnly(f"DAUYS_DATA: {data} cannot be made ({error.strerror}); choose a writable folder") from None
    known = _seen(data / "dauys.sqlite3") if url is None else None
    if known is None and not key_file.exists():
        return make_master_key(key_file)
    master = read_master_key(key_file)
    if known is not None:
        _refuse_wrong_key(master, known, bot_id)
    return master


async def _prepare(database: Database, master: bytes, bot_id: int) -> Keys:
    with translated():
        async with database.begin() as connection:
            await connection.run_sync(schema.migrate)
            identity = await connection.scalar(select(meta.c.value).where(meta.c.name == DATABASE_ID))
            if identity is None:
                identity = secrets.token_hex(16)
                await connection.execute(meta.insert().values(name=DATABASE_ID, value=identity))
            keys = Keys(master, identity, KID, bot_id)
            check = await connection.scalar(select(keyring.c.check_value).where(keyring.c.kid == KID))
            if check is None:
                await connection.execute(keyring.insert().values(kid=KID, check_value=keys.check_value(), active=True))
            elif not keys.fits(check):
                raise WrongKey(_WRONG)
            return keys


_WRONG = "DAUYS_KEY_FILE: this is not the key that the database was made with; bring the right one back"


def _seen(path: Path) -> tuple[str, bytes] | None:
    """Identity and check value of an existing database, read without writing; None when there is none yet."""
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        with closing(_read_only(path)) as connection:
            check = connection.execute("SELECT check_value FROM keyring WHERE active").fetchone()
            identity = connection.execute("SELECT value FROM meta WHERE name = ?", (DATABASE_ID,)).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise explain(error) from None
    except sqlite3.DatabaseError as error:
        raise explain(error) from None
    return (identity[0], check[0]) if identity and check else None


def _read_only(path: Path) -> sqlite3.Connection:
    """Without a write-ahead log to read along, SQLite is kept from making one."""
    log = path.with_name(path.name + "-wal")
    still = "" if log.exists() and log.stat().st_size else "&immutable=1"
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{still}", uri=True)


def _refuse_wrong_key(master: bytes, known: tuple[str, bytes], bot_id: int) -> None:
    if not Keys(master, known[0], KID, bot_id).fits(known[1]):
        raise WrongKey(_WRONG)


async def inspect(*, url: str | None, data: Path, key_file: Path) -> str:
    """What `doctor` says of the database, reading only; StorageError as `open_storage` raises it."""
    path = data / "dauys.sqlite3"
    known = _seen(path) if url is None else None
    if known is None:
        return "none yet; the first start makes it"
    _refuse_wrong_key(read_master_key(key_file), known, 0)
    with closing(_read_only(path)) as connection:
        now = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    ours = schema.head()
    return (
        "opens with its key, schema current" if now and now[0] == ours else "opens with its key; dauys migrate is due"
    )
