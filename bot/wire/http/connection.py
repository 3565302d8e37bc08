"""One kept-alive connection: one request at a time, and its answer out of whatever pieces the network makes of it.

RFC 9112. A request goes out only after the answer to the one before: what was written and not answered is
uncertain, and a second request behind it would be too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from bot.wire.http.failures import AnswerTimedOut, AnswerTooLong, ConnectionLost, Failure, NotHttp

LONGEST_ANSWER = 1 << 20
"""Bytes of head and body; Telegram's answer to one message has a few thousand."""
_BODILESS = (204, 304)


class Exchange(Protocol):
    """One request, and where its answer goes. Exactly one of the two is called, once."""

    def answered(self, status: int, body: bytes) -> None: ...

    def failed(self, failure: Failure) -> None: ...


class Connection(asyncio.Protocol):
    """`freed` is called when an answer is complete and the connection can take another request; `lost` once, when
    it has ended. `since`: the loop's moment of its last sign of life."""

    def __init__(self, freed: Callable[[Connection], None], lost: Callable[[Connection], None]) -> None:
        self.since = 0.0
        self.asked_at = 0.0
        self._freed = freed
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._size = 0
        self._status = 0
        self._sized = self._until_end = False
        self._complete = False
        self._reusable = False
        self._body: list[bytes] = []

    @property
    def usable(self) -> bool:
        """Whether a request may be written: open, and idle."""
        return self._transport is not None and self._exchange is None and not self._transport.is_closing()

    def ask(self, request: bytes, exchange: Exchange) -> None:
        """Writes a request; only on a `usable` one."""
        assert self._transport is not None  # noqa: S101 - part of being usable
        self._exchange = exchange
        self._size = 0
        self.since = self.asked_at = self._loop.time()
        self._transport.write(request)

    def expire(self) -> None:
        """No answer came in time."""
        self._fail(AnswerTimedOut())

    def close(self) -> None:
        """At once; an answer that is still awaited is lost."""
        if self._transport is not None:
            self._transport.abort()

    # what the network does

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.since = self._loop.time()

    def data_received(self, data: bytes) -> None:
        if self._exchange is None:  # nobody asked: never to be taken for the next answer
            self.close()
            return
        self.since = self._loop.time()
        self._size += len(data)
        if self._size > LONGEST_ANSWER:
            self._fail(AnswerTooLong())
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._reusable = False
            if not self._complete:
                self._fail(NotHttp())
                return
        if self._complete:
            self._answer()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._reusable = False
        if self._exchange is not None and self._until_end and error is None:
            self._answer()
        self._fail(ConnectionLost())
        self._lost(self)
        del self._parser  # it holds this connection

    # what the parser finds

    def on_message_begin(self) -> None:
        if self._complete:
            self._reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(name) in (14, 17) and name.lower() in (b"content-length", b"transfer-encoding"):
            self._sized = True

    def on_headers_complete(self) -> None:
        if not self._complete:
            self._status = self._parser.get_status_code()
            self._until_end = not self._sized and self._status >= 200 and self._status not in _BODILESS

    def on_body(self, data: bytes) -> None:
        if not self._complete:
            self._body.append(data)

    def on_message_complete(self) -> None:
        if self._complete:
            return
        if self._status < 200:  # 100 Continue and its like come before the answer
            self._forget()
            return
        self._complete = True
        self._reusable = self._parser.should_keep_alive()

    # ends of an exchange

    def _forget(self) -> None:
        self._status = 0
        self._sized = self._until_end = self._complete = self._reusable = False
        self._body = []

    def _answer(self) -> None:
        exchange, self._exchange = self._exchange, None
        assert exchange is not None  # noqa: S101 - asked by both callers
        status, body, reusable = self._status, b"".join(self._body), self._reusable
        self._forget()
        exchange.answered(status, body)
        if reusable:
            self._freed(self)
        else:
            self.close()

    def _fail(self, failure: Failure) -> None:
        exchange, self._exchange = self._exchange, None
        self.close()
        if exchange is not None:
            exchange.failed(failure)
