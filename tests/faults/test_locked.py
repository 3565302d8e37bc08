"""A database that nobody can read for a while: the running bot stays, says so once, and goes on by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import bot.app
from bot.handlers import panels, publish
from storage.drafts import PanelRows
from storage.errors import Locked
from tests.telegram.house import running, until


class Failing:
    """A call that raises so many times, and then does its work."""

    def __init__(self, work: Any, times: int) -> None:
        self.work, self.left, self.done = work, times, 0

    async def __call__(self, *arguments: Any) -> Any:
        if self.left:
            self.left -= 1
            raise Locked("another program holds the database; stop it")
        self.done += 1
        return await self.work(*arguments)


async def test_panels_and_news_outlast_a_locked_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live, offer = Failing(PanelRows.live, 3), Failing(publish.offer, 2)

    async def live_(rows: PanelRows) -> Any:
        return await live(rows)

    monkeypatch.setattr(PanelRows, "live", live_)
    monkeypatch.setattr(bot.app, "offer", offer)
    monkeypatch.setattr(bot.app, "NEWS_AGAIN", 0.01)
    monkeypatch.setattr(panels, "LOOK", 0.01)
    async with running(tmp_path / "data") as house:
        await until(lambda: live.done > 2 and offer.done)
        assert await house.person(1).say("/whoami")
    said = capsys.readouterr().out
    assert said.count("panels wait for the database") == 1
    assert said.count("new updates are offered later") == 2
    assert "Traceback" not in said
