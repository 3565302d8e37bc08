"""The shell: one line and the right exit code for everything that stands in the way, never a traceback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import SHIPPED_LIBRARY
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "1234567890:" + "T" * 35


def dauys(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own, in an empty folder."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder), "COLUMNS": "200"}
    environment |= {f"DAUYS_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def no_one() -> str:
    """An address on this machine where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


def a_database(folder: Path) -> Path:
    """A data folder as a first start leaves it."""
    made = dauys(folder, "migrate", DATA=str(folder / "data"))
    assert made.returncode == 0, made.stderr
    return folder / "data"


def newer(folder: Path) -> dict[str, str]:
    data = a_database(folder)
    with sqlite3.connect(data / "dauys.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    return {"DATA": str(data)}


def without_key(folder: Path) -> dict[str, str]:
    data = a_database(folder)
    (data / "master.key").unlink()
    return {"DATA": str(data)}


def other_key(folder: Path) -> dict[str, str]:
    data = a_database(folder)
    (folder / "elsewhere").mkdir()
    other = a_database(folder / "elsewhere")
    shutil.copy(other / "master.key", data / "master.key")
    return {"DATA": str(data)}


def in_the_way(folder: Path) -> dict[str, str]:
    (folder / "file").write_text("x")
    return {"DATA": str(folder / "file" / "data")}


def broken_library(folder: Path) -> dict[str, str]:
    shutil.copytree(SHIPPED_LIBRARY, folder / "library")
    (folder / "library" / "cases" / "five-mothers.yaml").write_text("id: five-mothers\nkind: grp\n")
    return {"LIBRARY": str(folder / "library")}


FAULTS: list[tuple[str, Callable[[Path], dict[str, str]], str]] = [
    ("no token", lambda folder: {"TOKEN": ""}, "dauys try"),
    ("not a token", lambda folder: {"TOKEN": "nonsense"}, "DAUYS_TOKEN: not a bot token"),
    ("a newer database", newer, "later version"),
    ("a missing key", without_key, "bring the key back"),
    ("a wrong key", other_key, "not the key that the database was made with"),
    ("a folder that cannot be", in_the_way, "choose a writable folder"),
    ("nobody at the address", lambda folder: {"API_URL": no_one()}, "DAUYS_API_URL: no answer there"),
]


@pytest.mark.parametrize(("what", "prepare", "expected"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_run_refuses_with_one_line(
    tmp_path: Path, what: str, prepare: Callable[[Path], dict[str, str]], expected: str
) -> None:
    settings = {"TOKEN": TOKEN, "APPROVALS": "1", "API_URL": no_one()} | prepare(tmp_path)
    done = dauys(tmp_path, "run", **settings)
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert TOKEN not in done.stderr + done.stdout


def test_run_prints_what_check_prints(tmp_path: Path) -> None:
    settings = broken_library(tmp_path)
    run = dauys(tmp_path, "run", TOKEN=TOKEN, APPROVALS="1", **settings)
    check = dauys(tmp_path, "check", settings["LIBRARY"])
    assert run.returncode == check.returncode == 1
    faults = [line for line in check.stderr.splitlines() if "five-mothers.yaml:2:7" in line]
    assert len(faults) == 1
    assert faults[0] in run.stderr.splitlines()
    assert "Traceback" not in run.stderr


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = dauys(tmp_path, "try", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "--port 0 takes a free one" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("group", [(), ("bench",), ("audit",)], ids=str)
def test_each_line_of_the_help_is_whole(tmp_path: Path, group: tuple[str, ...]) -> None:
    said = dauys(tmp_path, *group, "--help").stdout.partition("Commands:")[2]
    assert said.strip()
    assert "..." not in said


def test_wrong_use_is_exit_2(tmp_path: Path) -> None:
    assert dauys(tmp_path, "no-such-command").returncode == 2
    assert dauys(tmp_path, "ask").returncode == 2
    assert dauys(tmp_path, "ask", "--lang", "xx", "Oksana Shevchuk").returncode == 2
    assert dauys(tmp_path, "try", "--port", "99999").returncode == 2


def test_check_ask_schema_doctor(tmp_path: Path) -> None:
    checked = dauys(tmp_path, "check")
    assert (checked.returncode, "no faults" in checked.stdout) == (0, True)
    asked = dauys(tmp_path, "ask", "Oksana", "Shevchuk", "--lang", "ru")
    assert asked.returncode == 0
    assert asked.stdout.startswith("Оксана Шевчук")
    assert dauys(tmp_path, "ask", "John Smith").returncode == 1
    schema = dauys(tmp_path, "schema", "--write", str(tmp_path / "schemas"))
    assert (schema.returncode, len(list((tmp_path / "schemas").iterdir()))) == (0, 5)
    examined = dauys(tmp_path, "doctor", TOKEN=TOKEN, API_URL=no_one())
    assert examined.returncode == 1
    for told in (
        "DAUYS_CONTACT is empty",
        "DAUYS_HELP is empty",
        "the key lies beside",
        "no answer",
        "shipped library",
    ):
        assert told in examined.stdout
    assert TOKEN not in examined.stdout


def test_check_release_fails_on_unreviewed_key_texts(tmp_path: Path) -> None:
    released = dauys(tmp_path, "check", "--release")
    assert released.returncode == 1
    for context in ("privacy", "stop", "no-record"):
        assert f"texts of {context} are not reviewed" in released.stderr


def test_try_answers_soon_stops_at_a_signal_and_leaves_nothing(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "bot", "try", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Open http://127.0.0.1:")
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert list(tmp_path.iterdir()) == []
