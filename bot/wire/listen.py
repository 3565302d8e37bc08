"""The one HTTP address of a running bot: the webhook, and what machines ask about its health."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

IDLE = 30.0
"""Seconds after which a connection is closed on which no request is under way."""
LINGERING = 1.0
"""Seconds for which the rest of a refused body is read and thrown away, so that the refusal arrives."""
MOST_CONNECTIONS = 512
SWEEP = 1.0


class CannotListen(Exception):
    """The message is one line for the operator."""


class Listener:
    """`open`, then `sweep` in a supervised task, then `close`. `address`: where it listens, once open."""

    def __init__(self, address: str, largest: int) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._app = web.Application(client_max_size=largest, middlewares=[self._marked])
        self._runner: web.AppRunner | None = None
        self._busy: set[Any] = set()
        self._idle_since: dict[Any, float] = {}
        self.address = address

    def route(self, method: str, path: str, handler: Any) -> None:
        self._app.router.add_route(method, path, handler)

    async def open(self) -> None:
        """CannotListen when the address is taken or is not ours."""
        self._runner = web.AppRunner(
            self._app,
            access_log=None,
            shutdown_timeout=10.0,
            keepalive_timeout=IDLE,
            lingering_time=LINGERING,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=256, reuse_address=True)
        try:
            await site.start()
        except (OSError, socket.gaierror) as error:
            await self._runner.cleanup()
            self._runner = None
            why = error.strerror or type(error).__name__
            raise CannotListen(
                f"DAUYS_LISTEN: cannot listen on {self.address} ({why}); choose another address"
            ) from None
        host, port = self._runner.addresses[0][:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def sweep(self) -> None:
        """Closes connections that say nothing: slow or silent callers keep no place for long."""
        while True:
            await asyncio.sleep(SWEEP)
            self._sweep(asyncio.get_running_loop().time())

    def _sweep(self, now: float) -> None:
        server = self._runner.server if self._runner is not None else None
        if server is None:
            return
        idle = [connection for connection in server.connections if connection not in self._busy]
        self._idle_since = {connection: self._idle_since.get(connection, now) for connection in idle}
        oldest = sorted(self._idle_since.items(), key=lambda item: item[1])
        over = max(0, len(server.connections) - MOST_CONNECTIONS)
        for place, (connection, since) in enumerate(oldest):
            if place < over or now - since > IDLE:
                connection.force_close()
                del self._idle_since[connection]

    @web.middleware
    async def _marked(self, request: web.Request, handler: Any) -> web.StreamResponse:
        protocol = request.protocol
        self._busy.add(protocol)
        try:
            answer: web.StreamResponse = await handler(request)
        except web.HTTPException as refusal:
            answer = web.Response(status=refusal.status)
        finally:
            self._busy.discard(protocol)
        answer.headers["Server"] = ""  # versions are nobody's business
        return answer


def plain(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=text, status=status, headers={"Cache-Control": "no-store", **(headers or {})})
