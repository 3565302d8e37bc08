"""What the Bot API documents, from a list that is not ours: the methods and parameters of python-telegram-bot."""

from __future__ import annotations

import inspect
from typing import Any

from aiohttp import web
from telegram import Bot

from bot.sandbox.server import Sandbox

NOT_SENT = {"self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs"}
"""That library's own parameters, which never reach Telegram."""
PARAMETERS = {
    name.replace("_", ""): set(inspect.signature(method).parameters) - NOT_SENT
    for name, method in inspect.getmembers(Bot, inspect.iscoroutinefunction)
    if not name.startswith("_")
}
"""Method in lower case -> names of its parameters."""


def undocumented(method: str, fields: dict[str, Any]) -> list[str]:
    """What of a call is in no documentation; another stand-in for Telegram need not know it."""
    known = PARAMETERS.get(method.lower())
    if known is None:
        return [method]
    return [f"{method}: {name}" for name in fields if name not in known]


class StrictSandbox(Sandbox):
    """Notes every call, and what in it is undocumented."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.called: set[str] = set()
        self.strange: set[str] = set()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.called.add(method)
        fields: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            fields |= await request.json()
        else:
            given = await request.post()
            fields |= {name: value for name, value in given.items() if not isinstance(value, web.FileField)}
        self.strange.update(undocumented(method, fields))
        return await super()._answer(request)
