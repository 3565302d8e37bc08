"""Updates by webhook: each call is answered after its update was handled.

The secret is looked at before the body, and compared in constant time; the path holds nothing secret. What
is refused is refused without reading on: bodies are bounded in bytes and in time.
https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import Counter
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.wire.intake import Full, Intake, readable
from storage.errors import StorageError

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
LARGEST = 1 << 20
"""Bytes of one update."""
SLOWEST = 10.0
"""Seconds for a body to arrive."""
AGAIN = {"Retry-After": "2"}
CONNECTIONS = 64
"""Calls at once that Telegram is asked for; it allows 100."""


class Webhook:
    """`counts`: what became of calls, by word."""

    def __init__(self, intake: Intake, url: str, secret: str) -> None:
        self.path = urlsplit(url).path or "/"
        self.counts: Counter[str] = Counter()
        self._intake = intake
        self._secret = secret.encode()
        self._stopping = False

    def stop(self) -> None:
        """Calls that come from now on are asked to come again."""
        self._stopping = True
        self._intake.stop()

    async def call(self, request: web.Request) -> web.Response:
        """200: handled. 503: to be sent again. Anything else: refused."""
        answer = await self._answer(request)
        if answer.status not in (200, 503):
            answer.force_close()
        self.counts[str(answer.status)] += 1
        return answer

    async def _answer(self, request: web.Request) -> web.Response:
        given = request.headers.getall(SECRET_HEADER, [])
        if len(given) != 1 or not hmac.compare_digest(given[0].encode("utf-8", "surrogatepass"), self._secret):
            return web.Response(status=403)
        if self._stopping:
            return web.Response(status=503, headers=AGAIN)
        if (request.content_length or 0) > LARGEST:
            return web.Response(status=413)
        try:
            async with asyncio.timeout(SLOWEST):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not readable(update):
            return web.Response(status=400)
        try:
            await self._intake.take(update)
        except (Full, StorageError):
            return web.Response(status=503, headers=AGAIN)
        return web.Response()
