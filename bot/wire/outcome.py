"""What an answer of Telegram means for one delivery.

By description as well as by code: many refusals that concern one reader arrive as 400. Telegram's list:
https://core.telegram.org/api/errors
"""

from __future__ import annotations

import json
import re
from typing import Any

from storage.records import Cause, Outcome, Verb

_GONE = (
    ("bot was blocked by the user", Cause.BLOCKED),
    ("user is deactivated", Cause.DEACTIVATED),
    ("can't initiate conversation", Cause.UNREACHABLE),
    ("recipient is a bot", Cause.UNREACHABLE),
    ("bots can't send messages to bots", Cause.UNREACHABLE),
    ("chat not found", Cause.UNREACHABLE),
    ("peer_id_invalid", Cause.UNREACHABLE),
    ("kicked", Cause.KICKED),
    ("not a member", Cause.KICKED),
    ("group chat was deleted", Cause.KICKED),
    ("not enough rights", Cause.RIGHTS),
    ("chat_write_forbidden", Cause.RIGHTS),
    ("chat_restricted", Cause.RIGHTS),
    ("channel_private", Cause.RIGHTS),
    ("topic_closed", Cause.RIGHTS),
    ("topic_deleted", Cause.RIGHTS),
    ("thread not found", Cause.RIGHTS),
)
_CONTENT = (
    "can't parse entities",
    "too long",
    "message text is empty",
    "button_",
    "button",
    "wrong file identifier",
    "wrong remote file",
    "failed to get http url content",
    "media_empty",
    "entity",
)
_DIGITS = re.compile(r"-?\d{5,}", re.ASCII)


def classify(status: int, body: bytes) -> Outcome:
    """The answer to one sendMessage: HTTP status and body."""
    answer = _parsed(body)
    if answer is None:
        return Outcome(Verb.UNCERTAIN, Cause.SERVER, detail=f"{status}, not JSON")
    if answer.get("ok"):
        result = answer.get("result")
        return Outcome(Verb.SENT, message_id=result.get("message_id") if isinstance(result, dict) else None)
    said = str(answer.get("description", ""))
    detail = f"{status} {_DIGITS.sub('<number>', said)}"[:200]
    return _refused(status, said.lower(), answer.get("parameters") or {}, detail)


def _refused(status: int, said: str, parameters: dict[str, Any], detail: str) -> Outcome:
    if status == 429:
        return Outcome(Verb.FLOOD, Cause.FLOOD, wait=float(parameters.get("retry_after", 1)), detail=detail)
    if parameters.get("migrate_to_chat_id"):
        return Outcome(Verb.RETRY, Cause.MIGRATED, migrate_to=int(parameters["migrate_to_chat_id"]), detail=detail)
    if status in (401, 404) or "logged out" in said or "frozen" in said:
        return Outcome(Verb.HALT, Cause.HALT, detail=detail)
    if status == 413:
        return Outcome(Verb.FAULT, Cause.CONTENT, detail=detail)
    if status >= 500:
        return Outcome(Verb.UNCERTAIN, Cause.SERVER, detail=detail)
    if status == 409:
        return Outcome(Verb.RETRY, Cause.OTHER, detail=detail)
    for words, cause in _GONE:
        if words in said:
            return Outcome(Verb.GONE, cause, detail=detail)
    if status == 400 and any(words in said for words in _CONTENT):
        return Outcome(Verb.FAULT, Cause.CONTENT, detail=detail)
    return Outcome(Verb.GONE, Cause.OTHER, detail=detail)


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
