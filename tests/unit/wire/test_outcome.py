"""Every answer of Telegram to a delivery has its reaction."""

from __future__ import annotations

import json

import pytest

from bot.wire.outcome import classify
from storage.records import Cause, Verb

ROWS = [
    (429, "Too Many Requests: retry after 7", {"retry_after": 7}, Verb.FLOOD, Cause.FLOOD),
    (403, "Forbidden: bot was blocked by the user", {}, Verb.GONE, Cause.BLOCKED),
    (403, "Forbidden: user is deactivated", {}, Verb.GONE, Cause.DEACTIVATED),
    (403, "Forbidden: bot can't initiate conversation with a user", {}, Verb.GONE, Cause.UNREACHABLE),
    (403, "Forbidden: bots can't send messages to bots", {}, Verb.GONE, Cause.UNREACHABLE),
    (403, "Forbidden: bot was kicked from the supergroup chat", {}, Verb.GONE, Cause.KICKED),
    (403, "Forbidden: bot is not a member of the channel chat", {}, Verb.GONE, Cause.KICKED),
    (400, "Bad Request: chat not found", {}, Verb.GONE, Cause.UNREACHABLE),
    (400, "Bad Request: bot was blocked by the user", {}, Verb.GONE, Cause.BLOCKED),
    (400, "Bad Request: not enough rights to send text messages to the chat", {}, Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", {}, Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: TOPIC_CLOSED", {}, Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -1005}, Verb.RETRY,
     Cause.MIGRATED),
    (400, "Bad Request: can't parse entities: unexpected end", {}, Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: message is too long", {}, Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: message text is empty", {}, Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: BUTTON_DATA_INVALID", {}, Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", {}, Verb.FAULT, Cause.CONTENT),
    (413, "Request Entity Too Large", {}, Verb.FAULT, Cause.CONTENT),
    (401, "Unauthorized", {}, Verb.HALT, Cause.HALT),
    (404, "Not Found", {}, Verb.HALT, Cause.HALT),
    (409, "Conflict: terminated by other getUpdates request", {}, Verb.RETRY, Cause.OTHER),
    (500, "Internal Server Error", {}, Verb.UNCERTAIN, Cause.SERVER),
    (502, "Bad Gateway", {}, Verb.UNCERTAIN, Cause.SERVER),
    (418, "I'm a teapot", {}, Verb.GONE, Cause.OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said", "parameters", "verb", "cause"), ROWS, ids=[row[1][:40] for row in ROWS])
def test_reactions(status: int, said: str, parameters: dict[str, int], verb: Verb, cause: Cause) -> None:
    body = json.dumps({"ok": False, "error_code": status, "description": said, "parameters": parameters}).encode()
    outcome = classify(status, body)
    assert (outcome.verb, outcome.cause) == (verb, cause)
    if verb is Verb.FLOOD:
        assert outcome.wait == 7
    if cause is Cause.MIGRATED:
        assert outcome.migrate_to == -1005


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[1]", b"\xff\xfe", b"null"])
def test_an_answer_that_is_not_telegrams_is_uncertain(body: bytes) -> None:
    assert classify(502, body).verb is Verb.UNCERTAIN


def test_what_was_sent_has_its_message_id() -> None:
    outcome = classify(200, b'{"ok":true,"result":{"message_id":77,"chat":{"id":5550001234}}}')
    assert (outcome.verb, outcome.message_id) == (Verb.SENT, 77)


def test_details_hold_no_ids() -> None:
    said = {"ok": False, "description": "Bad Request: user 5550001234 is odd, chat -1005550001234"}
    assert "555000" not in classify(400, json.dumps(said).encode()).detail
