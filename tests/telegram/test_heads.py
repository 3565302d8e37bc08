"""Once a day, over restarts, every admin is told the head of the log of what admins did: it is held elsewhere then."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from telegram import Bot
from telegram.error import TelegramError

from bot import app
from bot.config import load_settings
from bot.control import Refused
from bot.handlers import heads
from bot.handlers.context import Services
from bot.handlers.reply import send_with
from bot.shell.audit import verify
from storage.open import open_storage
from tests.telegram.desk import FIRST, SECOND, execute, rows
from tests.telegram.house import TOKEN, House, Person, running, until

DAY = 24 * 3600
SAID = "The log of what admins did"


class Clock:
    """What the whole bot takes for the time, over restarts."""

    now = 1_800_000_000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, build = Clock(), app.build_services

    def clocked(*given: Any) -> Services:
        services = build(*given)
        services.now = lambda: clock.now
        return services

    monkeypatch.setattr(app, "build_services", clocked)
    monkeypatch.setattr(heads, "LOOK", 0.02)
    return clock


@contextlib.asynccontextmanager
async def admins(data: Path, **settings: Any) -> AsyncIterator[tuple[House, Person, Person]]:
    async with running(data, owners=frozenset({FIRST, SECOND}), **settings) as house:
        house.sandbox.world.add_person("Second", "ru")
        first, second = house.person(2), house.person(3)
        for person in (first, second):
            await person.say("/start")
        await second.press("Русский")
        await until(lambda: told_at(house))
        yield house, first, second


def told_at(house: House) -> str:
    return str(dict(rows(house, "SELECT name, value FROM meta")).get(heads.TOLD, ""))


async def day_later(house: House, clock: Clock) -> None:
    """A day passes, and the bot has looked at the log."""
    before = told_at(house)
    clock.now += DAY
    await until(lambda: told_at(house) != before)


def told(person: Person, words: str = SAID) -> list[str]:
    return [message["text"] for message in person.seen() if words in message["text"]]


async def test_each_admin_is_told_quietly_in_their_language_once_a_day_when_something_was_done(
    tmp_path: Path, clock: Clock
) -> None:
    async with admins(tmp_path) as (house, first, second):
        await day_later(house, clock)
        assert not told(first), "nothing was done yet"
        await first.say("/halt")
        await asyncio.sleep(0.1)
        assert not told(first), "a day is not over"
        await day_later(house, clock)
        (english,) = told(first)
        (russian,) = told(second, "Журнал действий администраторов")
        assert "1 entry, the chain is whole." in english
        heard = re.findall(r"dauys audit verify --head (1:[0-9a-f]{16})$", english)
        assert heard == re.findall(r"--head (\S+)", russian)
        assert [message["silent"] for message in first.seen() if SAID in message["text"]] == [True]
        await day_later(house, clock)
        assert len(told(first)) == 1, "the head is the same"
        await house.stop()
        await first_action(house, first, clock)
        assert len(told(first)) == 1, "a restart is no new day"
        await day_later(house, clock)
        assert "2 entries" in told(first)[1]
        assert len(told(first)) == 2


async def first_action(house: House, person: Person, clock: Clock) -> None:
    clock.now += 60
    await house.start()
    await person.say("/resume")
    await asyncio.sleep(0.1)


async def test_a_head_that_an_admin_kept_convicts_a_log_that_was_written_anew(tmp_path: Path, clock: Clock) -> None:
    """By somebody who holds database, key and the head beside it: everything on the machine fits again."""
    async with admins(tmp_path) as (house, first, _):
        await first.say("/halt")
        await day_later(house, clock)
        head = told(first)[0].split()[-1]
        settings = load_settings(token=TOKEN, data=house.data, api_url=house.sandbox.bot_api)
        await verify(settings, head, Console(file=StringIO()), Console(file=StringIO()))
        await house.stop()
        await execute(house, "DELETE FROM audit")
        house.data.joinpath("master.key.audit").unlink()
        await house.start()
        await first.say("/resume")
        await verify(settings, "", Console(file=StringIO()), Console(file=StringIO()))
        with pytest.raises(Refused, match="the audit log lacks entry 1, which was written"):
            await verify(settings, head, Console(file=StringIO()), Console(file=StringIO()))


async def test_a_log_that_somebody_cut_is_told_aloud(tmp_path: Path, clock: Clock) -> None:
    async with admins(tmp_path) as (house, first, _):
        await first.say("/halt")
        await execute(house, "DELETE FROM audit")
        await day_later(house, clock)
        (said,) = told(first)
        assert "Entry 1 was written and is missing" in said
        assert not [message for message in first.seen() if message.get("silent")]


async def test_who_was_out_of_reach_is_told_later_and_the_others_once(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with admins(tmp_path) as (house, first, second):
        await first.say("/halt")
        send, out = send_with, [True]

        async def sometimes(bot: Any, person: int, view: Any) -> Any:
            if person == second.id and out[0]:
                raise TelegramError("out of reach")
            return await send(bot, person, view)

        monkeypatch.setattr(heads, "send_with", sometimes)
        before = told_at(house)
        clock.now += DAY
        await until(lambda: told(first))
        await asyncio.sleep(0.1)
        assert told_at(house) == before
        out[0] = False
        await until(lambda: told_at(house) != before)
        assert len(told(second, "Журнал")) == 1
        assert len(told(first)) == 1


async def test_who_blocked_the_bot_holds_nobody_up(tmp_path: Path, clock: Clock) -> None:
    async with admins(tmp_path) as (house, first, second):
        await first.say("/halt")
        house.sandbox.world.set_blocked(second.id, True)
        await day_later(house, clock)
        assert len(told(first)) == 1


async def test_only_who_leads_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "master.key", bot_id=1)
    monkeypatch.setattr(heads, "LOOK", 0.02)
    leads, services = asyncio.Event(), SimpleNamespace(storage=storage, now=lambda: Clock.now)

    async def leading() -> None:
        await leads.wait()

    task = asyncio.create_task(heads.Heads(cast(Services, services), cast(Bot, None), leading).run())
    await asyncio.sleep(0.1)
    assert await storage.meta.get(heads.TOLD) == ""
    leads.set()
    while not await storage.meta.get(heads.TOLD):
        await asyncio.sleep(0.01)
    task.cancel()
    await storage.close()
