"""Nothing to read in the logs: no tokens, no ids, no texts, in records or tracebacks."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import places, redact
from tests.fakes.written import written as of_the_bot

TOKEN = "123456789:" + "Ab-_9" * 7
CHAT = 5550001234
CANARY = "Zhanbota wrote this"


def _fail(error: Exception) -> None:
    raise error


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    with of_the_bot() as stream:
        yield stream


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
    assert (
        redact(f"chat:{CHAT} user_{CHAT}, {CHAT}:x a-{CHAT}-b") == "chat:<number> user_<number>, <number>:x a<number>-b"
    )


def test_a_field_that_is_no_text_is_redacted_too(written: io.StringIO) -> None:
    told = {
        "chat": CHAT,
        "chats": [CHAT],
        "row": {"id": CHAT},
        "error": ValueError(f"no {CHAT}"),
        "raw": str(CHAT).encode(),
    }
    structlog.get_logger("bot.z").warning("said", **told, readers=1204, seconds=0.5, update=CHAT)
    line = written.getvalue()
    assert line.count(str(CHAT)) == 1, "an update's own number is nobody's"
    assert line.count("<number>") == len(told)
    assert "readers=1204 seconds=0.5" in line


def test_places_holds_no_message() -> None:
    with pytest.raises(KeyError) as caught:
        _fail(KeyError(CANARY))
    assert CANARY not in places(caught.value)
    assert places(caught.value).startswith("KeyError at test_logs.py:")
