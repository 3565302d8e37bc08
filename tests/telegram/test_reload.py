"""The library read again while the bot runs: whole or not at all, by chat, shell and signal."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.console import Console

from bot.config import load_settings
from bot.control import Refused
from bot.shell.reload import reload_library
from tests.telegram.house import TOKEN, House, Person, running
from tests.unit.content.folder import SOUND, edited, written

BERN = edited("people/ada.yaml", "Ada Lind,", "Bern Roth,")["people/ada.yaml"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "library", SOUND)


@pytest.fixture
async def house(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data", library=folder) as started:
        yield started


async def test_an_admin_reloads(house: House, owner: Person, reader: Person, folder: Path) -> None:
    assert "No record" in await reader.say("Bern Roth")
    written(folder, {"people/ada.yaml": BERN})
    assert "No record" in await reader.say("Bern Roth")
    assert "Read again: 7 records." in await owner.say("/reload")
    assert "Bern Roth" in await reader.say("Bern Roth")
    assert "No record" in await reader.say("Ada Quist")


async def test_a_faulty_library_leaves_the_old_one_serving_and_says_what_is_wrong(
    house: House, owner: Person, reader: Person, folder: Path
) -> None:
    written(folder, edited("cases/ada.yaml", "sources: [page]\nevents", "sources: [pgae]\nevents"))
    said = await owner.say("/reload")
    assert "Not taken: 1 fault." in said
    assert "cases/ada.yaml:11:15" in said
    assert "The library read before goes on serving." in said
    assert "Ada Lind" in await reader.say("Ada Lind")
    (folder / "cases" / "ada.yaml").unlink()
    (folder / "cases").rename(folder / "gone")
    assert "Not taken" in await owner.say("/reload")
    assert "Ada Lind" in await reader.say("Ada Lind")


async def test_the_shell_reloads(house: House, reader: Person, folder: Path) -> None:
    settings = load_settings(token=TOKEN, data=house.data, api_url=house.sandbox.bot_api)
    out = Console(file=io.StringIO(), width=200)
    written(folder, {"people/ada.yaml": BERN})
    await reload_library(settings, out, out)
    assert out.file.getvalue() == "Read again: 7 records.\n"  # type: ignore[attr-defined]
    assert "Bern Roth" in await reader.say("Bern Roth")
    written(folder, {"people/ada.yaml": b"id: ada\n\tx"})
    with pytest.raises(Refused, match=r"(?s)people/ada.yaml:2:1: .*goes on serving$"):
        await reload_library(settings, out, out)
    await house.stop()
    with pytest.raises(Refused, match=r"no bot runs in .*; dauys check checks it"):
        await reload_library(settings, out, out)
    written(folder, SOUND)
    await house.start()


async def test_sighup_reloads(house: House, reader: Person, folder: Path) -> None:
    written(folder, {"people/ada.yaml": BERN})
    os.kill(os.getpid(), signal.SIGHUP)
    for _ in range(40):
        await asyncio.sleep(0.05)
        if "Bern Roth" in await reader.say("Bern Roth"):
            return
    raise AssertionError("the library was not read again")


async def test_readers_may_not(house: House, reader: Person) -> None:
    assert "No such command" in await reader.say("/reload")
