"""Readers come and go, and as soon as somebody's /stop is answered every file is searched for their bytes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bot.bench.processes import Broken, Child, StandIn, stand_in
from bot.bench.telegram import FIRST_CHAT
from tests.bench.delivery.yard import Yard
from tests.bench.faults.kills import update as wish
from tests.bench.faults.lives import Bot, listens
from tests.bench.faults.rows import Seen

READERS = 400
AT_ONCE = 20
"""Beyond forty updates in hand people are asked to be patient."""
KILLED = 5
"""Every so many groups the bot is killed while it erases, and the next one ends it."""
PATIENCE = 60.0


def varint(number: int) -> bytes:
    """As SQLite writes a row's number."""
    number &= (1 << 64) - 1
    if number >> 56:
        low = [number & 0xFF]
        number >>= 8
        return bytes([*((number >> shift) & 0x7F | 0x80 for shift in range(49, -1, -7)), *low])
    groups = [(number >> shift) & 0x7F for shift in range(49, -1, -7)]
    while len(groups) > 1 and groups[0] == 0:
        del groups[0]
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])


def needles(chat: int, number: int, sealed: bytes) -> list[bytes]:
    """All forms in which somebody could be written down: chat, row, and the sealed chat."""
    forms = [str(chat).encode(), chat.to_bytes(8, "big"), chat.to_bytes(8, "little"), chat.to_bytes(6, "big")]
    return [*forms, sealed, str(number).encode(), number.to_bytes(8, "big", signed=True), varint(number)]


class Files:
    """Of a bot, its log among them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.searched = 0

    def found(self, needles: Iterable[bytes]) -> int:
        wanted, count = list(needles), 0
        for path in self._folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file():
                    content = path.read_bytes()
                    self.searched += len(content)
                    count += sum(needle in content for needle in wanted)
        return count

    def sealed(self, chats: Iterable[int]) -> dict[int, list[bytes]]:
        """The rows are not named by their chats: each newest row is somebody's, and all of them are searched for."""
        with contextlib.closing(sqlite3.connect(f"file:{self._folder}/data/dauys.sqlite3?mode=ro", uri=True)) as opened:
            rows = opened.execute("SELECT id, cid FROM subscriber ORDER BY id").fetchall()
        return {chat: needles(chat, number, cid) for chat, (number, cid) in zip(chats, rows, strict=True)}


async def left_over(yard: Yard) -> Seen:
    """In groups: all subscribe, all leave; the bot is killed in some of them."""
    groups = yard.many(READERS, 40) // AT_ONCE
    before = after = kills = 0
    with tempfile.TemporaryDirectory(prefix="dauys-erased-") as folder:
        bot, files = Bot(Path(folder), 0), Files(Path(folder))
        async with stand_in() as telegram:
            for group in range(groups):
                yard.say(f"group {group + 1} of {groups}: {after} found")
                chats = range(FIRST_CHAT + group * AT_ONCE, FIRST_CHAT + (group + 1) * AT_ONCE)
                async with bot.life(telegram.url) as child:
                    await listens(child)
                    await _handled(telegram, child, chats, enrol=True)
                    known = [form for forms in files.sealed(chats).values() for form in forms]
                    before += files.found(known)
                    if group % KILLED == 1:
                        await telegram.order("put", updates=[wish(chat, enrol=False) for chat in chats])
                        await asyncio.sleep(0.05 * (group % 4))
                        child.process.send_signal(signal.SIGKILL)
                        await child.process.wait()
                        kills += 1
                    else:
                        await _handled(telegram, child, chats, enrol=False)
                        after += files.found(known)
                        await child.end()
                if group % KILLED == 1:
                    async with bot.life(telegram.url) as child:
                        await listens(child)
                        await _acknowledged(telegram, child)
                        after += files.found(known)
                        await child.end()
                after += files.found(known)
    told = f"{groups * AT_ONCE} readers came and left, {kills} kills meanwhile, {files.searched >> 20} MiB searched: "
    return Seen(f"{told}{before} traces of the subscribed, {after} of the erased", before > 0 and not after)


async def _handled(telegram: StandIn, child: Child, chats: Iterable[int], *, enrol: bool) -> None:
    await telegram.order("put", updates=[wish(chat, enrol=enrol) for chat in chats])
    await _acknowledged(telegram, child)


async def _acknowledged(telegram: StandIn, child: Child) -> None:
    ends = time.monotonic() + PATIENCE
    while (await telegram.order("kept"))["numbers"]:
        if time.monotonic() > ends or not child.running:
            raise Broken("updates that are never acknowledged")
        await asyncio.sleep(0.02)
