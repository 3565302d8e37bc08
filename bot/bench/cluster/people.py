"""Telegram's side of a webhook and a proxy behind it: people write, each update goes to the next replica in turn.

As Telegram does it, one chat's updates go out one after another, and one that was not answered with 200 comes again. A
part of them comes twice, as after an answer that was lost on the way.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.views.callback import Action, pack

SECRET = "bench-bench-bench-bench"  # noqa: S105 - of a measurement
AGAIN = 0.2
PATIENCE = 60.0
AT_ONCE = 48
"""Calls under way; Telegram is asked for 64."""
TWICE = 0.05
"""The part of updates that come twice."""
LATE = 0.3
"""Seconds after which the second one comes at most: perhaps while the next one is in hand."""
HOOK = {
    "DAUYS_WEBHOOK_URL": "https://bench.invalid/hook",
    "DAUYS_WEBHOOK_SECRET": SECRET,
}
"""Settings of a replica to which all this comes."""


@dataclass
class Proxy:
    """`ports`: of the replicas. One that takes no connection is passed over, as proxies do."""

    ports: list[int]
    chance: random.Random
    waits: list[float] = field(default_factory=list)
    """Seconds from an update's first call until one of its calls was answered with 200."""
    again: int = 0
    """Calls that had to be repeated."""
    doubled: int = 0
    number: int = 900_000_000
    _turn: int = 0
    _late: set[asyncio.Task[int]] = field(default_factory=set)

    async def hand(self, content: dict[str, object]) -> None:
        """Until it was taken. TimeoutError."""
        self.number += 1
        body = json.dumps({"update_id": self.number, **content}).encode()
        began = time.monotonic()
        if self.chance.random() < TWICE:
            self.doubled += 1
            self._late.add(asyncio.create_task(self._repeated(body)))
        async with asyncio.timeout(PATIENCE):
            while await self._call(body) != 200:
                self.again += 1
                await asyncio.sleep(AGAIN)
        self.waits.append(time.monotonic() - began)

    async def end(self) -> None:
        """The last repeats are over."""
        await asyncio.gather(*self._late)

    async def _repeated(self, body: bytes) -> int:
        await asyncio.sleep(self.chance.uniform(0.0, LATE))
        return await self._call(body)

    async def _call(self, body: bytes) -> int:
        """The status; 502 when there is none."""
        for _ in self.ports:
            self._turn += 1
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[self._turn % len(self.ports)])
            except OSError:
                continue
            return await _posted(reader, writer, body)
        return 502


async def _posted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> int:
    head = (
        f"POST /hook HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        writer.write(head.encode() + body)
        line = await reader.readline()
        return int(line.split()[1]) if line else 502
    except (OSError, IndexError, ValueError):
        return 502
    finally:
        writer.transport.abort()


def pressed(chat: int, action: Action, number: int) -> dict[str, object]:
    """A button under an old message of the bot's."""
    person = {"id": chat, "is_bot": False, "first_name": "R", "language_code": "en"}
    place = {"id": chat, "type": "private", "first_name": "R"}
    message = {"message_id": number, "date": int(time.time()), "chat": place, "text": "-"}
    data = pack("en", action)
    query = {"id": str(number), "from": person, "chat_instance": "1", "data": data, "message": message}
    return {"callback_query": query}


def asked(chat: int, text: str, number: int) -> dict[str, object]:
    person = {"id": chat, "is_bot": False, "first_name": "R", "language_code": "en"}
    place = {"id": chat, "type": "private", "first_name": "R"}
    return {"message": {"message_id": number, "date": int(time.time()), "chat": place, "from": person, "text": text}}


async def crowd(proxy: Proxy, chats: Sequence[int], actions: Sequence[Action]) -> None:
    """Everybody presses these, one after another, as many people at once as the webhook takes."""
    waiting = iter(chats)

    async def worker() -> None:
        for chat in waiting:
            for number, action in enumerate(actions):
                await proxy.hand(pressed(chat, action, 10 + number))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
