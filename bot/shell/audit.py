"""`dauys audit verify`: whether the log of what admins did is still as it was written."""

from __future__ import annotations

import re

from rich.console import Console

from bot.config import Settings
from bot.control import Refused
from bot.shell.order import order

_HEAD = re.compile(r"[1-9][0-9]{0,17}:[0-9a-f]{16}", re.ASCII)


async def verify(settings: Settings, head: str, out: Console, err: Console) -> None:
    """Refused with one line that names the first entry which does not fit."""
    if head and not _HEAD.fullmatch(head):
        raise Refused(f"--head {head}: not a head; expected one as this command prints it, such as 57:3fa9c1d2e4b50718")
    found = await order(
        settings, "audit-verify", {"head": head}, warn=lambda line: err.print(line, markup=False, style="yellow")
    )
    if found["broken"] is not None:
        raise Refused(
            f"the audit log is broken at entry {found['broken']}: it, or the one before it, was changed, removed or "
            "moved; keep the database as it is and compare it with a backup"
        )
    if found["rekeyed"] is not None:
        raise Refused(
            f"--head {head}: the key was changed after this head was noted (entry {found['rekeyed']}): it cannot be "
            "compared; ask with one that was told or printed since"
        )
    if found["cut"] is not None:
        raise Refused(
            f"the audit log lacks entry {found['cut']}, which was written: its end was cut off, it was written anew, "
            "or an older backup was restored. If you restored one, remove the file that ends in .audit beside the "
            "master key"
        )
    count = found["entries"]
    if not count:
        out.print("No entries yet.")
        return
    out.print(f"{count:,} {'entry' if count == 1 else 'entries'}, each fits the one before it.", markup=False)
    out.print(f"Head: {found['head']} (note it elsewhere; dauys audit verify --head … asks for it)", markup=False)
    if not found["anchored"]:
        err.print("No head lies beside the master key: a cut-off end would not be seen.", markup=False, style="yellow")
