"""Nothing to read in the logs: no tokens, no ids, no texts, in records or tracebacks."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure, places, redact

TOKEN = "123456789:" + "Ab-_9" * 7
CHAT = 5550001234
CANARY = "Zhanbota wrote this"


def _fail(error: Exception) -> None:
    raise error


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    configure()
    yield stream
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def test_our_own_lines_are_kept_and_redacted(written: io.StringIO) -> None:
    structlog.get_logger("bot.x").warning("a call failed", detail=f"https://h/bot{TOKEN}/x for {CHAT}")
    line = written.getvalue()
    assert "a call failed" in line
    assert TOKEN not in line
    assert str(CHAT) not in line


def test_a_traceback_says_where_but_not_what(written: io.StringIO) -> None:
    try:
        _fail(ValueError(f"{CANARY} {CHAT} {TOKEN}"))
    except ValueError:
        logging.getLogger("anything").exception("it broke for %s", CHAT)
        structlog.get_logger("bot.y").exception("it broke")
    text = written.getvalue()
    assert text.count("ValueError at test_logs.py:") == 2
    for secret in (CANARY, str(CHAT), TOKEN):
        assert secret not in text


def test_a_library_that_logs_a_whole_update_leaves_nothing(written: io.StringIO) -> None:
    logging.getLogger("telegram.ext.Application").critical("Update: %s", {"text": CANARY, "id": CHAT})
    logging.getLogger("telegram.ext.Updater").critical(f"Received {CANARY} of {CHAT}")
    text = written.getvalue()
    assert "Update:" in text
    assert "telegram.ext.Updater at test_logs.py:" in text
    assert CANARY not in text
    assert str(CHAT) not in text


def test_redaction_keeps_small_numbers_dates_and_places() -> None:
    kept = "2019-06-27 12:30 took 1204 readers at app.py:123"
    assert redact(kept) == kept
    assert redact(f"x {CHAT} y -100{CHAT}") == "x <number> y <number>"


def test_places_holds_no_message() -> None:
    with pytest.raises(KeyError) as caught:
        _fail(KeyError(CANARY))
    assert CANARY not in places(caught.value)
    assert places(caught.value).startswith("KeyError at test_logs.py:")
