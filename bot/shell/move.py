"""`dauys move`: every row into another database, and back."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.config import Settings
from bot.control import Refused
from storage.lock import hold
from storage.move import COPYING, HERE, move, stay


async def move_database(settings: Settings, to: str, out: Console, err: Console) -> None:
    """Never beside a running bot. Refused, StorageError: one line each; broken off, the next call goes on."""
    _known(settings)
    target = sys.stdin.readline().strip() if to == "-" else to
    with hold(settings.data), _bar(err) as bar:
        task = bar.add_task("Copying rows", total=None)

        def told(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{what.capitalize()} rows", completed=done, total=total)

        told(COPYING, 0, 0)
        moved = await move(
            url=settings.database.get_secret_value() or None,
            to=target,
            data=settings.data,
            key_file=settings.master_key,
            bot_id=settings.bot_id,
            told=told,
        )
    for name, table in moved.items():
        if table.rows:
            out.print(f"{name:16}{table.rows:>12,}  {table.digest}", markup=False)
    out.print("Every row was compared, and is the same. The old database stays as it was, and serves no more.")
    setting = "leave DAUYS_DATABASE unset" if target == HERE else "set DAUYS_DATABASE to the new address"
    out.print(f"Now {setting}, and start: dauys run. Telegram has kept what readers wrote meanwhile (24 hours).")


async def stay_here(settings: Settings, out: Console) -> None:
    """The old database serves again, whatever has become of the new one."""
    _known(settings)
    with hold(settings.data):
        await stay(
            url=settings.database.get_secret_value() or None,
            data=settings.data,
            key_file=settings.master_key,
            bot_id=settings.bot_id,
        )
    out.print("This database serves again. Let no bot run on the other one: it would send everything twice.")


def _known(settings: Settings) -> None:
    if not settings.bot_id:
        raise Refused("DAUYS_TOKEN is not set: the records of a bot open with its token alone")
    if not settings.database.get_secret_value() and not (settings.data / "dauys.sqlite3").exists():
        raise Refused(f"DAUYS_DATA: there is no database in {settings.data}; nothing is to be moved")


def _bar(err: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
