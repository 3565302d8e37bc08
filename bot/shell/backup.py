"""`dauys backup` and `dauys restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console

from bot.config import Settings
from bot.control import Refused
from bot.shell.order import order
from storage.backup import restore, restore_server
from storage.lock import hold


def _readers(count: int) -> str:
    return f"{count:,} {'reader' if count == 1 else 'readers'}"


async def make(settings: Settings, file: Path, out: Console, err: Console) -> None:
    """By the running bot, or without one; `file` is absolute. Refused and StorageError, one line each."""
    fields = {"path": str(file)}
    made = await order(settings, "backup", fields, warn=lambda line: err.print(line, markup=False, style="yellow"))
    out.print(f"{file}: {_readers(made['readers'])}, {made['size']:,} bytes; read back and sound.", markup=False)
    key = settings.master_key
    out.print(
        f"It opens with {key} alone. Keep that, and {key}.erased if there is one, in another place.", markup=False
    )


async def bring_back(settings: Settings, file: Path, out: Console) -> None:
    """Never beside a running bot or over a database. StorageError, Refused."""
    if settings.database.get_secret_value().startswith("sqlite"):
        raise Refused("DAUYS_DATABASE names a file: restore works on DAUYS_DATA or a server; leave it unset")
    if not settings.bot_id:
        raise Refused("DAUYS_TOKEN is not set: the records of a bot open with its token alone")
    with hold(settings.data):
        url = settings.database.get_secret_value()
        if url.startswith("postgresql"):
            done = await restore_server(file, url, settings.master_key, settings.bot_id)
        else:
            done = await asyncio.to_thread(restore, file, settings.data, settings.master_key, settings.bot_id)
    out.print(f"Restored: {_readers(done.readers)}.", markup=False)
    if done.erased:
        stays = "stays" if done.erased == 1 else "stay"
        out.print(f"{_readers(done.erased)} in it had been erased since, and {stays} erased.", markup=False)
    if done.paused:
        out.print("Broadcasts that were under way stand still: see dauys status.", markup=False)
    out.print(
        "Hide again whom you have hidden since (/hide). The log of admins ends where the backup does:", markup=False
    )
    out.print(f"remove {settings.master_key}.audit once you have noted that, then dauys run.", markup=False)
