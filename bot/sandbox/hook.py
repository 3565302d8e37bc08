"""Updates to a webhook, as Telegram calls one: several calls at once, each again until it is answered with 2xx."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp

from bot.sandbox.refusal import Json
from bot.sandbox.world import World

AT_ONCE = 40
"""Telegram's own default for max_connections."""
AGAIN = 0.2
"""Seconds before a call that failed is made again."""
LONGEST = 60.0


class Hook:
    """`run` in a task while the stand-in is there; idle while no webhook is set."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._on_the_way: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        world = self._world
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LONGEST)) as session:
            try:
                while True:
                    await world.arrived.wait()
                    world.arrived.clear()
                    self._send(session)
            finally:
                for task in list(self._on_the_way.values()):
                    task.cancel()
                await asyncio.gather(*self._on_the_way.values(), return_exceptions=True)

    def _send(self, session: aiohttp.ClientSession) -> None:
        world = self._world
        if not world.webhook:
            return
        most = int(world.webhook.get("max_connections") or AT_ONCE)
        for update in world.updates:
            if len(self._on_the_way) >= most:
                return
            number = update["update_id"]
            if number not in self._on_the_way:
                self._on_the_way[number] = asyncio.create_task(self._call(session, update))

    async def _call(self, session: aiohttp.ClientSession, update: Json) -> None:
        world = self._world
        headers = {"X-Telegram-Bot-Api-Secret-Token": str(world.webhook.get("secret_token") or "")}
        taken = False
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.post(world.webhook["url"], json=update, headers=headers) as answer:
                taken = answer.ok
        if taken:
            world.updates[:] = [other for other in world.updates if other is not update]
        else:
            await asyncio.sleep(AGAIN)
        self._on_the_way.pop(update["update_id"], None)
        world.arrived.set()
