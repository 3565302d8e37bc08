"""`dauys rotate-key`: another master key, in the running bot or without one."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.config import Settings
from bot.control import Json
from bot.shell.order import order


async def rotate(settings: Settings, out: Console, err: Console) -> None:
    """Refused and StorageError, one line each; broken off, the next call or start goes on."""
    columns = (TextColumn("Sealing readers' numbers anew"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def far(said: Json) -> None:
            bar.update(task, completed=said["done"], total=said["total"])

        done = await order(
            settings, "rotate-key", warn=lambda line: err.print(line, markup=False, style="yellow"), progress=far
        )
    count = done["readers"]
    ended = "The rotation that was begun has ended" if done["begun"] else "The master key is a new one"
    out.print(f"{ended}: {count:,} {'reader' if count == 1 else 'readers'} sealed anew.", markup=False)
    out.print(f"Copy {settings.master_key} to where you keep it; the old key opens nothing any more.", markup=False)
    out.print("Backups made before cannot be read any more: make one now with dauys backup.", markup=False)
    out.print(f"Head of the audit log: {done['head']} (heads noted before do not count any more)", markup=False)
