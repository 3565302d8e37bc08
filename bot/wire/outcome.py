"""What an answer of Telegram, or its absence, means for one delivery.

By description as well as by code: many refusals that concern one reader arrive as 400. Telegram's lists:
https://core.telegram.org/bots/api#making-requests and https://core.telegram.org/api/errors
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from bot.wire.http.failures import Unsent
from storage.records import Cause, Outcome, Verb

_HALT = ("logged out", "frozen", "user_deactivated_ban")
_GONE = (
    ("blocked by the user", Cause.BLOCKED),
    ("user_is_blocked", Cause.BLOCKED),
    ("user is deactivated", Cause.DEACTIVATED),
    ("user_deactivated", Cause.DEACTIVATED),
    ("can't initiate conversation", Cause.UNREACHABLE),
    ("recipient is a bot", Cause.UNREACHABLE),
    ("send messages to bots", Cause.UNREACHABLE),
    ("user_is_bot", Cause.UNREACHABLE),
    ("chat not found", Cause.UNREACHABLE),
    ("user not found", Cause.UNREACHABLE),
    ("peer_id_invalid", Cause.UNREACHABLE),
    ("was kicked", Cause.KICKED),
    ("not a member", Cause.KICKED),
    ("group chat was deleted", Cause.KICKED),
    ("chat was deleted", Cause.KICKED),
    ("group chat was deactivated", Cause.KICKED),
    ("upgraded to a supergroup", Cause.KICKED),
    ("not enough rights", Cause.RIGHTS),
    ("no rights", Cause.RIGHTS),
    ("need administrator rights", Cause.RIGHTS),
    ("chat_admin_required", Cause.RIGHTS),
    ("chat_write_forbidden", Cause.RIGHTS),
    ("chat_restricted", Cause.RIGHTS),
    ("chat_send_", Cause.RIGHTS),
    ("channel_private", Cause.RIGHTS),
    ("topic_closed", Cause.RIGHTS),
    ("topic_deleted", Cause.RIGHTS),
    ("topic_id_invalid", Cause.RIGHTS),
    ("topic closed", Cause.RIGHTS),
    ("thread not found", Cause.RIGHTS),
    ("message to edit not found", Cause.MISSING),
    ("message to delete not found", Cause.MISSING),
    ("message_id_invalid", Cause.MISSING),
    ("in the message to edit", Cause.MISSING),
    ("message can't be edited", Cause.MISSING),
    ("message can't be deleted", Cause.TOO_LATE),
)
"""Words of a refusal that concerns this one reader for good, and what it says of them. The first match counts."""
_CONTENT = (
    "can't parse",
    "too long",
    "too_long",
    "text is empty",
    "text must be non-empty",
    "message_empty",
    "button",
    "reply markup",
    "reply_markup",
    "keyboard",
    "wrong file identifier",
    "wrong remote file",
    "wrong type of the web page",
    "wrong http url",
    "failed to get http url content",
    "webpage_",
    "media_",
    "photo_",
    "entity",
    "entities",
    "file is too big",
    "url host is empty",
)
_CONNECT = (
    Unsent,
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    ProxyConnectionError,
    ProxyTimeoutError,
    ProxyError,
)
"""No connection to Telegram was made, or none was free: the request was surely not written."""
_SECRETS = (
    (re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»'), "<quoted>"),
    (re.compile(r"@\w+"), "<name>"),
    (re.compile(r"-?\d{5,}(:[\w-]+)?", re.ASCII), "<number>"),
)
_LONGEST = 200


def scrub(description: str) -> str:
    """Telegram's words without ids, names, tokens and what was quoted from a message."""
    for pattern, instead in _SECRETS:
        description = pattern.sub(instead, description)
    return " ".join(description.split())[:_LONGEST]


def not_sent(error: BaseException) -> bool:
    """Whether this failure surely came before the request was written."""
    return isinstance(error, _CONNECT)


def classify_failure(error: BaseException) -> Outcome:
    """No answer: nothing was sent, or nobody knows."""
    kind = type(error).__name__
    if not_sent(error):
        return Outcome(Verb.RETRY, Cause.NOT_SENT, detail=kind)
    return Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN, detail=kind)


def classify(status: int, body: bytes) -> Outcome:
    """The answer to one call: HTTP status and body."""
    answer = _parsed(body)
    if answer is None:
        if status == 413:
            return Outcome(Verb.FAULT, Cause.CONTENT, detail="413, not JSON")
        return Outcome(Verb.UNCERTAIN, Cause.SERVER, detail=f"{status}, not JSON")
    if answer["ok"] is True:
        result = answer.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return Outcome(Verb.SENT, message_id=number if isinstance(number, int) else None)
    code = answer.get("error_code")
    code = code if isinstance(code, int) else status
    said = str(answer.get("description", ""))
    parameters = answer.get("parameters")
    return _refused(
        code,
        said.lower(),
        parameters if isinstance(parameters, dict) else {},
        f"{code} {scrub(said)}",
    )


def _refused(code: int, said: str, parameters: dict[str, Any], detail: str) -> Outcome:
    migrated = parameters.get("migrate_to_chat_id")
    if code in (420, 429):
        return Outcome(Verb.FLOOD, Cause.FLOOD, wait=_wait(said, parameters), detail=detail)
    if isinstance(migrated, int) and migrated:
        return Outcome(Verb.RETRY, Cause.MIGRATED, migrate_to=migrated, detail=detail)
    if code in (401, 404) or any(words in said for words in _HALT):
        return Outcome(Verb.HALT, Cause.HALT, detail=detail)
    if code == 413:
        return Outcome(Verb.FAULT, Cause.CONTENT, detail=detail)
    if code == 409:
        return Outcome(Verb.RETRY, Cause.NOT_SENT, detail=detail)
    if code not in range(400, 500):
        return Outcome(Verb.UNCERTAIN, Cause.SERVER, detail=detail)
    return _by_words(code, said, detail)


def _by_words(code: int, said: str, detail: str) -> Outcome:
    if "not modified" in said:
        return Outcome(Verb.SENT, detail=detail)
    for words, cause in _GONE:
        if words in said:
            return Outcome(Verb.GONE, cause, detail=detail)
    if code == 400 and any(words in said for words in _CONTENT):
        return Outcome(Verb.FAULT, Cause.CONTENT, detail=detail)
    return Outcome(Verb.RETRY, Cause.OTHER, detail=detail)


def _wait(said: str, parameters: dict[str, Any]) -> float:
    """Seconds that a 429 names: as a field, or only in words; 1 where it names none."""
    named = parameters.get("retry_after")
    if isinstance(named, int | float) and 0 <= named < math.inf:
        return float(named)
    found = re.search(r"(?:retry after|flood_wait_) ?(\d{1,7})", said)
    return float(found[1]) if found else 1.0


def _parsed(body: bytes) -> dict[str, Any] | None:
    """The answer if it is one of the Bot API: a JSON object with `ok`."""
    try:
        answer = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and "ok" in answer else None
