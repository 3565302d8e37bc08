"""The shell's line to a running bot: the real bot, the real socket, and what lies there when none runs."""

from __future__ import annotations

import io
import re
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.console import Console

from bot.config import Settings, load_settings
from bot.control import NAME, Control, Json, NotRunning, Refused, Tell, ask
from bot.orders import COMMANDS
from bot.sandbox.server import Sandbox
from bot.shell import status as shell
from bot.shell.order import order
from storage.lock import hold
from storage.open import open_storage
from storage.records import Topic
from tests.telegram.house import TOKEN, House, until

READERS = 12


@pytest.fixture
async def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Twelve readers who subscribed, and a bot that is allowed three messages a second."""
    monkeypatch.chdir(tmp_path)
    sandbox = Sandbox(TOKEN)
    await sandbox.start()
    house = House(sandbox, tmp_path / "data", {"rate": 3.0})
    readers = [sandbox.world.add_person(f"R{number}", "en") for number in range(READERS)]
    data, key = house.data, house.data / "master.key"
    storage = await open_storage(url=None, data=data, key_file=key, bot_id=sandbox.world.bot_id)
    for reader in readers:
        reader.started = True
        await storage.subscribers.subscribe(reader.id, "en", frozenset(Topic))
    await storage.close()
    await house.start()
    yield house
    await house.stop()
    await sandbox.stop()


def settings_of(house: House) -> Settings:
    return load_settings(token=TOKEN, data=house.data, api_url=house.sandbox.bot_api)


async def written(settings: Settings, what: str) -> str:
    out = Console(file=io.StringIO(), width=200)
    if what == "status":
        await shell.show_status(settings, watch=False, as_json=False, out=out, err=out)
    elif what == "halt":
        await shell.halt(settings, out, out)
    else:
        await shell.resume(settings, None, out, out)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


async def alerted(house: House) -> None:
    """The owner sends an alert; until the first reader has it."""
    owner = house.person(2)
    await owner.say("/alert Bring water.")
    await owner.press("Send now")
    await owner.press(f"Send to {READERS} readers")
    readers = [person for person in house.sandbox.world.people if person > owner.id]
    await until(lambda: any(house.sandbox.world.messages(reader) for reader in readers))


async def test_the_socket_is_for_its_user_alone_and_goes_with_the_bot(house: House) -> None:
    path = house.data / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (await ask(house.data, "status"))["pid"]
    await house.stop()
    assert not path.exists()
    with pytest.raises(NotRunning, match="no bot runs in"):
        await ask(house.data, "status")
    await house.start()


async def test_status_halt_and_resume_of_a_running_bot(slow: House) -> None:
    settings = settings_of(slow)
    assert "No broadcasts yet." in await written(settings, "status")
    await alerted(slow)
    said = await written(settings, "status")
    assert "12 readers: 12 en" in said
    assert re.search(r"#1\s+running .* 1?\d/12 sent", said)
    assert "Halted: 1 broadcast stands still." in await written(settings, "halt")
    said = await written(settings, "status")
    assert "HALTED: Halted at the shell." in said
    assert re.search(r"#1\s+paused ", said)
    assert "Goes on: #1." in await written(settings, "resume")
    assert re.search(r"#1\s+running ", await written(settings, "status"))


async def test_status_says_whether_broadcasts_are_paid(house: House) -> None:
    assert "paid" not in await written(settings_of(house), "status")
    await house.stop()
    house.settings |= {"paid": True, "paid_rate": 300.0}
    await house.start()
    said = await written(settings_of(house), "status")
    assert "Gate open, 300 messages a second of 300. Broadcasts are paid: 0.1 Stars for each message" in said


async def test_without_a_bot_the_shell_opens_the_database_itself(slow: House) -> None:
    settings = settings_of(slow)
    await alerted(slow)
    await slow.stop()
    assert "No bot runs." in await written(settings, "status")
    assert "1 broadcast stands still" in await written(settings, "halt")
    await slow.start()
    assert re.search(r"#1\s+paused ", await written(settings, "status"))
    assert "Goes on: #1." in await written(settings, "resume")


async def test_a_dead_socket_is_one_line_and_no_hindrance(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    await house.stop()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(house.data / NAME))
    said = await written(settings_of(house), "status")
    assert said.count("left behind by a bot that has ended") == 1
    assert "No bot runs." in said
    await house.start()
    assert (await ask(house.data, "status"))["pid"]


async def test_refusals_are_one_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    empty = load_settings(token=TOKEN, data=tmp_path / "none")
    with pytest.raises(Refused, match="there is no database; start one: dauys run"):
        await order(empty, "status", warn=print)
    assert not (tmp_path / "none").exists()
    data = tmp_path / "data"
    data.mkdir()
    (data / "dauys.sqlite3").touch()
    with pytest.raises(Refused, match="DAUYS_TOKEN is not set"):
        await order(load_settings(token="", data=data), "status", warn=print)
    with hold(data), pytest.raises(Refused, match="is starting or does not answer"):
        await order(load_settings(token=TOKEN, data=data), "status", warn=print)


async def test_what_a_command_says_and_how_it_breaks(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / "e"
    deep.mkdir(parents=True)

    async def count(fields: Json, tell: Tell) -> Json:
        for number in range(3):
            await tell({"done": number})
        return {"sum": fields["a"] + 1}

    async def refuse(fields: Json, tell: Tell) -> Json:
        raise Refused("not today")

    async def breaks(fields: Json, tell: Tell) -> Json:
        raise KeyError("5550000101 is a secret")

    heard: list[Json] = []
    async with Control(deep, {"count": count, "refuse": refuse, "breaks": breaks}):
        assert await ask(deep, "count", {"a": 1}, heard.append) == {"sum": 2}
        assert heard == [{"done": 0}, {"done": 1}, {"done": 2}]
        with pytest.raises(Refused, match=r"^not today$"):
            await ask(deep, "refuse")
        with pytest.raises(Refused, match=r"^breaks failed in the bot \(KeyError\); its log says where$"):
            await ask(deep, "breaks")
        with pytest.raises(Refused, match="of another version"):
            await ask(deep, "no-such-command")


def test_every_order_says_what_it_does() -> None:
    assert len(COMMANDS) >= 3
    assert [name for name, order_ in COMMANDS.items() if not order_.__doc__] == []
