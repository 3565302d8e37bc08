"""The library's requests over aiohttp, and a bot that never prints its token.

Telegram may hold a request up to 8 s before a 429, so answers are awaited for 15 s at least. Exceptions say
what kind of failure it was and nothing else: an address would hold the token. They are raised outside of
handlers, so that no library's exception hangs on them as context either.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp_socks import ProxyConnector
from telegram.error import InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from bot.wire.outcome import not_sent

READ_TIMEOUT = 20.0
CONNECT_TIMEOUT = 10.0
POOL_TIMEOUT = 10.0
WRITE_TIMEOUT = 20.0
UPLOAD_TIMEOUT = 120.0
KEEP_ALIVE = 30.0
"""Seconds; shorter than servers keep idle connections, or a request may die on a closing one."""
POOL = 128
LATENCY = 0.5
"""Seconds that an answer may take before the pool is what limits the rate."""
LEAST_POOL, MOST_POOL = 64, 512
_SECRET = re.compile(r"/bot([^/?#]+)")
UNSENT_HEADERS = ("User-Agent", "Accept", "Accept-Encoding")


class NotSent(NetworkError):
    """The request was surely not written: no connection was made."""


class PoolTimeout(TimedOut):
    """The request was surely not written: all connections stayed busy."""


def pool_size(rate: float) -> int:
    """Connections for so many messages a second; each is opened only when it is needed."""
    return min(MOST_POOL, max(LEAST_POOL, math.ceil(rate * LATENCY)))


def session(proxy: str | None, limit: int = POOL) -> aiohttp.ClientSession:
    """Connections to Telegram, straight or through an http, socks4 or socks5 proxy (names resolved there)."""
    connector: aiohttp.TCPConnector
    if proxy and proxy.startswith("socks"):
        address = proxy.replace("socks5h://", "socks5://", 1)
        connector = ProxyConnector.from_url(address, limit=limit, rdns=True, keepalive_timeout=KEEP_ALIVE)
    else:
        connector = aiohttp.TCPConnector(limit=limit, ttl_dns_cache=300, keepalive_timeout=KEEP_ALIVE)
    return aiohttp.ClientSession(
        connector=connector,
        proxy=proxy if proxy and proxy.startswith("http") else None,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=UNSENT_HEADERS,
    )


class AiohttpRequest(BaseRequest):
    """One pool for all calls of one bot. `limit`: connections at once, each poll takes one."""

    def __init__(self, proxy: str | None = None, *, limit: int = POOL, read_timeout: float = READ_TIMEOUT) -> None:
        self._proxy = proxy
        self._limit = limit
        self._read = read_timeout
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(limit)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(limit={self._limit})"

    @property
    def read_timeout(self) -> float:
        return self._read

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = session(self._proxy, self._limit)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """HTTP status and body. NotSent, PoolTimeout: not written. TimedOut, NetworkError: perhaps written."""
        if self._session is None or self._session.closed:
            raise RuntimeError("the transport is not initialised")
        files = request_data is not None and request_data.contains_files
        timeout = _timeout(
            _given(read_timeout, self._read),
            _given(write_timeout, UPLOAD_TIMEOUT if files else WRITE_TIMEOUT),
            _given(connect_timeout, CONNECT_TIMEOUT),
        )
        failure: TelegramError
        try:
            async with self._slot(_given(pool_timeout, POOL_TIMEOUT)):
                return await self._answer(method, url, request_data, timeout)
        except Exception as error:  # noqa: BLE001 - the library would print what it does not know, address and all
            failure = _failure(error)
        raise failure

    async def _answer(
        self, method: str, url: str, data: RequestData | None, timeout: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        assert self._session is not None  # noqa: S101 - asked by the only caller
        body = _body(data)
        async with self._session.request(
            method, url, data=body, timeout=timeout, allow_redirects=False, ssl=True
        ) as answer:
            return _sheltered(answer.status, await answer.read(), url)

    @contextlib.asynccontextmanager
    async def _slot(self, wait: float | None) -> AsyncIterator[None]:
        """One of the pool's connections is ours. PoolTimeout when none came free."""
        if self._free.locked():
            taken = False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    taken = await self._free.acquire()
            if not taken:
                raise PoolTimeout("all connections are busy; the request was not sent")
        else:
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Telegram's answer. NetworkError when it is none; what came instead is neither logged nor shown."""
        answer: Any = None
        with contextlib.suppress(ValueError, RecursionError):
            answer = json.loads(payload.decode("utf-8", "replace"))
        if not isinstance(answer, dict) or (answer.get("ok") and "result" not in answer):
            raise NetworkError("the answer is not Telegram's")
        return answer


def _given(value: Any, default: float) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


def _timeout(read: float | None, write: float | None, connect: float | None) -> aiohttp.ClientTimeout:
    parts = (read, write, connect)
    total = None if None in parts else sum(part for part in parts if part is not None)
    return aiohttp.ClientTimeout(total=total, sock_connect=connect, sock_read=read)


def _failure(error: Exception) -> TelegramError:
    """What the library is to know of a failed request."""
    if isinstance(error, TelegramError):
        return error
    kind = type(error).__name__
    if not_sent(error):
        return NotSent(f"no connection to Telegram ({kind})")
    if isinstance(error, TimeoutError):
        return TimedOut("no answer from Telegram in time")
    return NetworkError(f"the connection to Telegram failed ({kind})")


def _sheltered(status: int, payload: bytes, url: str) -> tuple[int, bytes]:
    """A refusal without the token; one that is not Telegram's, such as a proxy's page, becomes a plain 502,
    since such pages print addresses and a 404 of theirs would be taken for a wrong token."""
    if status in range(200, 300):
        return status, payload
    with contextlib.suppress(ValueError, RecursionError):
        if "ok" in json.loads(payload):
            secret = _SECRET.search(url)
            return status, payload.replace(secret[1].encode(), b"<token>") if secret else payload
    words = HTTPStatus(status).phrase if status in set(HTTPStatus) else "status"
    said = {"ok": False, "error_code": 502, "description": f"{words} ({status}), not from Telegram"}
    return 502, json.dumps(said).encode()


def _body(data: RequestData | None) -> Any:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


class SafeBot(ExtBot[None]):
    """Prints without its token, logs nothing below WARNING, and gives updates as Telegram's JSON."""

    _LOGGER = logging.getLogger("telegram.quiet")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._LOGGER.setLevel(logging.WARNING)
        super().__init__(*arguments, **named)

    def __repr__(self) -> str:
        return f"{type(self).__name__}[token=<hidden>]"

    async def initialize(self) -> None:
        """InvalidToken without the token in it."""
        refused = False
        try:
            await super().initialize()
        except InvalidToken:
            refused = True
        if refused:
            raise InvalidToken("Telegram refused the bot's token")

    async def raw_updates(self, offset: int, timeout: int, limit: int) -> list[dict[str, Any]]:
        """`getUpdates`, unparsed: one update that cannot be read must not hide the others."""
        from bot.wire.intake import ALLOWED

        data = {"offset": offset, "timeout": timeout, "limit": limit, "allowed_updates": list(ALLOWED)}
        updates: Any = await self._post("getUpdates", data, read_timeout=timeout + READ_TIMEOUT)
        return updates if isinstance(updates, list) else []
