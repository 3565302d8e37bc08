"""Every answer of Telegram, and the reaction to it. Descriptions are Telegram's own words."""

from __future__ import annotations

import json
import re

import aiohttp
import pytest
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.outcome import classify, classify_failure, scrub
from storage.records import Cause, Verb


def refusal(code: int, description: str, **parameters: object) -> bytes:
    said: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    return json.dumps(said | ({"parameters": parameters} if parameters else {})).encode()


ANSWERS = [
    # 403, and the same arriving as 400
    (403, "Forbidden: bot was blocked by the user", Verb.GONE, Cause.BLOCKED),
    (400, "Bad Request: USER_IS_BLOCKED", Verb.GONE, Cause.BLOCKED),
    (403, "Forbidden: user is deactivated", Verb.GONE, Cause.DEACTIVATED),
    (400, "Bad Request: INPUT_USER_DEACTIVATED", Verb.GONE, Cause.DEACTIVATED),
    (403, "Forbidden: bot can't initiate conversation with a user", Verb.GONE, Cause.UNREACHABLE),
    (403, "Forbidden: bot can't send messages to bots", Verb.GONE, Cause.UNREACHABLE),
    (403, "Forbidden: the recipient is a bot", Verb.GONE, Cause.UNREACHABLE),
    (400, "Bad Request: USER_IS_BOT", Verb.GONE, Cause.UNREACHABLE),
    (403, "Forbidden: bot was kicked from the group chat", Verb.GONE, Cause.KICKED),
    (403, "Forbidden: bot was kicked from the supergroup chat", Verb.GONE, Cause.KICKED),
    (403, "Forbidden: bot is not a member of the channel chat", Verb.GONE, Cause.KICKED),
    (403, "Forbidden: the group chat was deleted", Verb.GONE, Cause.KICKED),
    (400, "Bad Request: group chat was deactivated", Verb.GONE, Cause.KICKED),
    (400, "Bad Request: chat not found", Verb.GONE, Cause.UNREACHABLE),
    (400, "Bad Request: PEER_ID_INVALID", Verb.GONE, Cause.UNREACHABLE),
    (400, "Bad Request: not enough rights to send text messages to the chat", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: have no rights to send a message", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: need administrator rights in the channel chat", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: CHAT_RESTRICTED", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: CHANNEL_PRIVATE", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: TOPIC_CLOSED", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: TOPIC_DELETED", Verb.GONE, Cause.RIGHTS),
    (400, "Bad Request: message thread not found", Verb.GONE, Cause.RIGHTS),
    # the content
    (400, "Bad Request: can't parse entities: Can't find end of the entity", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: message is too long", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: MESSAGE_TOO_LONG", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: message text is empty", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: text must be non-empty", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: BUTTON_DATA_INVALID", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: can't parse reply keyboard markup JSON object", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: ENTITY_BOUNDS_INVALID", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: wrong remote file identifier specified: can't unserialize it", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: failed to get HTTP URL content", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: MEDIA_EMPTY", Verb.FAULT, Cause.CONTENT),
    (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", Verb.FAULT, Cause.CONTENT),
    (413, "Request Entity Too Large", Verb.FAULT, Cause.CONTENT),
    # edits and deletions
    (400, "Bad Request: message is not modified: specified new message content", Verb.SENT, Cause.NONE),
    (400, "Bad Request: message to edit not found", Verb.GONE, Cause.MISSING),
    (400, "Bad Request: message to delete not found", Verb.GONE, Cause.MISSING),
    # the bot itself
    (401, "Unauthorized", Verb.HALT, Cause.HALT),
    (404, "Not Found", Verb.HALT, Cause.HALT),
    (400, "Bad Request: Logged out", Verb.HALT, Cause.HALT),
    (403, "Forbidden: the account is frozen", Verb.HALT, Cause.HALT),
    (400, "Bad Request: FROZEN_METHOD_INVALID", Verb.HALT, Cause.HALT),
    (409, "Conflict: terminated by other getUpdates request", Verb.RETRY, Cause.NOT_SENT),
    # the server
    (500, "Internal Server Error", Verb.UNCERTAIN, Cause.SERVER),
    (502, "Bad Gateway", Verb.UNCERTAIN, Cause.SERVER),
    (503, "Service Unavailable", Verb.UNCERTAIN, Cause.SERVER),
    (504, "Gateway Timeout", Verb.UNCERTAIN, Cause.SERVER),
    # whatever else
    (400, "Bad Request: SOMETHING_NEW", Verb.RETRY, Cause.OTHER),
    (403, "Forbidden: something new", Verb.RETRY, Cause.OTHER),
    (418, "I'm a teapot", Verb.RETRY, Cause.OTHER),
]


@pytest.mark.parametrize(("code", "description", "verb", "cause"), ANSWERS)
def test_every_refusal_has_its_reaction(code: int, description: str, verb: Verb, cause: Cause) -> None:
    outcome = classify(code, refusal(code, description))
    assert (outcome.verb, outcome.cause) == (verb, cause)
    assert outcome.detail.startswith(str(code))


def test_a_sent_message_gives_its_id() -> None:
    outcome = classify(200, b'{"ok":true,"result":{"message_id":77,"date":1,"chat":{"id":5}}}')
    assert (outcome.verb, outcome.message_id, outcome.detail) == (Verb.SENT, 77, "")


@pytest.mark.parametrize("result", ["true", "[]", "{}", '{"message_id":"x"}'])
def test_a_success_without_an_id_is_one(result: str) -> None:
    outcome = classify(200, f'{{"ok":true,"result":{result}}}'.encode())
    assert (outcome.verb, outcome.message_id) == (Verb.SENT, None)


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (refusal(429, "Too Many Requests: retry after 35", retry_after=35), 35.0),
        (refusal(429, "Too Many Requests: retry after 14400", retry_after=14400), 14400.0),
        (refusal(429, "Too Many Requests: retry after 8"), 8.0),
        (refusal(429, "Too Many Requests"), 1.0),
        (refusal(429, "x", retry_after="soon"), 1.0),
        (refusal(429, "x", retry_after=float("inf")), 1.0),
        (refusal(420, "FLOOD_WAIT_12"), 12.0),
    ],
)
def test_a_flood_says_how_long(body: bytes, wait: float) -> None:
    outcome = classify(429, body)
    assert (outcome.verb, outcome.cause, outcome.wait) == (Verb.FLOOD, Cause.FLOOD, wait)


