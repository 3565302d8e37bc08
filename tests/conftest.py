"""Chromium: with it every test runs; without it the browser's tests are left out, which is said in one line."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import settings

from bot.handlers import panels
from bot.wire import flood, gate_chats

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""No test is red because the machine was busy."""
settings.register_profile("long", deadline=None, max_examples=2000)
"""`make bench`: for as long as it takes."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_left_out = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM is not None:
        return
    browser = [item for item in items if item.get_closest_marker("browser")]
    if browser and os.environ.get("REQUIRE_BROWSER"):
        raise pytest.UsageError("REQUIRE_BROWSER is set and there is no chromium; install Debian's package chromium")
    items[:] = [item for item in items if item not in browser]
    config.stash[_left_out] = len(browser)
    config.hook.pytest_deselected(items=browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count = config.stash.get(_left_out, 0)
    if count:
        terminalreporter.write_line(f"Left out: {count} tests of the chat page, which need Debian's package chromium.")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests start without any DAUYS_ variable that happens to be set, and with the library as the bot sets it."""
    for name in [name for name in os.environ if name.startswith("DAUYS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def quick_talks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message a second to a chat, as much from a person, an edit of a panel in three: their own tests hold that
    (`tests/unit/wire`, `test_panels.py`), and in talks it would be nine tenths of the time."""
    monkeypatch.setattr(gate_chats, "APART", 0.02)
    monkeypatch.setattr(flood, "REFILL", 40.0)
    monkeypatch.setattr(panels, "EVERY", 0.2)
