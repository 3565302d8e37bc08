"""Panels of who watches: at most one edit in three seconds, the newest state only, the same for all, over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from telegram import Bot
from telegram.error import Forbidden, TelegramError

from bot.app import build_services
from bot.config import load_settings
from bot.handlers import panels, progress
from bot.handlers.context import Services
from bot.handlers.drafts import remember
from bot.handlers.panels import EVERY, Panels
from bot.handlers.progress import draw
from bot.views.scene import Scene
from bot.views.view import View
from bot.views.words import load_words
from bot.wire.payload import alert_payload
from storage.open import Storage, open_storage
from storage.records import Audience, Broadcast, BroadcastState, Delivery, DeliveryState, Panel, Result, Topic
from tests.telegram.house import TOKEN

OWNERS = (7001, 7002, 7003)
READERS = 40
BEGUN = 1_800_000_000.0


@pytest.fixture(autouse=True)
def _as_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "EVERY", EVERY)


@dataclass
class Telegram:
    """Takes edits; `held`: none is answered while it is unset."""

    now: float = BEGUN
    edits: list[tuple[float, int, int, str]] = field(default_factory=list)
    """Moment, chat, message, text."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    refused: dict[int, TelegramError] = field(default_factory=dict)

    async def edit_message_text(self, text: str, chat: int, message: int, *, api_kwargs: object) -> None:
        self.edits.append((self.now, chat, message, text))
        await self.held.wait()
        if chat in self.refused:
            raise self.refused[chat]

    def of(self, owner: int) -> list[tuple[float, str]]:
        return [(moment, text) for moment, chat, _, text in self.edits if chat == owner]


@dataclass
class Stage:
    """A broadcast of which a reader more is reached whenever `step` says so, and owners who watch it."""

    storage: Storage
    services: Services
    telegram: Telegram
    panels: Panels
    id: int = 0
    results: list[Result] = field(default_factory=list)

    async def begin(self) -> None:
        for chat in range(READERS):
            await self.storage.subscribers.subscribe(chat + 1, "en", frozenset(Topic))
        audience = Audience(frozenset({Topic.ALERTS}))
        self.id = await self.storage.broadcasts.draft(OWNERS[0], "", audience, BEGUN)
        payload = alert_payload(self.id, View("Court on Monday."), load_words(), "en")
        await self.storage.broadcasts.save_draft(self.id, payload=payload, audience=audience)
        await self.storage.broadcasts.approve(self.id, BEGUN, BEGUN)
        await self.storage.deliveries.set_state(self.id, BroadcastState.RUNNING, BEGUN)
        while await self.storage.deliveries.fan_out(self.id, 1000):
            pass
        for owner in OWNERS:
            await self.storage.panels.set(Panel(self.id, owner, 500 + owner, "en", "watch"))

    async def step(self, readers: int = 1) -> None:
        taken: list[Delivery] = list(await self.storage.deliveries.tick([], self.id, readers, self.telegram.now))
        results = [Result(self.id, one.subscriber, DeliveryState.SENT, message_id=1) for one in taken]
        await self.storage.deliveries.tick(results, None, 0, self.telegram.now)

    async def done(self) -> None:
        await self.step(READERS)
        await self.storage.deliveries.set_state(self.id, BroadcastState.DONE, self.telegram.now)

    async def drawing(self) -> asyncio.Task[None]:
        """A round over the panels, of which the first edit is on its way."""
        drawing = asyncio.create_task(self.panels.redraw())
        while not self.telegram.edits:
            await asyncio.sleep(0.005)
        return drawing

    def again(self) -> None:
        """The bot's process begins anew: nothing but the rows is left."""
        self.services = services_of(self.storage, self.telegram)
        self.panels = Panels(self.services, cast("Bot", self.telegram))


def services_of(storage: Storage, telegram: Telegram) -> Services:
    settings: dict[str, Any] = {"owners": frozenset(OWNERS), "data": "data"}
    services = build_services(load_settings(token=TOKEN, **settings), storage, frozenset())
    services.now = lambda: telegram.now
    return services


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    storage = await open_storage(url=None, data=data, key_file=data / "master.key", bot_id=int(TOKEN.partition(":")[0]))
    telegram = Telegram()
    telegram.held.set()
    services = services_of(storage, telegram)
    made = Stage(storage, services, telegram, Panels(services, cast("Bot", telegram)))
    await made.begin()
    yield made
    await storage.close()


async def test_at_most_one_edit_of_a_panel_in_three_seconds_and_the_last_one_is_the_end(stage: Stage) -> None:
    for number in range(60):
        stage.telegram.now += 0.5
        await (stage.step() if number < READERS - 1 else stage.done())
        await stage.panels.redraw()
    for owner in OWNERS:
        seen = stage.telegram.of(owner)
        moments = [moment for moment, _ in seen]
        assert len(moments) >= 6
        assert all(later - earlier >= EVERY for earlier, later in pairwise(moments))
        assert f"{READERS} of {READERS} delivered." in seen[-1][1]
    assert await stage.storage.panels.of(stage.id) == []


async def test_all_who_watch_see_the_same(stage: Stage) -> None:
    await stage.step(7)
    stage.telegram.now += EVERY
    await stage.panels.redraw()
    (told,) = {stage.telegram.of(owner)[-1][1] for owner in OWNERS}
    assert f"7 of {READERS} delivered." in told
    assert "▓▓░" in told