def test_a_group_that_became_a_supergroup_says_where() -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    outcome = classify(400, refusal(400, said, migrate_to_chat_id=-1001234567890))
    assert (outcome.verb, outcome.cause, outcome.migrate_to) == (Verb.RETRY, Cause.MIGRATED, -1001234567890)
    assert classify(400, refusal(400, said)).verb is Verb.GONE


@pytest.mark.parametrize("status", [200, 301, 400, 403, 404, 500, 502])
@pytest.mark.parametrize("body", [b"", b"<html>nginx</html>", b"\xff\xfe", b"[1]", b'"x"', b"null", b"{}", b"[" * 9999])
def test_what_is_not_telegrams_answer_is_uncertain(status: int, body: bytes) -> None:
    """Also a 404 page of something in between: it says nothing about the token."""
    outcome = classify(status, body)
    assert (outcome.verb, outcome.cause) == (Verb.UNCERTAIN, Cause.SERVER)


def test_a_413_of_something_in_between_is_about_the_content() -> None:
    assert classify(413, b"<html>").verb is Verb.FAULT


KEY = aiohttp.client_reqrep.ConnectionKey("host", 1, False, True, None, None, None)


@pytest.mark.parametrize(
    ("error", "verb", "cause"),
    [
        (aiohttp.ClientConnectorError(KEY, ConnectionRefusedError(111, "refused")), Verb.RETRY, Cause.NOT_SENT),
        (aiohttp.ClientConnectorError(KEY, OSError(113, "no route")), Verb.RETRY, Cause.NOT_SENT),
        (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "unknown name")), Verb.RETRY, Cause.NOT_SENT),
        (aiohttp.ConnectionTimeoutError("pool or connect"), Verb.RETRY, Cause.NOT_SENT),
        (ProxyConnectionError("proxy"), Verb.RETRY, Cause.NOT_SENT),
        (ProxyTimeoutError("proxy"), Verb.RETRY, Cause.NOT_SENT),
        (ProxyError("proxy"), Verb.RETRY, Cause.NOT_SENT),
        (aiohttp.SocketTimeoutError("read"), Verb.UNCERTAIN, Cause.UNCERTAIN),
        (TimeoutError(), Verb.UNCERTAIN, Cause.UNCERTAIN),
        (aiohttp.ServerDisconnectedError(), Verb.UNCERTAIN, Cause.UNCERTAIN),
        (aiohttp.ClientOSError(104, "reset by peer"), Verb.UNCERTAIN, Cause.UNCERTAIN),
        (aiohttp.ClientPayloadError("cut short"), Verb.UNCERTAIN, Cause.UNCERTAIN),
        (ConnectionResetError(), Verb.UNCERTAIN, Cause.UNCERTAIN),
        (ValueError("a fault of ours"), Verb.UNCERTAIN, Cause.UNCERTAIN),
    ],
)
def test_no_answer_is_unsent_or_uncertain(error: Exception, verb: Verb, cause: Cause) -> None:
    outcome = classify_failure(error)
    assert (outcome.verb, outcome.cause, outcome.detail) == (verb, cause, type(error).__name__)


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request: chat 123456789 not found",
        "upgraded to -1001234567890",
        'unsupported start tag "Secret Name" at byte 5',
        "user @somebody is gone",
        "bot 123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ is gone",
    ],
)
def test_descriptions_are_kept_without_ids_names_and_quotes(said: str) -> None:
    kept = scrub(said)
    assert not re.search(r"\d{5}|Secret|somebody|AAbb", kept)
    assert "<" in kept


@given(st.integers(100, 599), st.binary(max_size=200))
def test_no_body_breaks_it(status: int, body: bytes) -> None:
    assert isinstance(classify(status, body).verb, Verb)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(
    st.integers(100, 599),
    st.fixed_dictionaries(
        {"ok": JSON},
        optional={"description": JSON, "parameters": JSON, "error_code": JSON, "result": JSON},
    ),
)
def test_no_json_breaks_it(status: int, body: dict[str, object]) -> None:
    outcome = classify(status, json.dumps(body).encode())
    assert isinstance(outcome.verb, Verb)
    assert len(outcome.detail) <= 300
