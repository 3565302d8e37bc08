"""Nothing of a person is in any output: everything is driven with marked people and words, and all is searched."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from telegram.error import TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot import app
from bot.sandbox.faults import FAULTS, FLOODS
from bot.views import answers
from bot.views.callback import Action, pack
from tests.fakes.written import written
from tests.ports import free_port
from tests.safety.canary import ASKED, SECRET, Recorder, Seen, watched, words
from tests.safety.drive import OWNERS, Drive, handlers, registered, undriven
from tests.telegram.desk import execute
from tests.telegram.house import TOKEN, House, running, until
from tests.telegram.test_webhook import call, raw

DATA = "data"


@contextlib.asynccontextmanager
async def stage(folder: Path, patch: pytest.MonkeyPatch, **more: Any) -> AsyncIterator[tuple[House, Drive, Any]]:
    """A house whose insides can be reached."""
    built: list[Any] = []
    build = app.build_application

    def noted(services: Any) -> Any:
        built[:] = [services, build(services)]
        return built[1]

    patch.chdir(folder)
    patch.setattr(app, "build_application", noted)
    async with running(folder / DATA, **({"owners": OWNERS, "inline": True, "rate": 1000.0} | more)) as house:
        yield house, Drive(house, built[0]), built[1]


@contextlib.contextmanager
def noted(seen: Seen, capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """All that is written meanwhile, in the end; every library may say what it likes."""
    told: list[str] = []
    with written(verbose=True) as output:
        logging.getLogger().addHandler(Recorder(seen))
        levels = {name: logging.getLogger(name).level for name in list(logging.root.manager.loggerDict)}
        try:
            for name in levels:
                if not name.startswith("hypothesis"):
                    logging.getLogger(name).setLevel(logging.DEBUG)
            yield told
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
    said = capfd.readouterr()
    told += [output.getvalue(), said.out, said.err]


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / DATA).rglob("*") if path.is_file()]


def searched(seen: Seen, told: list[str], folder: Path) -> str:
    """How much was looked through."""
    written, kept = sum(map(len, told)), sum(path.stat().st_size for path in files(folder))
    return (
        f"{len(seen.called):,} functions driven; {len(seen.records):,} log records, {len(seen.exceptions)} kinds of "
        f"exceptions, {written >> 10:,} KiB of output, {kept >> 10:,} KiB of files searched for "
        f"{len(words(seen.ids))} marks: none found"
    )


async def test_everything_is_driven_and_nothing_of_a_person_comes_out(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    seen = Seen()
    with noted(seen, capfd) as told, watched(seen):
        listen = f"127.0.0.1:{free_port()}"
        async with stage(tmp_path, monkeypatch, listen=listen) as (_, drive, application):
            seen.ids = drive.ids
            await drive.all()
            health = [await asked(listen, path) for path in ("healthz", "readyz", "metrics")]
            live = seen.leaks(files=files(tmp_path))
    assert undriven(handlers() | registered(application), seen.called) == []
    assert len([path for path in files(tmp_path) if path.name.startswith(("dauys.sqlite3", "copy-"))]) >= 2
    assert live == {}, "while it runs, the write-ahead log beside the database"
    assert seen.leaks("".join(told + health), files(tmp_path)) == {}
    assert all(health)
    failed = [line for line in told[0].splitlines() if "a handler failed" in line]
    assert [line for line in failed if "BadRequest at" not in line] == [], "a chat that Telegram does not know is none"
    record_property("told", searched(seen, [*told, *health], tmp_path))


async def asked(listen: str, path: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://{listen}/{path}") as answer:
        return str(answer.headers) + await answer.text()


async def test_no_failure_tells_anything(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    """Telegram's refusals and broken lines, a handler that breaks, a table that is gone, updates that are none, and a
    Telegram that is down."""
    seen = Seen()
    with noted(seen, capfd) as told, watched(seen):
        async with stage(tmp_path, monkeypatch) as (house, drive, application):
            seen.ids = drive.ids
            await refused(drive, application)
            await unreadable(drive)
            await without_table(house, drive)
            kept = dict(seen.exceptions)
            await breaking(drive, monkeypatch)
            seen.exceptions = kept  # what the broken handler said is what the others must not repeat
            await house.sandbox.stop()
            await until(lambda: "Telegram cannot be reached" in " ".join(seen.records))
    assert seen.leaks("".join(told), files(tmp_path)) == {}
    record_property("told", f"every failure: {searched(seen, told, tmp_path)}")
    assert len(seen.exceptions) > 10
    for line in (
        "a handler failed",
        "update failed",
        "update dropped: its handler failed twice",
        "update dropped: it cannot be read",
        "update dropped: it is not shaped",
        "update waits: it cannot be stored",
    ):
        assert line in told[0]


async def refused(drive: Drive, application: Any) -> None:
    """Every answer that Telegram may give: to the bot's answers, and to calls and messages of a broadcast."""
    for name in FAULTS:
        if name not in FLOODS and name != "slow":
            drive.house.sandbox.trouble.play(name, None, 1)
            drive.world.say(drive.reader(), ASKED)
            await drive.handled()
    bot = application.bot
    for name in FAULTS:
        if name != "slow":
            drive.house.sandbox.trouble.play(name, None, 1)
            with contextlib.suppress(TelegramError):
                await bot.request.post(f"{bot.base_url}/sendMessage", _said(drive.reader()))
    drive.house.sandbox.trouble.clear()