async def test_what_did_not_move_is_not_drawn_again(stage: Stage) -> None:
    for _ in range(5):
        stage.telegram.now += EVERY
        await stage.panels.redraw()
    assert len(stage.telegram.edits) == len(OWNERS)


async def test_after_a_restart_the_panels_are_right_at_once(stage: Stage) -> None:
    stage.telegram.now += EVERY
    await stage.panels.redraw()
    await stage.step(5)
    stage.again()
    await stage.panels.redraw()
    for owner in OWNERS:
        assert f"5 of {READERS} delivered." in stage.telegram.of(owner)[-1][1]
    assert {(chat, message) for _, chat, message, _ in stage.telegram.edits} == {(one, 500 + one) for one in OWNERS}


async def test_of_what_moved_while_an_edit_waited_only_the_newest_is_drawn(stage: Stage) -> None:
    stage.telegram.held.clear()
    stage.telegram.now += EVERY
    drawing = await stage.drawing()
    for _ in range(9):
        stage.telegram.now += 1
        await stage.step()
    stage.telegram.held.set()
    await drawing
    stage.telegram.now += EVERY
    await stage.panels.redraw()
    waited = stage.telegram.edits[0][1]
    first, others = stage.telegram.of(waited), stage.telegram.of(next(one for one in OWNERS if one != waited))
    assert [f"0 of {READERS}" in text for _, text in first] == [True, False]
    assert f"9 of {READERS} delivered." in first[-1][1]
    assert [f"9 of {READERS} delivered." in text for _, text in others] == [True]


async def test_what_a_handler_has_drawn_since_is_drawn_over(stage: Stage) -> None:
    """It may have been on its way for long, and show what was older: at the end it would stay for good."""
    stage.telegram.now += EVERY
    await stage.step(7)
    await stage.panels.redraw()
    stage.telegram.now += 1
    await remember(stage.services, stage.id, OWNERS[0], 500 + OWNERS[0], "en", "watch")
    stage.telegram.edits.clear()
    await stage.panels.redraw()
    assert stage.telegram.edits == []
    stage.telegram.now += EVERY
    await stage.panels.redraw()
    assert [chat for _, chat, _, _ in stage.telegram.edits] == [OWNERS[0]]
    stage.telegram.now += EVERY
    await stage.panels.redraw()
    assert len(stage.telegram.edits) == 1


async def test_a_handler_that_draws_while_an_edit_is_on_its_way_is_drawn_over_too(stage: Stage) -> None:
    stage.telegram.held.clear()
    await stage.done()
    stage.telegram.now += EVERY
    drawing = await stage.drawing()
    first = stage.telegram.edits[0][1]
    stage.telegram.now += 1
    await remember(stage.services, stage.id, first, 500 + first, "en", "watch")
    stage.telegram.held.set()
    await drawing
    for _ in range(2):
        stage.telegram.now += EVERY
        await stage.panels.redraw()
    assert len(stage.telegram.of(first)) == 2
    assert await stage.storage.panels.of(stage.id) == []


async def test_who_is_shown_a_new_panel_in_the_midst_of_a_round_has_that_one_drawn(stage: Stage) -> None:
    """The message that the round had found is gone: what was drawn there would count as shown."""
    stage.telegram.held.clear()
    await stage.done()
    stage.telegram.now += EVERY
    drawing = await stage.drawing()
    later = next(owner for owner in OWNERS if owner != stage.telegram.edits[0][1])
    await remember(stage.services, stage.id, later, 900, "en", "watch")
    stage.telegram.now += EVERY
    stage.telegram.held.set()
    await drawing
    assert [message for _, chat, message, _ in stage.telegram.edits if chat == later] == [900]


async def test_an_admin_who_has_blocked_the_bot_is_given_up_and_holds_nobody_up(stage: Stage) -> None:
    stage.telegram.refused[OWNERS[0]] = Forbidden("bot was blocked by the user")
    stage.telegram.now += EVERY
    await stage.panels.redraw()
    assert {one.person for one in await stage.storage.panels.of(stage.id)} == set(OWNERS[1:])
    await stage.done()
    stage.telegram.now += EVERY
    await stage.panels.redraw()
    assert len(stage.telegram.of(OWNERS[0])) == 1
    assert all(f"{READERS} of {READERS}" in stage.telegram.of(owner)[-1][1] for owner in OWNERS[1:])
    assert await stage.storage.panels.of(stage.id) == []


async def test_panels_live_however_many_came_after_and_however_the_clock_went_back(stage: Stage) -> None:
    for _ in range(30):
        later = await stage.storage.broadcasts.draft(OWNERS[0], "", Audience(), BEGUN)
        await stage.storage.broadcasts.approve(later, BEGUN + 9e6, BEGUN)
    await stage.panels.redraw()
    stage.telegram.now -= 3600
    await stage.step(5)
    await stage.panels.redraw()
    assert all(f"5 of {READERS}" in stage.telegram.of(owner)[-1][1] for owner in OWNERS)


async def test_a_panel_that_cannot_be_drawn_ends_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(services: Services, scene: Scene, broadcast: Broadcast, person: int) -> View:
        if person == OWNERS[0]:
            raise ValueError("a text of 5000 UTF-16 units")
        return await draw(services, scene, broadcast, person)

    monkeypatch.setattr(progress, "draw", broken)
    monkeypatch.setattr(panels, "LOOK", 0.01)
    stage.telegram.now += EVERY
    running = asyncio.create_task(stage.panels.run())
    async with asyncio.timeout(10):
        while {chat for _, chat, _, _ in stage.telegram.edits} != set(OWNERS[1:]):
            await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
