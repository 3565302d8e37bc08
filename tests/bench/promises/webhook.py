"""Everything that may be sent to the webhook by who has no business there, all at once, beside honest calls."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.bench.processes import stand_in
from bot.bench.telegram import FIRST_CHAT, OWNER
from bot.wire.webhook import LARGEST, SECRET_HEADER, SLOWEST
from tests.bench.delivery.yard import Yard
from tests.bench.faults.flood import said
from tests.bench.faults.kills import update as wish
from tests.bench.faults.lives import Bot, listens, troubles, unclear
from tests.bench.faults.rows import Seen
from tests.ports import free_port

SECRET = "promised-" * 4
SLOW = 40
"""Bodies that come a byte a second and never end."""
MEMORY = 48.0
"""MiB that all of it may add."""
SOON = 2.0
"""Seconds within which an honest call is answered meanwhile; Telegram waits a minute."""


@dataclass
class Siege:
    url: str
    session: aiohttp.ClientSession
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    number: int = 900_000_000

    def numbered(self, content: dict[str, Any]) -> bytes:
        self.number += 1
        return json.dumps({"update_id": self.number, **content}).encode()

    async def call(self, kind: str, body: Any, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        status = 0
        data = io.BytesIO(body) if isinstance(body, bytes) else body
        with contextlib.suppress(aiohttp.ClientError):  # refused while it was still sending: the connection was cut
            async with self.session.post(self.url, data=data, headers=headers) as answer:
                status = answer.status
        self.statuses.setdefault(kind, Counter())[status] += 1
        return status

    async def many(self, kind: str, times: int, body: bytes, secret: str | None = SECRET) -> None:
        for _ in range(times):
            await self.call(kind, body, secret)

    async def honest(self, until: asyncio.Event) -> None:
        while not until.is_set():
            begun = time.monotonic()
            await self.call("honest", self.numbered(said(OWNER, "/whoami")))
            self.waits.append(time.monotonic() - begun)
            await asyncio.sleep(1.1)


async def dripping(seconds: float) -> AsyncIterator[bytes]:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        yield b"{"
        await asyncio.sleep(0.25)


async def besieged(yard: Yard) -> Seen:
    times = yard.many(1000, 40)
    with tempfile.TemporaryDirectory(prefix="dauys-webhook-") as folder:
        bot, port = Bot(Path(folder), 0), free_port()
        url = f"http://127.0.0.1:{port}/hook"
        bot.settings |= {"DAUYS_WEBHOOK_URL": url, "DAUYS_WEBHOOK_SECRET": SECRET, "DAUYS_LISTEN": f"127.0.0.1:{port}"}
        await bot.fill()
        async with stand_in() as telegram, bot.life(telegram.url) as child:
            await listens(child)
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                siege, over = Siege(url, session), asyncio.Event()
                assert await siege.call("first", siege.numbered(said(OWNER, "/whoami"))) == 200
                before = child.peak()
                honest = asyncio.create_task(siege.honest(over))
                await _attacks(yard, siege, times)
                over.set()
                await honest
            grown, lines = child.peak() - before, child.words()
            answers = (await telegram.order("tally"))["counts"]
            await child.end()
        async with bot.storage() as storage:
            readers = [chat for chat in range(FIRST_CHAT, FIRST_CHAT + 3) if await storage.subscribers.get(chat)]
    return _seen(siege, grown, readers, answers, [*unclear(lines), *troubles(lines)])


async def _attacks(yard: Yard, siege: Siege, times: int) -> None:
    """The first reader's call is forged, the second's is honest and comes again and again; the third never asked."""
    forged, replayed = (siege.numbered(wish(FIRST_CHAT + number, enrol=True)) for number in range(2))
    large = b'{"update_id": 1, "x": "' + b"x" * LARGEST + b'"}'
    wrong = (b"{", b"\xff\xfe{}", b"[]", b"[" * 100_000, b'{"update_id": "7"}', b'{"message": {}}')
    slow = SLOWEST + 5 if not yard.quick else 1.0
    await asyncio.gather(
        siege.many("no secret", times, forged, None),
        siege.many("wrong secret", times, forged, SECRET[:-1] + "x"),
        siege.many("replayed", times, replayed),
        siege.many("1 MB", times // 10, large),
        siege.many("1 MB, no secret", times // 10, large, None),
        *(siege.many("not an update", times // 6, body) for body in wrong),
        *(siege.call("slow body", dripping(slow)) for _ in range(yard.many(SLOW, 4))),
    )


REFUSED = {
    "no secret": {403}, "wrong secret": {403}, "replayed": {200}, "1 MB": {413, 0}, "1 MB, no secret": {403, 0},
    "not an update": {400}, "honest": {200}, "first": {200},
}  # fmt: skip
"""What each must be answered with; 0: the connection was cut."""


def _seen(siege: Siege, grown: float, readers: list[int], answers: dict[str, int], lines: list[str]) -> Seen:
    wrong = [
        f"{kind}: {dict(siege.statuses[kind])}" for kind, right in REFUSED.items() if set(siege.statuses[kind]) - right
    ]
    wrong += [f"slow body: {dict(siege.statuses['slow body'])}"] * bool(
        set(siege.statuses["slow body"]) - {408, 400, 0}
    )
    wrong += [f"{len(readers)} readers"] * (readers != [FIRST_CHAT + 1])
    wrong += [f"{answers} answers"] * (answers != {str(FIRST_CHAT + 1): 1})
    calls = Counter({kind: sum(found.values()) for kind, found in siege.statuses.items()})
    told = ", ".join(f"{number:,} {kind}" for kind, number in calls.items() if kind not in ("first", "honest"))
    told += f": all refused but the repeated one, whose effect is there once; {calls['honest']} honest calls answered "
    told += f"within {max(siege.waits):.2f} s meanwhile; memory +{grown:.0f} MiB; {len(lines)} lines logged"
    held = not wrong and grown <= MEMORY and not lines
    return Seen("; ".join([told, *wrong]), held)
