"""No command hands out the list of readers: whoever adds one has to write down here what it tells of them."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from bot.cli import app
from bot.handlers import COMMANDS
from bot.orders import COMMANDS as ORDERS
from storage.subscribers import CID

ROOT = Path(__file__).resolve().parents[2]
NOTHING, COUNTS, OWN, SEALED = "nothing", "counts", "the asker's own row", "all, sealed under the master key"
CHAT = {
    **dict.fromkeys(("about", "ask", "cases", "declarations", "help", "sources", "start", "updates"), NOTHING),
    **dict.fromkeys(("forget", "privacy", "settings", "stop", "subscribe", "whoami", "wipe"), OWN),
    **dict.fromkeys(("admins", "audit", "halt", "hide", "reload", "resume", "unhide"), NOTHING),
    **dict.fromkeys(("alert", "broadcasts", "publish", "stats"), COUNTS),
}
SHELL = {
    **dict.fromkeys(("ask", "audit", "bench", "check", "doctor", "halt", "healthcheck", "migrate"), NOTHING),
    **dict.fromkeys(("reload", "resume", "run", "schema", "try"), NOTHING),
    **dict.fromkeys(("alert", "publish", "restore", "rotate-key", "status"), COUNTS),
    "backup": SEALED,
    "move": SEALED,
}
SOCKET = {
    **dict.fromkeys(("audit-verify", "halt", "health", "hidden", "reload", "resume"), NOTHING),
    **dict.fromkeys(("alert", "publish", "rotate-key", "status"), COUNTS),
    "backup": SEALED,
}


def test_every_command_is_known_for_what_it_tells_of_readers() -> None:
    assert set(COMMANDS) == set(CHAT)
    assert set(typer.main.get_group(app).commands) == set(SHELL)
    assert set(ORDERS) == set(SOCKET)


def test_a_reader_s_number_is_opened_in_three_places() -> None:
    """Just before it is written to, when it is sealed anew under another key, and by bench of made-up readers."""
    openers = {
        str(path.relative_to(ROOT / "storage"))
        for path in (ROOT / "storage").rglob("*.py")
        if re.search(rf"open\(\s*(?:CID|\"{re.escape(CID)}\")", path.read_text(encoding="utf-8"))
    }
    assert openers == {"ticks.py", "rotation.py", "bench.py"}
    others = [path for room in ("bot", "content") for path in (ROOT / room).rglob("*.py")]
    assert others
    assert [path.name for path in others if "sub.cid" in path.read_text(encoding="utf-8")] == []
