"""A pool of kept-alive connections to one host. What is posted goes out on a free one, or on the next that is."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from bot.wire.http.connection import Connection
from bot.wire.http.dialer import Dialer
from bot.wire.http.failures import ConnectFailed, Failure, PoolBusy

T = TypeVar("T")
SWEEP = 0.5
"""Seconds between two looks at what has waited too long."""
LAST = 1.0
"""Seconds in which the ends of connections that we closed are awaited."""


class Post(Generic[T]):
    """One request and its future; fits a connection's `Exchange`."""

    __slots__ = ("_pool", "future", "request", "since")

    def __init__(self, pool: Pool[T], request: bytes, future: asyncio.Future[T], since: float) -> None:
        self._pool, self.request, self.future, self.since = pool, request, future, since

    def answered(self, status: int, body: bytes) -> None:
        if not self.future.done():
            self.future.set_result(self._pool.read(status, body))

    def failed(self, failure: Failure) -> None:
        if not self.future.done():
            self.future.set_result(self._pool.explain(failure))


class Pool(Generic[T]):
    """`read` makes of status and body what `post` gives, `explain` does so of a failure; neither may raise.

    Times in seconds: `wait` for a free connection, `silence` between two pieces of an answer, `longest` for all of
    it, `keep` an idle connection (shorter than servers keep theirs, or a request may die on a closing one).
    """

    def __init__(
        self,
        dialer: Dialer,
        limit: int,
        read: Callable[[int, bytes], T],
        explain: Callable[[Failure], T],
        *,
        wait: float,
        silence: float,
        longest: float,
        keep: float,
    ) -> None:
        self.read, self.explain = read, explain
        self._dialer, self._limit = dialer, limit
        self._wait, self._silence, self._longest, self._keep = wait, silence, longest, keep
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()
        self._waiting: deque[Post[T]] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._all)} of {self._limit} connections, {len(self._waiting)} waiting)"

    def post(self, request: bytes) -> asyncio.Future[T]:
        """Written at once, or as soon as a connection is free. Cancelling the future takes back nothing that was
        written."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        post = Post(self, request, future, loop.time())
        connection = self._free(post.since)
        if connection is not None:
            connection.ask(request, post)
        else:
            self._waiting.append(post)
            self._dial()
        if self._timer is None:
            self._timer = loop.call_later(SWEEP, self._sweep)
        return future

    def take_back(self, future: asyncio.Future[T]) -> bool:
        """Whether it still waits for a connection: then it is cancelled, and never written."""
        return any(post.future is future for post in self._waiting) and future.cancel()

    async def close(self) -> None:
        """Ends every connection; what has no answer yet will have none."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._limit = 0
        opening = list(self._opening)
        for task in opening:
            task.cancel()
        await asyncio.gather(*opening, return_exceptions=True)
        while self._waiting:
            self._waiting.popleft().failed(PoolBusy())
        for connection in list(self._all):
            connection.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await self._empty.wait()
        await self._dialer.close()

    def _free(self, now: float) -> Connection | None:
        """The one used last; those that were idle too long, or that the server has closed, are passed over."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and now - connection.since < self._keep:
                return connection
            connection.close()
        return None

    def _dial(self) -> None:
        """A new connection for each post that waits, as far as the limit goes."""
        loop = asyncio.get_running_loop()
        while len(self._opening) < min(len(self._waiting), self._limit - len(self._all)):
            task = loop.create_task(self._open())
            self._opening.add(task)

    async def _open(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of a task, which `_dial` made
        failure: Failure | None = None
        try:
            connection = await self._dialer.dial(lambda: Connection(self._freed, self._lost))
            if not connection.usable:
                failure = ConnectFailed("closed at once")
            else:
                self._all.add(connection)
                self._empty.clear()
                self._freed(connection)
        except Failure as error:
            failure = error
        finally:
            self._opening.discard(task)
        if failure is not None and (post := self._next()) is not None:
            post.failed(failure)
        self._dial()

    def _next(self) -> Post[T] | None:
        """Whoever has waited longest; those that were cancelled are passed over."""
        while self._waiting:
            post = self._waiting.popleft()
            if not post.future.done():
                return post
        return None

    def _freed(self, connection: Connection) -> None:
        post = self._next() if connection.usable else None
        if post is not None:
            connection.ask(post.request, post)
        elif connection.usable:
            self._idle.append(connection)

    def _lost(self, connection: Connection) -> None:
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if not self._all:
            self._empty.set()
        self._dial()

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        idle = set(self._idle)
        for connection in list(self._all):
            if connection in idle:
                if now - connection.since >= self._keep:
                    connection.close()
            elif now - connection.since >= self._silence or now - connection.asked_at >= self._longest:
                connection.expire()
        while self._waiting and now - self._waiting[0].since >= self._wait:
            self._waiting.popleft().failed(PoolBusy())
        busy = self._all or self._waiting or self._opening
        self._timer = loop.call_later(SWEEP, self._sweep) if busy else None
