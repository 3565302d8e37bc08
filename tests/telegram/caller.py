"""Calls of the Bot API to a stand-in that has no bot."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from bot.sandbox.server import Sandbox

TOKEN = "1234567890:" + "T" * 35
READER = 5550000102


class Caller:
    token = TOKEN

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox, self.session = sandbox, session

    async def __call__(self, method: str, token: str = TOKEN, **fields: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.sandbox.url}/bot{token}/{method}", json=fields) as answer:
            return answer.status, await answer.json()

    async def upload(
        self, method: str, files: dict[str, tuple[str, bytes]], **fields: Any
    ) -> tuple[int, dict[str, Any]]:
        """`files`: part -> name and bytes."""
        form = aiohttp.FormData(quote_fields=False)
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for part, (name, data) in files.items():
            form.add_field(part, io.BytesIO(data), filename=name)
        async with self.session.post(f"{self.sandbox.url}/bot{TOKEN}/{method}", data=form) as answer:
            return answer.status, await answer.json()


@contextlib.asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    """The English reader has started the bot."""
    sandbox = Sandbox(TOKEN)
    await sandbox.start()
    sandbox.world.people[READER].started = True
    async with aiohttp.ClientSession() as session:
        yield Caller(sandbox, session)
    await sandbox.stop()
