"""Wires between a replica and what it talks to: they count, and cut at a chosen byte."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

Reach = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
CHUNK = 1 << 16


class Wire:
    """One listening port. `marks`: when a piece with the watched words went towards the far end. While `cuts` is
    more than 0, a connection is cut just after such a piece has been passed on, before its answer."""

    def __init__(self, reach: Reach, watched: bytes) -> None:
        self._reach, self._watched = reach, watched
        self.marks: list[float] = []
        self.cuts = 0
        self.cut = 0
        self.port = 0
        self.passed, self.severed = asyncio.Event(), asyncio.Event()
        """Set when such a piece went, and when a connection was cut behind it; whoever waits clears them first."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far: asyncio.StreamWriter | None = None
        try:
            answers, far = await self._reach()
            ways = {
                asyncio.ensure_future(self._there(reader, far)),
                asyncio.ensure_future(_back(answers, writer)),
            }
            _, open_ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in open_:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass
        finally:
            for end in (writer, far):
                if end is not None:
                    end.transport.abort()

    async def _there(self, reader: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
        while piece := await reader.read(CHUNK):
            found = self._watched in piece
            if found:
                self.marks.append(time.monotonic())
                self.passed.set()
            far.write(piece)
            await far.drain()
            if found and self.cuts > 0:
                self.cuts -= 1
                self.cut += 1
                self.severed.set()
                return


async def _back(answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await answers.read(CHUNK):
        writer.write(piece)
        await writer.drain()


@contextlib.asynccontextmanager
async def wire(reach: Reach, watched: bytes) -> AsyncIterator[Wire]:
    made = Wire(reach, watched)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def to_port(port: int) -> Reach:
    return lambda: asyncio.open_connection("127.0.0.1", port)


def to_socket(folder: str) -> Reach:
    """PostgreSQL's, in this folder."""
    return lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
