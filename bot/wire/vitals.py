"""/healthz, /readyz and /metrics over HTTP, for machines beside the bot.

They lie at the webhook's address, which a proxy may carry into the open: they are therefore answered only to callers
of this machine or of a private network, and never to what a proxy has passed on. Everybody else finds nothing here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.config import HEALTH_PATHS
from bot.wire.listen import Listener, plain

LIVE, READY, METRICS = HEALTH_PATHS
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", "CF-Connecting-IP")
Lines = Callable[[], Awaitable[tuple[bool, str]]]
"""Whether all is well, and what is told in either case."""


class Vitals:
    def __init__(self, live: Lines, ready: Lines, metrics: Callable[[], Awaitable[bytes]], kind: str) -> None:
        self._live, self._ready = live, ready
        self._metrics, self._kind = metrics, kind

    def route(self, listener: Listener) -> None:
        listener.route("GET", LIVE, self._said(self._live))
        listener.route("GET", READY, self._said(self._ready))
        listener.route("GET", METRICS, self._counted)

    def _said(self, lines: Lines) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            if not near(request):
                return _nothing()
            good, text = await lines()
            return plain(text, 200 if good else 503)

        return answer

    async def _counted(self, request: web.Request) -> web.Response:
        if not near(request):
            return _nothing()
        headers = {"Content-Type": self._kind, "Cache-Control": "no-store"}
        return web.Response(body=await self._metrics(), headers=headers)


def near(request: web.Request) -> bool:
    """Whether the caller is of this machine or of a private network, and came straight."""
    if any(name in request.headers for name in PASSED_ON):
        return False
    try:
        address = ipaddress.ip_address((request.remote or "").partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_private


def _nothing() -> web.Response:
    answer = web.Response(status=404)
    answer.force_close()
    return answer
