"""`dauys try`: the real bot against a stand-in for Telegram, with a chat page, on this machine alone."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.app import Refused, serve
from bot.config import load_settings
from bot.sandbox.server import Sandbox


async def trial(port: int, overrides: dict[str, object], say: Callable[[str], None]) -> None:
    """Until Ctrl-C. All that it keeps is in a temporary folder, gone at the end. There are two owners, so that an alert
    needs the other's approval, and one person can walk both sides of it on the page."""
    token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(26)}"
    sandbox = Sandbox(token, port=port)
    second = sandbox.world.add_person("Colleague", "ru")
    second.admin = second.started = True
    try:
        await sandbox.start()
    except OSError:
        raise Refused(f"port {port} is in use; choose another: dauys try --port 0 takes a free one") from None
    try:
        with tempfile.TemporaryDirectory(prefix="dauys-try-") as folder:
            settings = load_settings(
                token=token,
                owners=frozenset(person.id for person in sandbox.world.people.values() if person.admin),
                data=Path(folder),
                database="",
                key_file=None,
                api_url=sandbox.bot_api,
                inline=True,
                webhook_url="",
                webhook_secret="",
                listen="127.0.0.1:0",
                proxy="",
                **overrides,
            )
            stop = asyncio.Event()
            await serve(settings, ready=lambda: say(f"Open {sandbox.url} - Ctrl-C ends it."), stop=stop)
    finally:
        await sandbox.stop()
