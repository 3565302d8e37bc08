"""Telegram's side of a webhook and a proxy behind it: people write, each update goes to the next replica in turn.

As Telegram does it, one chat's updates go out one after another, and one that was not answered with 200 comes again. A
part of them goes to two replicas at once, as after an answer that was lost on the way.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.bench.telegram import FIRST_ASKER
from bot.views.callback import Action, pack

SECRET = "bench-bench-bench-bench"  # noqa: S105 - of a measurement
AGAIN = 0.2
PATIENCE = 60.0
AT_ONCE = 48
"""Calls under way; Telegram is asked for 64."""
TWICE = 0.05
"""The part of updates that reach two replicas at once."""
SCRIPT = (Action.SUBSCRIBE_ALL, Action.UNSUBSCRIBE, Action.SUBSCRIBE_ALL, Action.UNSUBSCRIBE)
"""What each person presses, one after another: whatever is done twice or in another order leaves another trace."""


@dataclass
class Proxy:
    """`ports`: of the replicas that are there."""

    ports: list[int]
    waits: list[float] = field(default_factory=list)
    """Seconds from an update's first call until one of its calls was answered with 200."""
    again: int = 0
    """Calls that had to be repeated."""
    doubled: int = 0
    number: int = 900_000_000
    _turn: int = 0

    async def hand(self, content: dict[str, object], chance: random.Random) -> None:
        """Until it was taken. TimeoutError."""
        self.number += 1
        body = json.dumps({"update_id": self.number, **content}).encode()
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while True:
                calls = [self._call(body)]
                if chance.random() < TWICE:
                    self.doubled += 1
                    calls.append(self._call(body))
                if 200 in await asyncio.gather(*calls):
                    break
                self.again += 1
                await asyncio.sleep(AGAIN)
        self.waits.append(time.monotonic() - began)

    async def _call(self, body: bytes) -> int:
        """The status; 502 when the replica is not there."""
        self._turn += 1
        port = self.ports[self._turn % len(self.ports)]
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return 502
        try:
            head = (
                f"POST /hook HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nConnection: close\r\n"
                f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
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


async def crowd(proxy: Proxy, people: int, script: Sequence[Action], chance: random.Random) -> None:
    """Everybody presses through the script, as many at once as the webhook takes."""
    waiting = iter(range(FIRST_ASKER, FIRST_ASKER + people))

    async def worker() -> None:
        for chat in waiting:
            for number, action in enumerate(script):
                await proxy.hand(pressed(chat, action, 10 + number), chance)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
