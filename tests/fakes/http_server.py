"""A little HTTP server that does as it is told, good or bad, one told behaviour a request."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

JSON = b'{"ok":true,"result":{"message_id":9}}'


def sized(body: bytes = JSON, status: int = 200, more: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\n%bContent-Length: %d\r\n\r\n%b" % (status, more, len(body), body)


def chunked(body: bytes = JSON, each: int = 7) -> bytes:
    pieces = [body[at : at + each] for at in range(0, len(body), each)]
    rest = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + rest + b"0\r\n\r\n"


RESET = "reset"
"""The connection is reset, without an answer."""
SILENT = "silent"
"""Nothing comes, and the connection stays open."""
CLOSED = "closed"
"""The connection ends in order, without an answer."""
Told = bytes | str | tuple[bytes | str, ...]
"""Bytes are written; several things one after another, each in a packet of its own."""


class HttpServer:
    """`told`: what to do with each request in turn; then `usual`. `requests`: those that came whole."""

    def __init__(self) -> None:
        self.usual: Told = sized()
        self.told: deque[Told] = deque()
        self.greeting: Told = ()
        """Done with each connection before any request."""
        self.requests: list[bytes] = []
        self.connections = 0
        self.open = 0
        self.most = 0
        self.url = ""
        self.held = asyncio.Event()
        self.held.set()
        """Cleared: no request is answered before it is set."""
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        self._writers.add(writer)
        try:
            going = await self._do(writer, self.greeting)
            while going:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.requests.append(head + body)
                await self.held.wait()
                going = await self._do(writer, self.told.popleft() if self.told else self.usual)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            self._writers.discard(writer)
            writer.close()

    async def _do(self, writer: asyncio.StreamWriter, told: Told) -> bool:
        for what in told if isinstance(told, tuple) else (told,):
            if isinstance(what, bytes):
                writer.write(what)
                await writer.drain()
                await asyncio.sleep(0.002)
            elif what == RESET:
                writer.transport.abort()
                return False
            elif what == CLOSED:
                return False
            else:
                await asyncio.Event().wait()
        return True

    def hang_up(self) -> None:
        """Every connection ends, as of a server that thinks them idle."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def http_server(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[HttpServer]:
    made = HttpServer()
    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(made.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(begin, host, 0, ssl=tls)
    made.url = f"{'https' if tls else 'http'}://{host}:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
