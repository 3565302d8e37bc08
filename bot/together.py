"""Several bots on one database, put together: what another one changed is taken over here, within a second.

Part of the composition root, beside `app.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

from bot.handlers.context import Services
from bot.handlers.library import arrange, read_again
from bot.wire.closing import Closing
from bot.wire.leasing import Leasing, Purse
from content.errors import InvalidLibrary
from storage.errors import StorageError, UnderWay

log = structlog.get_logger(__name__)

ROTATION = 5.0
"""Seconds between two looks whether a key rotation was broken off."""
AGAIN = 0.5
"""Seconds after which something that could not be taken over is tried again."""


class Together:
    """`tasks` are run by the composition root. Where there is no other bot, nothing is ever heard."""

    def __init__(self, services: Services, closing: Closing) -> None:
        self._services = services
        self._replicas = services.storage.replicas
        self._changes: set[str] = set()
        self._heard = asyncio.Event()
        self._leading = asyncio.Event()
        self._acts: Mapping[str, Callable[[], Awaitable[object]]] = {
            "halt": self._halt,
            "sending": self._sending,
            "hidden": lambda: arrange(services),
            "library": lambda: read_again(services),
            "admins": services.roster.load,
            "closed": closing.restore,
            "key": services.storage.refresh,
        }
        self._replicas.heard = self._hear
        self._replicas.changed = self._changed
        self._changed()
        self._leasing: Leasing | None = None
        if self._replicas.leases is not None:
            purse = Purse()
            services.gate.share(purse)
            self._leasing = Leasing(services.gate, purse, self._replicas.leases, self._replicas.mine)

    def tasks(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        leasing = [self._leasing.run] if self._leasing is not None else []
        return [self._replicas.run, self._run, self._rotate, *leasing]

    async def _rotate(self) -> None:
        """Ends a key rotation that was broken off, here or in a replica that died."""
        rotation = self._services.storage.rotation
        while True:
            await self.leading()
            if rotation.pending:
                try:
                    if await rotation.run(_silently):
                        log.info("a key rotation that was broken off has ended")
                except UnderWay:
                    pass
                except StorageError as error:
                    log.warning("a key rotation goes on later", why=str(error), seconds=ROTATION)
            await asyncio.sleep(ROTATION)

    async def leading(self) -> None:
        """Returns when this bot is the one that sends, polls and keeps the clock."""
        while not self._replicas.mine():
            self._leading.clear()
            await self._leading.wait()

    def _hear(self, kind: str) -> None:
        if kind in self._acts:
            self._changes.add(kind)
            self._heard.set()

    def _changed(self) -> None:
        """Leadership came or went."""
        if self._replicas.mine():
            self._leading.set()
            if self._replicas.name:
                log.info("this replica leads: it sends, polls and keeps the clock", epoch=self._replicas.epoch)
        else:
            self._leading.clear()
            if self._replicas.name:
                log.info("this replica stands by: it answers what reaches it")
        self._services.engine.heed()

    async def _run(self) -> None:
        while True:
            await self._heard.wait()
            self._heard.clear()
            kinds, self._changes = self._changes, set()
            for kind in sorted(kinds, key=list(self._acts).index):
                await self._taken_over(kind)

    async def _taken_over(self, kind: str) -> None:
        try:
            await self._acts[kind]()
            log.info("what another replica changed is taken over", what=kind)
        except InvalidLibrary as error:
            log.warning("the library has faults; the one read before serves on", faults=str(error).splitlines())
        except StorageError as error:
            log.warning("what another replica changed is taken over later", what=kind, why=str(error))
            self._changes.add(kind)
            await asyncio.sleep(AGAIN)
            self._heard.set()

    async def _halt(self) -> None:
        self._services.engine.heed()

    async def _sending(self) -> None:
        self._services.engine.wake()


async def _silently(done: int, total: int) -> None:
    """Nobody is told how far it has come."""
