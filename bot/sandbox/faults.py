"""Faults that the stand-in can play: Telegram's refusals in its words, and a network that fails.

Rows as https://core.telegram.org/bots/api#making-requests and https://core.telegram.org/api/errors tell them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SLOW = 30.0
"""Seconds; longer than a bot waits for an answer."""
NEW_CHAT_OFFSET = 10**9
"""A group's chat becomes a supergroup of this much higher number."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` 0: no answer at all. `taken`: the message arrived all the same. `html`: the body is a proxy's page."""

    label: str
    code: int
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    taken: bool = False
    html: bool = False
    delay: float = 0.0
    """Seconds before the answer."""

    def answer(self) -> dict[str, Any]:
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def _bad(description: str) -> Fault:
    return Fault(description, 400, f"Bad Request: {description}")


def _forbidden(description: str) -> Fault:
    return Fault(description, 403, f"Forbidden: {description}")


FLOODS = {
    "flood": Fault("429, retry after 3", 429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    "flood-words": Fault("429, only in words", 429, "Too Many Requests: retry after 2"),
    "flood-bare": Fault("429 without a time", 429, "Too Many Requests"),
    "flood-long": Fault("429 for 4 hours", 429, "Too Many Requests: retry after 14400", {"retry_after": 14400}),
}
READERS = {
    "blocked": _forbidden("bot was blocked by the user"),
    "blocked-400": _bad("USER_IS_BLOCKED"),
    "deactivated": _forbidden("user is deactivated"),
    "no-start": _forbidden("bot can't initiate conversation with a user"),
    "is-bot": _forbidden("bot can't send messages to bots"),
    "not-found": _bad("chat not found"),
}
GROUPS = {
    "kicked": _forbidden("bot was kicked from the supergroup chat"),
    "not-member": _forbidden("bot is not a member of the channel chat"),
    "deleted": _forbidden("the group chat was deleted"),
    "no-rights": _bad("not enough rights to send text messages to the chat"),
    "write-forbidden": _bad("CHAT_WRITE_FORBIDDEN"),
    "restricted": _bad("CHAT_RESTRICTED"),
    "private": _bad("CHANNEL_PRIVATE"),
    "topic-closed": _bad("TOPIC_CLOSED"),
    "topic-deleted": _bad("TOPIC_DELETED"),
    "thread-not-found": _bad("message thread not found"),
    "upgraded": Fault("upgraded to a supergroup", 400, "Bad Request: group chat was upgraded to a supergroup chat"),
}
CONTENT = {
    "entities": _bad("can't parse entities: Can't find end of the entity starting at byte offset 0"),
    "too-long": _bad("message is too long"),
    "empty": _bad("message text is empty"),
    "button": _bad("BUTTON_DATA_INVALID"),
    "file-id": _bad("wrong file identifier/HTTP URL specified"),
    "url-content": _bad("failed to get HTTP URL content"),
    "too-large": Fault("413", 413, "Request Entity Too Large"),
}
BOT = {
    "token": Fault("401: wrong token", 401, "Unauthorized"),
    "not-found-404": Fault("404", 404, "Not Found"),
    "logged-out": _bad("Logged out"),
    "frozen": _bad("FROZEN_METHOD_INVALID"),
    "conflict": Fault("409: two pollers", 409, "Conflict: terminated by other getUpdates request"),
}
NETWORK = {
    "500": Fault("500", 500, "Internal Server Error"),
    "502": Fault("502", 502, "Bad Gateway"),
    "503": Fault("503", 503, "Service Unavailable"),
    "504": Fault("504", 504, "Gateway Timeout"),
    "html": Fault("502, a proxy's page", 502, html=True),
    "taken-500": Fault("500 after it arrived", 500, "Internal Server Error", taken=True),
    "cut-before": Fault("connection cut, nothing arrived", 0),
    "cut-after": Fault("connection cut, it arrived", 0, taken=True),
    "slow": Fault("no answer for 30 s, it arrived", 0, taken=True, delay=SLOW),
    "other": Fault("an unknown 400", 400, "Bad Request: SOMETHING_NEW"),
}
GROUPED = {
    "Flood": FLOODS,
    "Reader": READERS,
    "Group": GROUPS,
    "Content": CONTENT,
    "Bot": BOT,
    "Network": NETWORK,
}
"""Heading -> name -> fault, as the panel shows them."""
FAULTS = {name: fault for group in GROUPED.values() for name, fault in group.items()}


def migrated(fault: Fault, chat: int) -> Fault:
    """The refusal with the chat's new number, which only the chat tells."""
    if fault is not GROUPS["upgraded"]:
        return fault
    return Fault(fault.label, fault.code, fault.description, {"migrate_to_chat_id": chat + NEW_CHAT_OFFSET})
