"""Each thing that `dauys doctor` looks at: the line it gives, and its grade."""

from __future__ import annotations

import io
import os
import resource
import socket
import sqlite3
from collections import namedtuple
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.config import load_settings
from bot.control import NAME, Control, Json, Tell
from bot.sandbox.server import Sandbox
from bot.shell.doctor import diagnose
from bot.shell.surroundings import filesystem, wal_reset_fixed
from storage.keys import make_master_key
from storage.open import open_storage
from tests.ports import free_port

TOKEN = "1234567890:" + "T" * 35
GOOD, WARNING, FAULT = "ok", "warning", "fault"
Usage = namedtuple("Usage", "total used free")
Settings = dict[str, Any]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    telegram = Sandbox(TOKEN)
    await telegram.start()
    yield telegram
    await telegram.stop()


@pytest.fixture
def well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Settings:
    """Settings of which nothing is to be said; each test spoils one thing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 10001)
    monkeypatch.setattr("bot.shell.surroundings.MOUNTS", tmp_path / "none")
    monkeypatch.setattr("resource.getrlimit", lambda what: (0, 0) if what == resource.RLIMIT_CORE else (4096, 4096))
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(1 << 40, 0, 1 << 36))
    monkeypatch.setattr("bot.shell.doctor.same_disk", lambda one, other: False)
    monkeypatch.setattr("bot.shell.doctor.SHIPPED_LIBRARY", tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "keys").mkdir(mode=0o700)
    return {
        "token": TOKEN,
        "owners": frozenset({5550000103}),
        "org": "Org",
        "site": "https://example.org",
        "contact": "desk@example.org",
        "help": "+1",
        "data": tmp_path / "data",
        "key_file": tmp_path / "keys" / "master.key",
        "api_url": sandbox.bot_api,
    }


async def told(settings: Settings) -> tuple[int, list[str]]:
    """Exit code, and the lines without the last, which counts them."""
    out = Console(file=io.StringIO(), width=400)
    code = await diagnose(load_settings(**settings), out)
    assert isinstance(out.file, io.StringIO)
    *lines, last = out.file.getvalue().splitlines()
    graded = {grade: sum(line.startswith(grade) for line in lines) for grade in (FAULT, WARNING)}
    assert last == ", ".join(f"{n or 'no'} {grade}{'' if n == 1 else 's'}" for grade, n in graded.items()) + "."
    assert TOKEN not in out.file.getvalue()
    return code, lines


async def opened(settings: Settings) -> None:
    """A data folder as a first start leaves it."""
    data, key = settings["data"], settings["key_file"]
    await (await open_storage(url=None, data=data, key_file=key, bot_id=1234567890)).close()


def only(lines: list[str], grade: str) -> list[str]:
    return [line.removeprefix(grade).strip() for line in lines if line.startswith(grade)]


async def test_nothing_is_said_of_a_house_that_is_well(well: Settings) -> None:
    await opened(well)
    code, lines = await told(well)
    assert (code, only(lines, WARNING), only(lines, FAULT)) == (0, [], [])
    assert [line for line in lines if "Telegram answers: the bot is @" in line] != []
    assert "opens with its key, schema current" in "\n".join(lines)


def shipped(well: Settings, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.shell.doctor.SHIPPED_LIBRARY", load_settings().library)


def little(mebibytes: int) -> Callable[[Settings, pytest.MonkeyPatch], None]:
    def spoil(well: Settings, patch: pytest.MonkeyPatch) -> None:
        patch.setattr("shutil.disk_usage", lambda path: Usage(1 << 40, 0, mebibytes << 20))

    return spoil


def network_disk(well: Settings, patch: pytest.MonkeyPatch) -> None:
    table = well["data"].parent / "mounts"
    table.write_text(f"1 0 0:1 / / rw - ext4 /dev/x rw\n2 1 0:2 / {well['data'].parent} rw shared:1 - nfs4 h:/x rw\n")
    patch.setattr("bot.shell.surroundings.MOUNTS", table)


def env_file(well: Settings, patch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"DAUYS_TOKEN={TOKEN}\n")
    Path(".env").chmod(0o644)


def token_file(well: Settings, patch: pytest.MonkeyPatch) -> None:
    Path("token").write_text(TOKEN)
    Path("token").chmod(0o644)
    patch.setenv("DAUYS_TOKEN_FILE", "token")


def limits(files: int, core: int) -> Callable[[Settings, pytest.MonkeyPatch], None]:
    def spoil(well: Settings, patch: pytest.MonkeyPatch) -> None:
        given = {resource.RLIMIT_NOFILE: files, resource.RLIMIT_CORE: core}
        patch.setattr("resource.getrlimit", lambda what: (given[what], -1))

    return spoil


def mode(name: str, bits: int) -> Callable[[Settings, pytest.MonkeyPatch], None]:
    def spoil(well: Settings, patch: pytest.MonkeyPatch) -> None:
        (well["data"].parent / name).chmod(bits)

    return spoil


def changed(**settings: object) -> Callable[[Settings, pytest.MonkeyPatch], None]:
    def spoil(well: Settings, patch: pytest.MonkeyPatch) -> None:
        well |= settings

    return spoil


def rotation(well: Settings, patch: pytest.MonkeyPatch) -> None:
    make_master_key(well["key_file"].with_name("master.key.next"))


def no_key(well: Settings, patch: pytest.MonkeyPatch) -> None:
    well["key_file"].unlink()


def revised(revision: str) -> Callable[[Settings, pytest.MonkeyPatch], None]:
    def spoil(well: Settings, patch: pytest.MonkeyPatch) -> None:
        with sqlite3.connect(well["data"] / "dauys.sqlite3") as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    return spoil


def dead_socket(well: Settings, patch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(well["data"] / NAME))
    (well["data"] / NAME).chmod(0o600)


def nobody(well: Settings, patch: pytest.MonkeyPatch) -> None:
    well["api_url"] = f"http://127.0.0.1:{free_port()}"


def unwritable(well: Settings, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("os.access", lambda path, how: Path(path) != well["data"])


def fixed_key_folder(well: Settings, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("os.access", lambda path, how: Path(path) != well["key_file"].parent)


SPOILT: list[tuple[str, Callable[[Settings, pytest.MonkeyPatch], None], str, str]] = [
    ("no owners", changed(owners=frozenset()), WARNING, "DAUYS_OWNERS is empty"),
    ("no contact", changed(contact=""), WARNING, "DAUYS_CONTACT is empty"),
    ("no help", changed(help=""), WARNING, "DAUYS_HELP is empty"),
    ("no organisation", changed(org=""), WARNING, "DAUYS_ORG or DAUYS_SITE is empty"),
    ("no site", changed(site=""), WARNING, "DAUYS_ORG or DAUYS_SITE is empty"),
    ("the shipped library", shipped, WARNING, "a real bot serves the shipped library"),
    ("no library", changed(library=Path("nowhere")), FAULT, "library: 1 fault"),
    ("no token", changed(token=""), FAULT, "DAUYS_TOKEN is not set"),
    ("nobody there", nobody, FAULT, "DAUYS_API_URL: no answer"),
    ("a folder for all", mode("data", 0o755), WARNING, "others may look into"),
    ("a database for all", mode("data/dauys.sqlite3", 0o640), FAULT, "others may read"),
    ("a key for all", mode("keys/master.key", 0o644), FAULT, "DAUYS_KEY_FILE: others may read"),
    ("a folder that is not ours", unwritable, FAULT, "cannot be written; make it writable for this user"),
    ("a rotation that has not ended", rotation, WARNING, "a key rotation has not ended"),
    ("no key", no_key, FAULT, "database: DAUYS_KEY_FILE: no key at"),
    ("a newer schema", revised("9999"), FAULT, "database: the database was written by a later version"),
    ("hardly any space", little(20), FAULT, "20 MiB are free; the bot could not store anything soon"),
    ("little space", little(200), WARNING, "200 MiB are free; 500 are better"),
    ("a network disk", network_disk, WARNING, "lies on a network disk (nfs4)"),
    ("an .env for all", env_file, FAULT, ".env: others may read it"),
    ("few files", limits(256, 0), WARNING, "only 256 files may be open at once"),
    ("core dumps", limits(4096, -1), WARNING, "a crash would write memory"),
    ("an open address", changed(listen="0.0.0.0:8080"), WARNING, "other machines can reach 0.0.0.0:8080"),
    (
        "a dead socket",
        dead_socket,
        WARNING,
        "left behind by a bot that has ended; nobody answers there; the next start",
    ),
    ("a key folder that is not ours", fixed_key_folder, WARNING, "make it writable, or a backup brings erased readers"),
]


@pytest.mark.parametrize(("what", "spoil", "grade", "expected"), SPOILT, ids=[row[0] for row in SPOILT])
async def test_what_is_wrong_is_one_line(
    well: Settings,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    spoil: Callable[[Settings, pytest.MonkeyPatch], None],
    grade: str,
    expected: str,
) -> None:
    await opened(well)
    spoil(well, monkeypatch)
    code, lines = await told(well)
    assert [line for line in only(lines, grade) if expected in line] != [], lines
    assert len(only(lines, WARNING) + only(lines, FAULT)) == 1, lines
    assert code == (grade == FAULT)


async def test_an_older_schema_is_told(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await opened(well)
    revised("0001")(well, monkeypatch)
    code, lines = await told(well)
    assert (code, "opens with its key; dauys migrate is due" in "\n".join(lines)) == (0, True)


async def test_the_token_s_file_for_all(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    token_file(well, monkeypatch)
    del well["token"]
    code, lines = await told(well)
    assert code == 1
    assert only(lines, FAULT) == [f"DAUYS_TOKEN_FILE: others may read {Path('token').resolve()}; run chmod 600 on it"]


async def test_a_key_beside_the_database_or_on_its_disk(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.shell.doctor.same_disk", lambda one, other: True)
    assert "lies on the same disk as the database" in only((await told(well))[1], WARNING)[0]
    well["key_file"] = None
    assert "the key lies beside the database" in only((await told(well))[1], WARNING)[0]


@pytest.mark.parametrize(
    ("ahead", "grade", "expected"),
    [
        (60, WARNING, "the clock is 0:01:0"),
        (-86400, FAULT, "behind Telegram's"),
        (86400, FAULT, "1 day, 0:00:0"),
    ],
)
async def test_the_clock_is_held_against_telegram_s(
    well: Settings, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, ahead: int, grade: str, expected: str
) -> None:
    from email.utils import parsedate_to_datetime as read

    monkeypatch.setattr("bot.wire.probe.parsedate_to_datetime", lambda given: read(given) - _seconds(ahead))
    code, lines = await told(well)
    assert code == (grade == FAULT)
    assert expected in only(lines, grade)[0]


def _seconds(count: int) -> Any:
    from datetime import timedelta

    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("ours", "expected"),
    [("", "dauys run removes it to poll; if you did not set it"), ("https://x.y/our", "dauys run replaces it; if you")],
)
async def test_a_strange_webhook(well: Settings, sandbox: Sandbox, ours: str, expected: str) -> None:
    sandbox.world.webhook = {"url": "https://elsewhere.example/hook", "allowed_updates": []}
    if ours:
        well |= {"webhook_url": ours, "webhook_secret": "s" * 40}
    lines = only((await told(well))[1], WARNING)
    assert len(lines) == 1
    assert expected in lines[0]
    if ours:
        sandbox.world.webhook["url"] = ours
        assert only((await told(well))[1], WARNING) == []


async def test_groups_that_may_add_the_bot(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.wire.probe import Probe

    async def probe(settings: object) -> Probe:
        return Probe("bot", groups=True, webhook="https://x.y/our", webhook_error="Connection refused")

    monkeypatch.setattr("bot.shell.doctor.probe", probe)
    well |= {"webhook_url": "https://x.y/our", "webhook_secret": "s" * 40}
    lines = only((await told(well))[1], WARNING)
    assert any("switch /setjoingroups off at @BotFather" in line for line in lines)
    assert any("last call of the webhook failed: Connection refused; look at the proxy" in line for line in lines)


async def test_a_bot_that_runs_here_is_asked(well: Settings) -> None:
    faults = ["updates: Telegram has answered no poll for 95 s; see the log"]

    async def health(fields: Json, tell: Tell) -> Json:
        return {"faults": faults}

    async with Control(well["data"], {"health": health}):
        assert only((await told(well))[1], WARNING) == [f"the running bot: {faults[0]}"]
        faults.clear()
        assert "a bot runs here, and is well" in "\n".join((await told(well))[1])
        (well["data"] / NAME).chmod(0o666)
        code, lines = await told(well)
        assert code == 1
        assert "others may command the bot through" in only(lines, FAULT)[0]


async def test_root_is_told_that_rights_mean_nothing(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert "this runs as root" in only((await told(well))[1], WARNING)[0]


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_which_sqlite_has_the_wal_reset_bug(version: tuple[int, ...], fixed: bool) -> None:
    assert wal_reset_fixed(version) is fixed


def test_an_old_sqlite_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.shell.surroundings import _versions

    assert "SQLite 3.34.1 is too old" in _versions((3, 34, 1)).text
    assert "no way in" in _versions((3, 40, 1)).text


def test_the_file_system_of_a_place() -> None:
    table = (
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "40 22 0:35 / /srv/my\\040data rw - cifs //host/share rw\n"
        "41 22 0:36 / /srv rw - xfs /dev/sdb rw\n"
    )
    assert filesystem(Path("/srv/my data/x"), table) == "cifs"
    assert filesystem(Path("/srv/other"), table) == "xfs"
    assert filesystem(Path("/var"), table) == "ext4"
    if os.path.exists("/proc/self/mountinfo"):
        assert filesystem(Path("/proc/self"), Path("/proc/self/mountinfo").read_text()) == "proc"
