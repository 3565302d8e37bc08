"""A storage that fails and answers in turns, as a full disk does: nothing is lost, and the log stays short."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import structlog

from bot.broadcast import patience
from bot.broadcast.patience import NotNow, Patience


async def answers() -> int:
    return 7


async def fails() -> int:
    raise OSError("full")


async def test_taking_turns_it_is_said_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("bot.broadcast.patience.time", SimpleNamespace(monotonic=lambda: now))
    told: list[str] = []
    asked = Patience(told.append)
    with structlog.testing.capture_logs() as lines:
        for _ in range(60):
            with pytest.raises(NotNow):
                await asked.ask(fails)
            assert asked.wait > 0
            assert await asked.ask(answers) == 7
            assert asked.wait == 0
            now += 2
        failed = [line["event"] for line in lines]
        assert failed == ["storage fails; nothing is lost, it is tried again"] * 2
        now += patience.QUIET
        assert await asked.ask(answers) == 7
        assert lines[-1]["event"] == "storage answers again"
    assert len(told) == 60
