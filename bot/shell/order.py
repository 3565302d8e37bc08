"""A command of the shell on its way: to the running bot, or done here under the same lock."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cache
from typing import Any

from bot.app import build_services
from bot.config import Settings
from bot.control import Json, NotRunning, Refused, ask
from bot.handlers.context import Services
from bot.orders import COMMANDS, Hands
from storage.errors import Locked
from storage.lock import hold
from storage.open import Storage, open_storage

Say = Callable[[str], None]
Progress = Callable[[Json], None]


async def order(
    settings: Settings,
    name: str,
    fields: Json | None = None,
    *,
    warn: Say,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The answer. Refused, StorageError, InvalidLibrary: one line each for the person. `warn` is told when a dead
    bot's socket was found."""
    try:
        return await ask(settings.data, name, fields, progress)
    except NotRunning as missing:
        if missing.dead:
            warn(f"{missing}. Working on the database itself.")
    return dict(await _alone(settings, name, fields or {}, progress))


async def _alone(settings: Settings, name: str, fields: Json, progress: Progress | None) -> Json:
    url = settings.database.get_secret_value() or None
    if url is None and not (settings.data / "dauys.sqlite3").exists():
        raise Refused(f"DAUYS_DATA: no bot runs in {settings.data}, and there is no database; start one: dauys run")
    if not settings.bot_id:
        raise Refused(f"DAUYS_TOKEN is not set, and no bot runs in {settings.data}: its records open with it alone")

    async def tell(said: Json) -> None:
        if progress is not None:
            progress(said)

    try:
        with hold(settings.data):
            storage = await open_storage(
                url=url, data=settings.data, key_file=settings.master_key, bot_id=settings.bot_id
            )
            try:
                lazily = _lazily(settings, storage, await storage.hidden.all())
                return await COMMANDS[name](Hands(settings, storage, lazily), fields, tell)
            finally:
                await storage.close()
    except Locked:
        raise Refused(f"the bot in {settings.data} is starting or does not answer; try again, or see its log") from None


def _lazily(settings: Settings, storage: Storage, hidden: Set[str]) -> Callable[[], Services]:
    return cache(lambda: build_services(settings, storage, hidden))