def _said(chat: int) -> Any:
    return RequestData([RequestParameter("chat_id", chat, None), RequestParameter("text", ASKED, None)])


async def unreadable(drive: Drive) -> None:
    person = drive.world.people[drive.reader()].as_user()
    chat = {"id": person["id"], "type": "private"}
    for content in (
        {"message": ASKED},
        {"message": {"message_id": ASKED, "chat": chat, "from": person, "date": ASKED, "text": ASKED}},
        {"message": {"chat": chat, "from": person, "text": ASKED}},
        {"callback_query": {"from": person, "data": ASKED}},
        {"my_chat_member": {"chat": chat, "from": person}},
        {ASKED: {"chat": chat}},
        {"message": {"message_id": 7, "chat": chat, "from": person, "date": 7, "poll": {"question": ASKED}}},
    ):
        drive.raw(**content)
    await drive.handled()
    logging.getLogger("telegram.ext.Updater").critical(
        "Something went wrong processing the data received from Telegram. Received data was *not* processed! "
        "Received data was: %r", {"message": {"from": person, "text": ASKED}}, exc_info=ValueError(ASKED),
    )  # fmt: skip


async def without_table(house: House, drive: Drive) -> None:
    await execute(house, "ALTER TABLE subscriber RENAME TO away")
    for text in ("/start", "/stop", ASKED):
        drive.world.say(drive.reader(), text)
    await asyncio.sleep(0.5)
    await execute(house, "ALTER TABLE away RENAME TO subscriber")
    await drive.handled()


async def breaking(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler whose errors quote everything."""

    def breaks(*given: Any) -> Any:
        raise ValueError(f"{ASKED} {drive.ids[:3]} {TOKEN} {given!r}")

    with monkeypatch.context() as patch:
        patch.setattr(answers, "draw", breaks)
        patch.setattr(answers, "unknown_command", breaks)
        drive.world.say(drive.reader(), ASKED)
        drive.world.say(drive.reader(), f"/{ASKED}")
        drive.world.ask_inline(drive.reader(), ASKED)
        await drive.handled()


async def test_nothing_of_a_webhook_call_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    seen, port, secret = Seen(), free_port(), f"secret{ASKED}" * 2
    address = {"webhook_url": f"http://127.0.0.1:{port}/hook", "listen": f"127.0.0.1:{port}"}
    with noted(seen, capfd) as told, watched(seen):
        async with stage(tmp_path, monkeypatch, webhook_secret=secret, **address) as (house, drive, _):
            seen.ids = drive.ids
            for body in (
                ASKED.encode(),
                f'{{"update_id": "{ASKED}"}}'.encode(),
                b'{"update_id": 7, "%s": 1}',
                b"[" * 9999,
            ):
                assert await call(house, body, secret) in (200, 400)
                assert await call(house, body, ASKED) == 403
            for head in (f"{ASKED}\r\n\r\n", f"POST /{ASKED}{TOKEN} HTTP/9.9\r\n\r\n",
                         f"GET /{TOKEN} HTTP/1.1\r\n: \r\n\r\n",
                         f"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: {ASKED}\r\n\r\n"):  # fmt: skip
                await raw(house, head.encode())
            drive.world.say(drive.reader(), ASKED)
            await drive.handled()
    assert seen.leaks("".join(told), files(tmp_path)) == {}


LEAKS: dict[str, Callable[[Seen, Path], object]] = {
    "printed": lambda seen, folder: sys.stdout.write(f"{ASKED}\n"),
    "printed as an error": lambda seen, folder: sys.stderr.write(f"{seen.ids[0]}\n"),
    "logged by us": lambda seen, folder: logging.getLogger("bot.x").warning("of %s", ASKED),
    "logged in the event itself": lambda seen, folder: _event(ASKED),
    "logged as a field": lambda seen, folder: _event("said", text=[f"x{ASKED}"]),
    "in an error that was caught": lambda seen, folder: _caught(seen),
    "in a file": lambda seen, folder: (folder / DATA / "x").write_bytes(seen.ids[3].to_bytes(8, "big")),
    "in a file, the other way round": lambda seen, folder: (folder / DATA / "x").write_bytes(
        seen.ids[3].to_bytes(8, "little")
    ),
    "in a file, in words": lambda seen, folder: (folder / DATA / "x").write_text(f"bot{SECRET}"),
}
"""What the search must find: one of everything that it looks at."""


def _event(event: str, **more: Any) -> None:
    structlog.get_logger("bot.leak").warning(event, **more)


def _caught(seen: Seen) -> None:
    with watched(seen), contextlib.suppress(ValueError):
        pack("en", Action.CASE, f"no {ASKED}")


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    seen = Seen(ids=list(range(5550000101, 5550000120)))
    (tmp_path / DATA).mkdir()
    with noted(seen, capfd) as told:
        assert seen.leaks("".join(told), files(tmp_path)) == {}
        LEAKS[leak](seen, tmp_path)
    assert seen.leaks("".join(told), files(tmp_path)) != {}


def test_a_handler_that_is_not_driven_is_found() -> None:
    assert undriven(handlers(), set()) == sorted(handlers())
    assert len(handlers()) > 100
