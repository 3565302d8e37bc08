"""A broadcast that stops by itself is told aloud: a new message, with its buttons, to whoever sent or watches it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import AsyncMock

import pytest
from telegram import Bot

from bot.handlers import progress, stops
from bot.handlers.context import Services
from bot.handlers.progress import draw
from bot.views.scene import Scene
from bot.views.view import View
from storage.records import Broadcast, BroadcastState
from tests.telegram.desk import TEXT, drafted, execute, states, subscribed, times, two_owners
from tests.telegram.house import House, Person, until
from tests.telegram.test_panels import BEGUN, OWNERS, Stage, stage

__all__ = ["stage"]

LATE = "It was to go out 26 h ago, and the bot could not."
REFUSED = "Telegram refuses the content: "


def told(person: Person, words: str) -> list[str]:
    return [message["text"] for message in person.seen() if "Paused" in message["text"] and words in message["text"]]


async def rings(person: Person, old: int, words: str) -> None:
    """A new message says it, since an edit rings nowhere; the panel that was there before goes."""
    await until(lambda: person.last["message_id"] > old and words in person.text)
    await until(lambda: old not in [message["message_id"] for message in person.seen()])


async def scheduled_and_down(house: House, first: Person) -> None:
    """A message was to go out tomorrow; the bot ends, and the day passes."""
    await drafted(first)
    await first.press("Schedule")
    await first.press("Tomorrow at 09:00")
    await first.press("Send at that time")
    await first.press("Send to 1 reader")
    assert states(house) == ["approved"]
    await house.stop()
    await execute(house, "UPDATE broadcast SET start_at = strftime('%s', 'now') - 26 * 3600")


async def test_a_message_of_yesterday_waits_for_the_editor_and_says_so(tmp_path: Path) -> None:
    async with two_owners(tmp_path, approvals="1") as (house, first, _):
        (reader,) = await subscribed(house, 0)
        await scheduled_and_down(house, first)
        last = first.last["message_id"]
        await house.start()
        await rings(first, last, LATE)
        await asyncio.sleep(0.3)
        assert (states(house), times(reader, TEXT)) == (["paused"], 0)
        assert len(told(first, LATE)) == 1
        await first.press("Resume")
        await first.sees("1 of 1 delivered.")
        assert (states(house), times(reader, TEXT)) == (["done"], 1)


async def test_a_refused_content_rings_at_the_writer_and_at_who_watches(tmp_path: Path) -> None:
    async with two_owners(tmp_path, approvals="1", undo=1.0) as (house, first, second):
        readers = await subscribed(house, 0, 1)
        for reader in readers:
            house.sandbox.trouble.play("entities", reader.id, 0)
        await drafted(first)
        await first.press("Send now")
        await first.press("Send to 2 readers")
        await second.say("/broadcasts")
        await second.press("№ 1")
        before = [person.last["message_id"] for person in (first, second)]
        for person, last in zip((first, second), before, strict=True):
            await rings(person, last, REFUSED)
            assert f"\n№ 1 · {TEXT}\n" in person.text, "it says which one"
        house.sandbox.trouble.clear()
        await second.press("Resume")
        for person in (first, second):
            await person.sees("2 of 2 delivered.")
        assert [len(told(person, REFUSED)) for person in (first, second)] == [0, 0], "that panel is the live one"


async def test_a_panel_that_cannot_be_drawn_holds_nobody_up_and_ends_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    async def broken(services: Services, scene: Scene, broadcast: Broadcast, person: int) -> View:
        return View("A" * 5000) if person == OWNERS[0] else await draw(services, scene, broadcast, person)

    async def sent(bot: object, person: int, view: View) -> SimpleNamespace:
        told.append(person)
        return SimpleNamespace(message_id=900)

    monkeypatch.setattr(progress, "draw", broken)
    monkeypatch.setattr(stops, "send_with", sent)
    bot = SimpleNamespace(delete_message=AsyncMock())
    await stage.storage.deliveries.set_state(stage.id, BroadcastState.PAUSED, BEGUN, f"{REFUSED}400")
    running = asyncio.create_task(stops.Stops(stage.services, cast("Bot", bot)).run())
    for _ in range(2):
        stage.services.watch.moved(stage.id, BroadcastState.PAUSED, f"{REFUSED}400")
    await until(lambda: told == [*OWNERS[1:], *OWNERS[1:]])
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_halt_rings_at_nobody(tmp_path: Path) -> None:
    async with two_owners(tmp_path, approvals="1", undo=1.0) as (house, first, second):
        await subscribed(house, 0)
        await drafted(first)
        await first.press("Send now")
        await first.press("Send to 1 reader")
        await second.say("/halt")
        await until(lambda: states(house) == ["paused"])
        await asyncio.sleep(0.5)
        assert len(told(first, "Halted in the chat.")) <= 1
        assert not told(second, "Halted in the chat.")
