"""What machines ask of a running bot: /healthz, /readyz, /metrics, over HTTP."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from bot import wire
from bot.config import HEALTH_PATHS, load_settings
from bot.control import NAME
from bot.health.meters import Arrivals
from bot.health.metrics import CAUSED, OURS
from bot.shell.healthcheck import look
from bot.wire.vitals import PASSED_ON
from storage.database import Database
from storage.errors import DiskFull
from tests.ports import free_port
from tests.telegram.house import TOKEN, House, Person, running, until

SECRET = "s" * 40
NUMBER = re.compile(r"(?<![\w.])[0-9]{6,}(?!\w)", re.ASCII)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data", listen=f"127.0.0.1:{free_port()}") as started:
        yield started


async def asked(house: House, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://{house.settings['listen']}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


async def counted(house: House, name: str, **labels: str) -> float:
    """A figure of /metrics, once the text is worked out anew."""
    found = dict[str, float]()

    async def look() -> bool:
        _, text = await asked(house, "/metrics")
        found.update({named: value for named, given, value in samples(text) if named == name and given == labels})
        return name in found

    async with asyncio.timeout(8):
        while not await look():
            await asyncio.sleep(0.2)
    return found[name]


async def test_a_bot_that_is_well_says_so(house: House) -> None:
    assert await asked(house, "/healthz") == (200, "ok engine\n")
    status, text = await asked(house, "/readyz")
    assert status == 200
    assert text.splitlines() == ["ok engine", "ok database", "ok key", "ok updates", "ok sending"]
    assert await counted(house, "dauys_check_good", check="database") == 1


async def test_each_fault_is_one_line_that_says_what_to_do(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.health.checks.WRITE_FRESH", 0.0)
    monkeypatch.setattr("bot.inbound.OVERDUE", -1000.0)
    await house.stop()
    await house.start()
    key = house.data / "master.key"
    shutil.move(key, house.data / "away")

    def full(self: Database) -> None:
        raise DiskFull("the disk is full; free some space (a bot that runs goes on by itself)")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "begin", full)
        status, text = await asked(house, "/readyz")
    assert status == 503
    lines = dict(line.removeprefix("fail ").partition(": ")[::2] for line in text.splitlines() if "fail" in line)
    assert set(lines) == {"database", "key", "updates"}
    assert lines["database"].startswith("the disk is full; free some space")
    assert "its file is gone" in lines["key"]
    assert "Telegram has answered no poll" in lines["updates"]
    assert str(house.data) not in text
    assert TOKEN not in text
    assert (await asked(house, "/healthz"))[0] == 200, "a new start would not help"
    key.write_bytes(b"x" * 44)
    assert "fail key: its file does not open this database" in (await asked(house, "/readyz"))[1]
    shutil.move(house.data / "away", key)
    monkeypatch.setattr("bot.inbound.OVERDUE", 90.0)
    assert (await asked(house, "/readyz"))[0] == 200


async def checked(house: House, *, alive: bool = False) -> tuple[int, str]:
    """`dauys healthcheck`: its exit code and what it says."""
    console = Console(file=io.StringIO(), width=300)
    settings = load_settings(data=house.data)
    code = await look(settings, alive=alive, out=console, err=console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


async def test_healthcheck_is_one_line_and_an_exit_code(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await checked(house) == (0, "The bot is well.\n")
    assert await checked(house, alive=True) == (0, "The bot lives.\n")
    monkeypatch.setattr("bot.inbound.OVERDUE", -1000.0)
    code, said = await checked(house)
    assert code == 1
    assert re.fullmatch(r"The bot is not well: updates: Telegram has answered no poll for \d+ s; see the log\n", said)
    assert (await checked(house, alive=True))[0] == 0
    monkeypatch.setattr("bot.health.checks.STUCK", -1.0)
    code, said = await checked(house, alive=True)
    assert code == 1
    assert "engine: has not moved" in said
    assert "start the bot again" in said
    assert (await asked(house, "/healthz"))[0] == 503
    await house.stop()
    assert await checked(house) == (1, f"no bot runs in {house.data}; start it: dauys run\n")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(house.data / NAME))
    assert "left behind by a bot that has ended" in (await checked(house))[1]
    await house.start()


async def test_many_who_ask_cost_one_write(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = 0
    write = Database.begin

    def begin(self: Database) -> object:
        nonlocal writes
        writes += 1
        return write(self)

    monkeypatch.setattr(Database, "begin", begin)
    answers = await asyncio.gather(*(asked(house, "/readyz") for _ in range(50)))
    assert {status for status, _ in answers} == {200}
    assert writes <= 10, "the engine looks too, about once a second"


async def test_the_metrics_hold_no_id_no_text_and_no_single_person(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    await reader.say("a marked text of mine")
    assert await counted(house, "dauys_readers", status="active") == 0
    _, text = await asked(house, "/metrics")
    values = {(name, *sorted(labels.items())): value for name, labels, value in samples(text)}
    assert values["dauys_updates_total", ("outcome", "handled")] == 0
    assert values["dauys_gate_floods_total",] == 0
    assert values["dauys_answer_seconds_count",] == values["dauys_answer_seconds_sum",] == 0
    assert values["process_resident_memory_bytes",] > 1e6
    assert {name for name in ("dauys_build_info", "dauys_loop_delay_seconds_bucket") if name in text} != set()
    for secret in (str(reader.id), TOKEN, TOKEN.partition(":")[0], "marked"):
        assert secret not in text
    labels = {value for _, given, _ in samples(text) for value in given.values()}
    assert [label for label in labels if NUMBER.search(label)] == []


async def test_what_many_do_is_counted_in_tens(house: House, reader: Person) -> None:
    world = house.sandbox.world
    for number in range(12):
        world.say(world.add_person(f"R{number}", "en").id, "/help")
    await reader.handled()

    async def handled() -> float:
        return await counted(house, "dauys_updates_total", outcome="handled")

    async with asyncio.timeout(8):
        while await handled() != 10:
            await asyncio.sleep(0.2)
    assert await counted(house, "dauys_answer_seconds_count") == 10
    assert await counted(house, "dauys_answer_seconds_sum") > 0


async def test_each_fault_of_the_house_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm that waits for ten dropped updates would come too late."""
    monkeypatch.chdir(tmp_path)
    outcomes = dict.fromkeys(CAUSED, 19) | dict.fromkeys(OURS, 1)
    told = Arrivals(outcomes=outcomes, kinds={}, calls={}, in_hand=0, silent=0.0, alarms=0)
    monkeypatch.setattr("bot.inbound.Inbound.arrivals", lambda _: told)
    async with running(tmp_path / "data", listen=f"127.0.0.1:{free_port()}") as house:
        for word in CAUSED:
            assert await counted(house, "dauys_updates_total", outcome=word) == 10
        for word in OURS:
            assert await counted(house, "dauys_updates_total", outcome=word) == 1


