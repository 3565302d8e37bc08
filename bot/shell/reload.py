"""`dauys reload`: the running bot reads its library again."""

from __future__ import annotations

from rich.console import Console

from bot.config import Settings
from bot.shell.order import order


async def reload_library(settings: Settings, out: Console, err: Console) -> None:
    """Refused with every fault, one a line, and what goes on serving."""
    done = await order(settings, "reload", warn=lambda line: err.print(line, markup=False, style="yellow"))
    count = done["records"]
    out.print(f"Read again: {count:,} {'record' if count == 1 else 'records'}.", markup=False)
