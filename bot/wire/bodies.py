"""Requests of a broadcast: method and body, built once a language, with only chat and message filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.views.words import fallbacks
from bot.wire.fields import SEND_ONLY
from storage.records import Broadcast, Delivery, Kind

Fields = Mapping[str, Any]
MOST_BODIES = 64
PAYABLE = (Kind.SEND, Kind.RETRY, Kind.NOTICE)
"""Whose messages can carry `allow_paid_broadcast`: deletions and edits know no such field."""
_METHODS = {"photo": "sendPhoto", "document": "sendDocument"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture or document of a payload: by the `file_id` that Telegram gave it, or by the `digest` under which
    storage keeps it until Telegram has it. `kind`: photo or document."""

    kind: str
    file_id: str = ""
    digest: str = ""


def encode(full: Mapping[str, Fields], hidden: Mapping[str, Fields], attached: Attached | None = None) -> str:
    """The payload of a broadcast: language -> fields of sendMessage (of sendPhoto with something attached), in full
    and for readers who hide texts."""
    given: dict[str, Any] = {"full": full, "hidden": hidden}
    if attached is not None:
        named = {"kind": attached.kind, "file_id": attached.file_id, "digest": attached.digest}
        given["media"] = {name: value for name, value in named.items() if value}
    return json.dumps(given, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=64)
def _decoded(payload: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(payload)
    return found


@lru_cache(maxsize=64)
def attached(payload: str) -> Attached | None:
    found = _decoded(payload).get("media") if payload else None
    return Attached(**found) if found else None


def variant(payload: str, language: str, default: str, *, hidden: bool = False) -> dict[str, Any]:
    """The fields for one reader: in their language, or its fallbacks, or any there is."""
    texts = _decoded(payload)["hidden" if hidden else "full"]
    chosen = next((code for code in fallbacks(language, default) if code in texts), next(iter(texts)))
    return dict(texts[chosen])


@dataclass(frozen=True, slots=True)
class Body:
    """`head` is a JSON object behind its first field, ready to follow the chat's."""

    method: str
    head: bytes


class Bodies:
    def __init__(self, language: str, *, paid: bool) -> None:
        self._language = language
        self._paid = paid
        self._built: dict[tuple[str, str, str, bool, bool, str], Body] = {}

    def of(self, delivery: Delivery, job: Broadcast, file_id: str) -> tuple[str, bytes]:
        """Method and JSON text of one request."""
        key = (job.payload, job.kind, delivery.language, delivery.hidden, delivery.silent, file_id)
        body = self._built.get(key)
        if body is None:
            while len(self._built) >= MOST_BODIES:
                del self._built[next(iter(self._built))]
            body = self._built[key] = self._body(delivery, job, file_id)
        return body.method, b'{"chat_id":%d%b%b' % (delivery.chat_id, _about(job.kind, delivery.message_id), body.head)

    def fields(self, delivery: Delivery, job: Broadcast) -> tuple[str, dict[str, Any]]:
        """Method and fields of one request, without chat, message and file."""
        if job.kind is Kind.RECALL:
            return "deleteMessage", {}
        given = variant(job.payload, delivery.language, self._language, hidden=delivery.hidden)
        given.pop("chat_id", None)
        media = None if delivery.hidden else attached(job.payload)
        if job.kind is Kind.CORRECT:
            changed = {name: value for name, value in given.items() if name not in SEND_ONLY}
            return "editMessageCaption" if media else "editMessageText", changed
        if delivery.silent:
            given["disable_notification"] = True
        if self._paid:
            given["allow_paid_broadcast"] = True
        return _METHODS[media.kind] if media else "sendMessage", given

    def _body(self, delivery: Delivery, job: Broadcast, file_id: str) -> Body:
        method, given = self.fields(delivery, job)
        if file_id and method in _METHODS.values():
            given[method.removeprefix("send").lower()] = file_id
        text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
        return Body(method, ("," + text[1:] if given else "}").encode())


def _about(kind: Kind, message: int | None) -> bytes:
    """The field that names the message of an earlier broadcast."""
    if kind in (Kind.RECALL, Kind.CORRECT):
        return b',"message_id":%d' % (message or 0)
    if kind is Kind.NOTICE and message is not None:
        return b',"reply_parameters":{"message_id":%d,"allow_sending_without_reply":true}' % message
    return b""
