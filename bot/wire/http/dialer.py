"""New connections to one host: its name looked up every few minutes, IPv4 and IPv6 in a race, TLS verified."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohappyeyeballs
from yarl import URL

from bot.wire.http.connection import Connection
from bot.wire.http.failures import ConnectFailed, ConnectTimedOut

NAMES_KEPT = 300.0
"""Seconds for which a looked-up name holds."""
HAPPY_EYEBALLS = 0.25
"""Seconds that the first address is ahead of the next, as RFC 8305 recommends."""


@dataclass(frozen=True, slots=True)
class Origin:
    """`host` without brackets, as the resolver takes it; `name` as the Host field does."""

    tls: bool
    host: str
    port: int
    name: str

    @classmethod
    def of(cls, address: str) -> Origin:
        """Of an http or https address. ValueError: it is none."""
        url = URL(address)
        if url.scheme not in ("http", "https") or url.raw_host is None or url.port is None:
            raise ValueError("not an http or https address")
        return cls(url.scheme == "https", url.raw_host, url.port, url.host_port_subcomponent or url.raw_host)


class Dialer:
    def __init__(self, origin: Origin, patience: float, tls: ssl.SSLContext | None = None) -> None:
        """`patience`: seconds for name, connection and handshake together. `tls`: instead of the system's trust."""
        self._origin = origin
        self._patience = patience
        self._tls = tls
        self._looking: asyncio.Task[Sequence[Any]] | None = None
        self._looked = float("-inf")

    def prepare(self) -> None:
        """Reads the certificates that this machine trusts, once."""
        if self._origin.tls and self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])

    async def dial(self, made: Callable[[], Connection]) -> Connection:
        """A connection that is ready for a request. ConnectFailed, ConnectTimedOut: there is none."""
        loop = asyncio.get_running_loop()
        host = self._origin.host if self._origin.tls else None
        failure: ConnectFailed | ConnectTimedOut
        try:
            async with asyncio.timeout(self._patience):
                found = await aiohappyeyeballs.start_connection(
                    await self._addresses(), happy_eyeballs_delay=HAPPY_EYEBALLS
                )
                try:
                    _, connection = await loop.create_connection(
                        made, sock=found, ssl=self._tls if host else None, server_hostname=host
                    )
                except BaseException:
                    found.close()
                    raise
                return connection
        except TimeoutError:
            failure = ConnectTimedOut()
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError is uvloop's; ValueError a refused name
            failure = ConnectFailed(type(error).__name__)
        self._looked = float("-inf")
        raise failure

    async def _addresses(self) -> Sequence[Any]:
        """One look-up for all who wait. OSError: the name is not known."""
        loop = asyncio.get_running_loop()
        stale = loop.time() - self._looked > NAMES_KEPT
        if self._looking is None or (self._looking.done() and stale):
            self._looked = loop.time()
            self._looking = loop.create_task(self._look_up())
        return await asyncio.shield(self._looking)

    async def _look_up(self) -> Sequence[Any]:
        loop = asyncio.get_running_loop()
        return await loop.getaddrinfo(self._origin.host, self._origin.port, type=socket.SOCK_STREAM)

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
