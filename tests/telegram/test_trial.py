"""`dauys try`: whoever opens its page can walk an alert from a draft to the other admin's approval and the reader."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from bot import trial
from bot.sandbox.server import Sandbox
from tests.telegram.house import PATIENCE, Person, until


async def test_a_newcomer_can_walk_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Sandbox] = []

    def kept(*arguments: Any, **more: Any) -> Sandbox:
        made.append(Sandbox(*arguments, **more))
        return made[0]

    monkeypatch.setattr(trial, "Sandbox", kept)
    ready = asyncio.Event()
    running = asyncio.create_task(trial.trial(0, {"undo": 0.0}, lambda _: ready.set()))
    await asyncio.wait_for(ready.wait(), PATIENCE)
    try:
        (sandbox,) = made
        reader, editor, colleague = (Person(sandbox, id_) for id_ in list(sandbox.world.people)[1:])
        await reader.say("/start")
        await reader.press("Subscribe to all")
        await editor.say("/start")
        sandbox.world.say(editor.id, "/alert Court on Monday.")
        await editor.sees("Above is exactly what readers will get.")
        await editor.press("Send now")
        assert "Ask for approval" in str(editor.button("Ask for approval"))
        await editor.press("Ask for approval")
        assert "1 person is asked to approve." in editor.text
        await until(lambda: colleague.seen())
        approve = next(one for one in colleague.seen() if "reply_markup" in one)
        await colleague.press_data(
            approve["message_id"], approve["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        )
        await reader.sees("Court on Monday.")
    finally:
        signal.raise_signal(signal.SIGTERM)  # its loop takes it for Ctrl-C
        await running