def test_no_outcome_of_an_update_is_left_out() -> None:
    written = "".join(path.read_text("utf-8") for path in Path(wire.__file__).parent.glob("*.py"))
    counted_there = set(re.findall(r'(?<!webhook)\.counts\["([a-z]+)"\]', written))
    assert counted_there == {*CAUSED, *OURS}


async def test_answers_do_not_tell_what_serves_them(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        for path in (*HEALTH_PATHS, "/", "/hook"):
            async with session.get(f"http://{house.settings['listen']}{path}") as answer:
                assert not answer.headers.get("Server")


async def test_only_neighbours_who_come_straight_are_answered(house: House) -> None:
    for path in HEALTH_PATHS:
        for header in PASSED_ON:
            assert await asked(house, path, {header: "203.0.113.9"}) == (404, "")
        assert (await asked(house, path, method="POST"))[0] == 405
    assert (await asked(house, "/"))[0] == 404


async def test_they_stand_beside_the_webhook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listen = f"127.0.0.1:{free_port()}"
    hook = {"webhook_url": f"http://{listen}/hook", "webhook_secret": SECRET}
    async with running(tmp_path / "data", listen=listen, **hook) as house:
        assert (await asked(house, "/readyz"))[0] == 200
        assert (await asked(house, "/hook", method="POST"))[0] == 403
        assert await counted(house, "dauys_webhook_answers_total", status="403") == 0
        await until(lambda: house.sandbox.world.webhook)


async def test_slow_callers_keep_no_place(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wire.listen.IDLE", 0.5)
    host, _, port = house.settings["listen"].partition(":")
    slow = [await asyncio.open_connection(host, int(port)) for _ in range(20)]
    for _, writer in slow:
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert (await asked(house, "/readyz"))[0] == 200
    async with asyncio.timeout(8):
        assert [await reader.read() for reader, _ in slow] == [b""] * 20
    for _, writer in slow:
        writer.close()
