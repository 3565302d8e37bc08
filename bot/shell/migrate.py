"""`dauys migrate`: the schema, brought to this version."""

from __future__ import annotations

from rich.console import Console

from bot.config import Settings
from storage.lock import hold
from storage.open import open_storage


async def migrate_database(settings: Settings, out: Console) -> None:
    """Takes the folder's lock; raises StorageError with one line."""
    with hold(settings.data):
        storage = await open_storage(
            url=settings.database.get_secret_value() or None,
            data=settings.data,
            key_file=settings.master_key,
            bot_id=settings.bot_id,
        )
        await storage.close()
    out.print("The database has this version's schema.")
