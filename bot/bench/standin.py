"""The measuring Telegram over HTTP, in a process of its own: `python -m bot.bench.standin`.

A hand-written HTTP/1.1 server, loopback only: a general one would take more of the machine than the bots that
are measured. Orders come as lines of JSON on standard input, each answered by one line on standard output;
it ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast

from bot.bench.telegram import FIRST_CHAT, OWNER, Answer, Telegram

_HEAD = re.compile(rb"^(?:POST|GET) /bot[^/ ]*/(\w+)[^ ]* HTTP", re.ASCII)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OFFSET = re.compile(rb'offset"?[=:] ?"?(\d+)')
POLL = 25.0
"""Seconds after which a long poll ends empty."""
Json = dict[str, Any]


class Connection(asyncio.Protocol):
    """One client's connection; its requests are answered in order."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._server.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while self._next():
            pass

    def _next(self) -> bool:
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._data[:end])
        length = _LENGTH.search(head)
        size = end + 4 + (int(length[1]) if length else 0)
        if len(self._data) < size:
            return False
        body = bytes(self._data[end + 4 : size])
        del self._data[:size]
        method = _HEAD.match(head)
        self._server.take(self, method[1].decode() if method else "", body)
        return True

    def answer(self, answer: Answer) -> None:
        if self._transport is None:
            return
        if not answer.code:
            self.cut()
            return
        kind = "text/html" if answer.html else "application/json"
        body = (answer.body if answer.html else json.dumps(answer.body)).encode()
        head = f"HTTP/1.1 {answer.code} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)

    def cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Server:
    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.connections: set[Connection] = set()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._poll: Connection | None = None
        self._asking: asyncio.TimerHandle | None = None
        self._last_question = 0
        self._refusal: tuple[tuple[str, ...], Answer] | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    def shut(self) -> None:
        """As a server that has died: nobody listens, and every connection breaks."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._poll = None
        for connection in list(self.connections):
            connection.cut()

    def take(self, connection: Connection, method: str, body: bytes) -> None:
        if self._refusal is not None and (not self._refusal[0] or method in self._refusal[0]):
            connection.answer(self._refusal[1])
            return
        if method == "getUpdates":
            self._polled(connection, body)
            return
        answer = self.telegram.call(method, body)
        wait = answer.delay + self.telegram.limits.latency
        if wait <= 0:
            connection.answer(answer)
            return
        self.telegram.in_flight += 1
        asyncio.get_running_loop().call_later(wait, self._answered, connection, answer)

    def _answered(self, connection: Connection, answer: Answer) -> None:
        self.telegram.in_flight -= 1
        connection.answer(answer)

    def _polled(self, connection: Connection, body: bytes) -> None:
        offset = _OFFSET.search(body)
        self.telegram.acknowledge(int(offset[1]) if offset else 0)
        short = re.search(rb'timeout"?[=:] ?"?0(?!\d)', body) is not None
        self._poll = connection
        if self.telegram.updates or short:
            self.deliver(connection)
        else:
            asyncio.get_running_loop().call_later(POLL, self.deliver, connection)

    def deliver(self, connection: Connection | None = None) -> None:
        """Ends the long poll with what there is."""
        poll = self._poll
        if poll is not None and connection in (None, poll):
            self._poll = None
            poll.answer(Answer(200, {"ok": True, "result": self.telegram.batch()}))

    # orders

    async def do(self, order: Json) -> Json:
        act: Callable[[Json], Any] = getattr(self, f"_do_{order.pop('do')}")
        given = act(order)
        return dict(await given if asyncio.iscoroutine(given) else given)

    def _do_limit(self, order: Json) -> Json:
        self.telegram.limit(**order)
        return {}

    def _do_faults(self, order: Json) -> Json:
        self.telegram.faults = {int(chat): list(names) for chat, names in order["chats"].items()}
        return {}

    def _do_summary(self, order: Json) -> Json:
        return self.telegram.summary()

    def _do_counts(self, order: Json) -> Json:
        """Of an audience of so many chats: who got nothing, and who got how many more than one."""
        counts, audience = self.telegram.counts, range(FIRST_CHAT, FIRST_CHAT + order["audience"])
        return {
            "missing": [chat for chat in audience if chat not in counts],
            "twice": {chat: count - 1 for chat, count in counts.items() if count > 1},
        }

    def _do_tally(self, order: Json) -> Json:
        """Chat -> messages so far, of those who got any."""
        return {"counts": dict(self.telegram.counts)}

    def _do_moments(self, order: Json) -> Json:
        return {
            "floods": list(self.telegram.floods),
            "waits": list(self.telegram.waits),
            "arrivals": list(self.telegram.arrivals) if order.get("arrivals") else [],
        }

    def _do_reset(self, order: Json) -> Json:
        """Forgets what arrived, and every question and fault; limits stay, and the bucket is full."""
        kept = self.telegram
        self.telegram = Telegram(kept.now, kept.username, kept.limits)
        return {}

    def _do_say(self, order: Json) -> Json:
        self.telegram.say(order["chat"], order["text"])
        self.deliver()
        return {"now": self.telegram.now()}

    def _do_put(self, order: Json) -> Json:
        """Updates as they are, each with a number of its own; `numbers`, in the same order."""
        numbers = [self.telegram.put(content) for content in order["updates"]]
        self.deliver()
        return {"numbers": numbers, "now": self.telegram.now()}

    def _do_watch(self, order: Json) -> Json:
        """Messages that hold these words are noted from now on."""
        self.telegram.watched = order["words"]
        return {}

    def _do_urgent(self, order: Json) -> Json:
        """Of each answer to an owner, as they came, the seconds since a poll was answered with the question, and how
        many messages to others came between; when the watched words came."""
        found, handed = self.telegram, defaultdict[int, list[tuple[float, int]]](list)
        for person, moment, others in found.handed.values():
            handed[person].append((moment, others))
        answers = [
            (handed[person].pop(0), moment, others) for person, moment, others in found.answered if handed[person]
        ]
        return {
            "waits": [there - moment for (moment, _), there, _ in answers],
            "ahead": [then - before for (_, before), _, then in answers],
            "watched": list(found.marked),
        }

    def _do_kept(self, order: Json) -> Json:
        """Numbers of the updates that the bot has not acknowledged."""
        return {"numbers": [update["update_id"] for update in self.telegram.updates]}

    def _do_press(self, order: Json) -> Json:
        pressed = self.telegram.press(order["label"], order.get("chat", OWNER))
        self.deliver()
        return {"pressed": pressed, "now": self.telegram.now()}

    def _do_owner(self, order: Json) -> Json:
        told = ("text", "chat", "message_id", "edited")
        return {"messages": [{name: seen.get(name, "") for name in told} for seen in self.telegram.owner]}

    def _do_ask(self, order: Json) -> Json:
        """A question every `every` seconds, each by another reader, until the next order to ask; 0 ends it."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        if order["every"]:
            self._ask(order["every"], order["text"])
        return {}

    def _ask(self, every: float, text: str) -> None:
        self._last_question += 1
        self.telegram.question(self._last_question, text)
        self.deliver()
        self._asking = asyncio.get_running_loop().call_later(every, self._ask, every, text)

    def _do_refuse(self, order: Json) -> Json:
        """Every call of these methods (none named: of all) is answered so from now on; no code: the connection is
        cut. A poll that waits is answered so too. Without a body: all is as usual again."""
        self._refusal = None
        if "body" in order:
            html = isinstance(order["body"], str)
            self._refusal = tuple(order.get("methods", ())), Answer(order["code"], order["body"], html=html)
            poll, named = self._poll, self._refusal[0]
            if poll is not None and (not named or "getUpdates" in named):
                self._poll = None
                poll.answer(self._refusal[1])
        return {}

    async def _do_down(self, order: Json) -> Json:
        self.shut()
        return {}

    async def _do_up(self, order: Json) -> Json:
        await self.open()
        return {}


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = Server(Telegram(time.monotonic))
    await server.open()
    orders = asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    say({"port": server.port})
    while line := await orders.readline():
        say(await server.do(json.loads(line)))
    server.shut()


def say(said: Json) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
