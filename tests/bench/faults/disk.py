"""What a disk can do to the database, on the real file under the real bot."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator

from bot.bench.processes import Broken, Child, StandIn, started
from bot.bench.stage import TOKEN
from bot.control import ask
from tests.bench.delivery import troubles
from tests.bench.delivery.yard import Yard
from tests.bench.faults.lives import (
    PATIENCE,
    Bot,
    broadcast_meets,
    delivered,
    last,
    lasting,
    outcome,
    refused_start,
    set_up,
    unclear,
)
from tests.bench.faults.rows import STOPS, Row, Seen, seen_in
from tests.bench.faults.signals import pressed

NAME = "dauys.sqlite3"
SMALL = 6 * 1024
"""KiB of the disk that becomes full. When it is free again the write-ahead log must find room, which is written back
when it has grown to 4 MiB: on a disk that the log alone fills, the bot waits for more."""
SLOW = 2.0


async def locked_broadcast(yard: Yard) -> Seen:
    return seen_in(await troubles.locked(yard))


@contextlib.asynccontextmanager
async def killed(yard: Yard, readers: int = 60) -> AsyncIterator[tuple[Bot, StandIn]]:
    """A bot that was killed in the middle of a broadcast; its log was not written back."""
    async with set_up(readers) as (bot, telegram):
        await bot.approve()
        async with bot.life(telegram.url) as child:
            await delivered(child, telegram, 20)
            child.process.kill()
            await child.process.wait()
        yield bot, telegram


async def torn_log(yard: Yard) -> Seen:
    """What the log's lost end said was sent goes out again: known by the torn log alone, so not foreseen."""
    rounds, lost, twice, chance = yard.many(10, 1), 0, 0, yard.chance()
    for number in range(rounds):
        yard.say(f"log cut, round {number + 1} of {rounds}")
        async with killed(yard) as (bot, telegram):
            log = bot.data / f"{NAME}-wal"
            whole = log.read_bytes()
            log.write_bytes(whole[: chance.randrange(len(whole) // 2, len(whole))])
            lines = await bot.whole_life(telegram.url)
            if unclear(lines):
                raise Broken(unclear(lines)[0])
            counts = await telegram.order("counts", audience=bot.readers)
            lost += len(counts["missing"])
            twice = max(twice, sum(counts["twice"].values()))
    return Seen(f"{rounds} rounds: {lost} lost, at most {twice} repeated; each start goes on by itself", not lost)


async def damaged_page(yard: Yard) -> Seen:
    """Seen at the start; a backup brings all back."""
    async with set_up(60) as (bot, telegram):
        await shell(bot, "backup", str(bot.folder / "copy"))
        file = bot.data / NAME
        whole = bytearray(file.read_bytes())
        with contextlib.closing(sqlite3.connect(file)) as connection:
            page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'subscriber'").fetchone()[0]
        at = (page - 1) * 4096
        whole[at : at + 600] = b"\xa5" * 600
        file.write_bytes(whole)
        said = await refused_start(bot, telegram.url, "restore a backup")
        if file.read_bytes() != whole:
            raise Broken("the damaged file was written to")
        for part in bot.data.glob(f"{NAME}*"):
            part.rename(bot.folder / part.name)
        await shell(bot, "restore", str(bot.folder / "copy"))
        await bot.approve()
        await bot.whole_life(telegram.url)
        return await outcome(bot, telegram, [], "", extra=f"“{said}”; the backup was restored, and all were reached")


async def stale_log(yard: Yard) -> Seen:
    """The database file is lost, its log is not: restore refuses to put a backup beside it, and then works."""
    async with set_up(60) as (bot, telegram):
        await shell(bot, "backup", str(bot.folder / "copy"))
        await bot.approve()
        async with bot.life(telegram.url) as child:
            await delivered(child, telegram, 20)
            child.process.kill()
            await child.process.wait()
        (bot.data / NAME).unlink()
        said = await shell(bot, "restore", str(bot.folder / "copy"), code=1)
        if "move every dauys.sqlite3*" not in said:
            raise Broken(said)
        for part in bot.data.glob(f"{NAME}*"):
            part.unlink()
        await shell(bot, "restore", str(bot.folder / "copy"))
        await telegram.order("reset")
        await bot.approve()
        await bot.whole_life(telegram.url)
        said = said.replace(str(bot.data), "DAUYS_DATA")
        return await outcome(bot, telegram, [], "", extra=f"“{said}”; moved away, restored, and all were reached")


async def shell(bot: Bot, *command: str, code: int = 0) -> str:
    """A command of `dauys` on the bot's folder; what it said last."""
    environment = {"DAUYS_DATA": str(bot.data), "DAUYS_TOKEN": TOKEN, "PATH": "/usr/bin:/bin"}
    log = bot.folder / "shell.log"
    async with started([sys.executable, "-m", "bot", *command], log, environment) as child:
        await asyncio.wait_for(child.process.wait(), PATIENCE)
        if child.process.returncode != code or unclear(child.words()):
            raise Broken(f"dauys {command[0]}: exit {child.process.returncode}: {last(child)}")
        return last(child)


async def full_disk(yard: Yard) -> Seen:
    """In quick runs SQLite answers so by itself; at full length it is a disk of 6 MiB, which takes root to mount."""
    return await _flagged(yard, "full", "disk is full", filling) if yard.quick else await _filled(yard)


async def filling(bot: Bot, telegram: StandIn) -> None:
    """Somebody writes a draft, so that the file would have to grow."""
    await telegram.order("say", chat=8_000_000_001, text="/alert " + "Bring water. " * 250)


async def _filled(yard: Yard) -> Seen:
    async with set_up(200) as (bot, telegram):
        await bot.approve()
        async with small_disk(bot):
            async with bot.life(telegram.url) as child:
                await delivered(child, telegram, 10)
                ballast = bot.data / "ballast"
                with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))
                for _ in range(4):
                    await filling(bot, telegram)
                await asyncio.sleep(60)
                stood = (await telegram.order("summary"))["delivered"]
                ballast.unlink()
                await bot.until_ended(PATIENCE)
                await pressed(telegram, "Discard")
                lines = child.words()
                await child.end(patience=PATIENCE)
            told = f"a disk of {SMALL} KiB without a free byte for 60 s, {stood} of 200 sent by then"
            return await outcome(bot, telegram, lines, "disk", extra=told)


@contextlib.asynccontextmanager
async def small_disk(bot: Bot, *options: str) -> AsyncIterator[None]:
    """The bot's folder on a file system in memory of a fixed size. Broken: this user may not mount one."""
    kept = bot.folder / "kept"
    shutil.copytree(bot.data, kept, ignore=shutil.ignore_patterns("*.sock"))
    size = f"size={SMALL}k,mode=700"
    await _run("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(bot.data))
    try:
        shutil.copytree(kept, bot.data, dirs_exist_ok=True)
        yield
    finally:
        await _run("umount", "-l", str(bot.data))


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise Broken(f"{command[0]}: {said.decode().strip()}; this row takes root")


async def read_only(yard: Yard) -> Seen:
    async def nothing(bot: Bot, telegram: StandIn) -> None: ...

    return await _flagged(yard, "read-only", "cannot be written", nothing)


async def read_only_start(yard: Yard) -> Seen:
    async with set_up(5) as (bot, telegram):
        flag = bot.folder / "read-only"
        flag.touch()
        return Seen(await refused_start(bot, telegram.url, "cannot be written", "--read-only", str(flag)), held=True)


async def slow(yard: Yard) -> Seen:
    return await _flagged(yard, "slow", "the database is slow", _nothing, "--seconds", f"{SLOW:g}")


async def _nothing(bot: Bot, telegram: StandIn) -> None: ...


async def _flagged(yard: Yard, ill: str, words: str, then, *options: str) -> Seen:  # type: ignore[no-untyped-def]
    async def trouble(bot: Bot, telegram: StandIn, child: Child) -> None:
        flag = bot.folder / ill
        flag.touch()
        await then(bot, telegram)
        await lasting(child, yard.many(60, 2), words)
        flag.unlink()
        await ask(bot.data, "status")

    return await broadcast_meets(trouble, words, f"--{ill}", f"{{folder}}/{ill}", *options, readers=200)


ROWS = {
    "wal-torn": Row(
        "the write-ahead log is cut at a random place after kill -9 in a broadcast, 10 times",
        torn_log,
        "the bot starts and goes on; 0 lost; what the log no longer knows may be repeated",
    ),
    "page-damaged": Row(
        "a page of the database is overwritten", damaged_page, f"{STOPS}; a restored backup reaches everybody"
    ),
    "wal-stale": Row(
        "a backup is restored beside the log of a lost database",
        stale_log,
        "refused with one line, nothing mixed; then it works",
    ),
    "disk-full": Row("the disk is full for 60 s while a broadcast runs and a draft is written", full_disk),
    "read-only": Row("the database becomes read-only for 60 s while a broadcast runs", read_only),
    "read-only-start": Row("the database is read-only at the start", read_only_start, STOPS),
    "lock-broadcast": Row("another program holds the database for 30 s while a broadcast runs", locked_broadcast),
    "slow-fsync": Row("each commit takes 2 s for a minute while a broadcast runs", slow),
}
