"""Subscribing and leaving are carried out although their handlers are broken; nothing else is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.handlers.context import Context
from tests.fakes.written import written
from tests.telegram.desk import rows
from tests.telegram.house import House, running, until

STOPPED = ("/stop", "/forget", "/STOP now")
FORWARDED = {"type": "hidden_user", "date": 0, "sender_user_name": "X"}


@pytest.fixture
def words() -> Iterator[io.StringIO]:
    with written() as stream:
        yield stream


def readers(house: House) -> int:
    return len(rows(house, "SELECT id FROM subscriber"))


async def _breaks(*_: Any, **__: Any) -> None:
    raise ValueError


async def handled(house: House, text: str = "", **more: Any) -> None:
    """A message, and until it and all before it was handled or dropped."""
    if text:
        house.sandbox.world.say(house.person(1).id, text)
        house.sandbox.world.updates[-1]["message"].update(more)
    await until(lambda: not house.sandbox.world.updates)


async def test_it_is_done_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_talks: None, words: io.StringIO
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data") as house:
        for text in STOPPED:
            await house.person(1).say("/start")
            with monkeypatch.context() as patch:
                patch.setattr(Context, "scene", _breaks)
                message, data = house.person(1).button("Subscribe to all")
                house.sandbox.world.press(house.person(1).id, message["message_id"], data)
                await handled(house)
                assert readers(house) == 1
                await handled(house, text, forward_origin=FORWARDED)
                await handled(house, f"x {text}")
                assert readers(house) == 1, "neither a forwarded command nor a text with one asks for anything"
                await handled(house, text)
                assert readers(house) == 0
    done = [line for line in words.getvalue().splitlines() if "was done all the same" in line]
    assert len(done) == 2 * len(STOPPED)
