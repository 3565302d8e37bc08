"""What Python itself would print: uncaught errors, warnings, tasks nobody awaited, a crash; in a process of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.safety.canary import ASKED, ROOT, SECRET
from tests.telegram.house import TOKEN

ID = 5550000101
SAID = f"{ASKED} {ID} {TOKEN}"
WAYS = {
    "an error that nobody catches": "fail()",
    "an error in a thread": "t = threading.Thread(target=fail); t.start(); t.join()",
    "an error in a finaliser": "Finalised()",
    "a warning": "warnings.simplefilter('always'); warnings.warn(SAID)",
    "a task that nobody awaited": "asyncio.run(unawaited()); gc.collect()",
    "a coroutine that nobody awaited": "warnings.simplefilter('always'); unawaited(); gc.collect()",
    "a callback of the loop": "asyncio.run(called())",
    "errors in a group": "asyncio.run(grouped())",
    "an error with a cause": "caused()",
    "faulthandler": "faulthandler.dump_traceback()",
    "a crash": "faulthandler.enable(); os.abort()",
}
PRELUDE = """
import asyncio, faulthandler, gc, logging, os, sys, threading, warnings
from bot.logs import configure
configure()
SAID = sys.argv[1]
def fail(): raise ValueError(SAID)
def caused():
    try: fail()
    except ValueError as error: raise KeyError(SAID) from error
class Finalised:
    def __del__(self): fail()
async def unawaited():
    async def inner(): fail()
    task = asyncio.create_task(inner(), name=SAID)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
async def called():
    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0.01)
async def grouped():
    async def inner(): fail()
    async with asyncio.TaskGroup() as group:
        group.create_task(inner(), name=SAID); group.create_task(inner())
"""


def run(code: str, folder: Path, prelude: str = PRELUDE) -> str:
    """Both outputs of a process that says marked things."""
    done = subprocess.run(
        [sys.executable, "-c", prelude + code, SAID], capture_output=True, text=True, cwd=folder, timeout=60,
        check=False, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_it_is_printed_and_yet_a_line(way: str, tmp_path: Path) -> None:
    said = run(WAYS[way], tmp_path)
    assert not [mark for mark in (ASKED, str(ID), SECRET) if mark in said], said
    assert said.strip(), "silence is no answer either"
    assert list(tmp_path.iterdir()) == [], "no core is left behind"


def test_without_the_precaution_it_would_be_printed(tmp_path: Path) -> None:
    assert ASKED in run(WAYS["an error that nobody catches"], tmp_path, PRELUDE.replace("configure()\n", "", 1))


def test_no_core_may_be_written(tmp_path: Path) -> None:
    assert "(0, " in run("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))", tmp_path)
    assert resource.RLIMIT_CORE is not None
    assert run("import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))", tmp_path).strip() == "0"


SETTINGS = {
    "a token that is none": {"DAUYS_TOKEN": SAID},
    "owners that are none": {"DAUYS_OWNERS": f"{ID},{ASKED}"},
    "a proxy that is none": {"DAUYS_PROXY": f"http://{ASKED}:{SECRET}@["},
    "a secret that is none": {"DAUYS_WEBHOOK_URL": "https://x.example", "DAUYS_WEBHOOK_SECRET": f"{ASKED} {SECRET}"},
    "an address with the token": {
        "DAUYS_WEBHOOK_URL": f"https://x.example/{SECRET}",
        "DAUYS_WEBHOOK_SECRET": ASKED * 3,
    },
    "nobody at the address": {"DAUYS_API_URL": "http://127.0.0.1:9"},
    "nobody at the proxy": {"DAUYS_PROXY": f"http://{ASKED}:{SECRET}@127.0.0.1:9"},
    "a database elsewhere": {"DAUYS_DATABASE": f"mysql://{ASKED}:{SECRET}@localhost/x"},
    "a database that is none": {"DAUYS_DATABASE": f"sqlite+aiosqlite:////nowhere/{SECRET}/x.db"},
    "a library that is none": {"DAUYS_LIBRARY": "/nowhere"},
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_refused_setting_is_not_repeated(what: str, tmp_path: Path) -> None:
    given = {"DAUYS_TOKEN": TOKEN, "DAUYS_OWNERS": str(ID), "DAUYS_DATA": str(tmp_path / "data")} | SETTINGS[what]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DAUYS_API_URL": "http://127.0.0.1:9", **given},
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert not [mark for mark in (ASKED, str(ID), SECRET) if mark in said], said
    assert "Traceback" not in said
    assert said.count("\n") <= 3
