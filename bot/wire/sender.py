"""The engine's own sender: a body built once a broadcast and language, the chat filled in for each reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import aiohttp
from yarl import URL

from bot.config import Settings
from bot.views.words import fallbacks
from bot.wire.outcome import classify, classify_failure
from bot.wire.transport import CONNECT_TIMEOUT, READ_TIMEOUT, pool_size, session
from storage.records import Delivery, Outcome

Fields = Mapping[str, Any]
MOST_BODIES = 64
METHODS = {"": "sendMessage", "photo": "sendPhoto", "document": "sendDocument"}
"""What goes out with the text -> the method that sends it."""


def encode(full: Mapping[str, Fields], hidden: Mapping[str, Fields]) -> str:
    """The payload of a broadcast: language -> fields of sendMessage, in full and for readers who hide texts."""
    return json.dumps({"full": full, "hidden": hidden}, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=64)
def _decoded(payload: str) -> Mapping[str, Mapping[str, dict[str, Any]]]:
    found: Mapping[str, Mapping[str, dict[str, Any]]] = json.loads(payload)
    return found


def variant(payload: str, language: str, default: str, *, hidden: bool = False) -> dict[str, Any]:
    """The fields for one reader: in their language, or its fallbacks, or any there is."""
    texts = _decoded(payload)["hidden" if hidden else "full"]
    chosen = next((code for code in fallbacks(language, default) if code in texts), next(iter(texts)))
    return dict(texts[chosen])


def _media(delivery: Delivery, payload: str) -> Mapping[str, Any]:
    """What goes out with a picture or document: its kind and Telegram's id of it. A hidden delivery has none."""
    return {} if delivery.hidden else _decoded(payload).get("media", {})


class WireSender:
    """Fits the engine's `Sender`. Has connections of its own: as many as the rate needs."""

    def __init__(self, settings: Settings) -> None:
        root = f"{settings.api_url}/bot{settings.token.get_secret_value()}"
        self._urls = {kind: URL(f"{root}/{method}", encoded=True) for kind, method in METHODS.items()}
        self._proxy = settings.proxy.get_secret_value() or None
        self._language = settings.language
        self._paid = settings.paid
        self._capacity = pool_size(settings.paid_rate if settings.paid else settings.rate)
        self._session: aiohttp.ClientSession | None = None
        self._headers = {"Content-Type": "application/json"}
        self._timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT, sock_read=READ_TIMEOUT)
        self._bodies: dict[tuple[str, str, bool, bool], bytes] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(capacity={self._capacity})"

    @property
    def capacity(self) -> int:
        return self._capacity

    async def open(self) -> None:
        self._session = session(self._proxy, self._capacity)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, delivery: Delivery, payload: str) -> Outcome:
        if self._session is None:
            raise RuntimeError("the sender is not open")
        data = b'{"chat_id":%d,%b' % (delivery.chat_id, self._body(delivery, payload))
        try:
            async with self._session.post(
                self._urls[_media(delivery, payload).get("kind", "")],
                data=data,
                headers=self._headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as answer:
                return classify(answer.status, await answer.read())
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the row's state must say what is known
            return classify_failure(error)

    def _body(self, delivery: Delivery, payload: str) -> bytes:
        """The JSON object behind its first field, ready to follow the chat's."""
        key = (payload, delivery.language, delivery.hidden, delivery.silent)
        body = self._bodies.get(key)
        if body is None:
            while len(self._bodies) >= MOST_BODIES:
                del self._bodies[next(iter(self._bodies))]
            body = self._bodies[key] = self._built(delivery, payload)
        return body

    def _built(self, delivery: Delivery, payload: str) -> bytes:
        given = variant(payload, delivery.language, self._language, hidden=delivery.hidden)
        given.pop("chat_id", None)
        if media := _media(delivery, payload):
            given[media["kind"]] = media["file_id"]
        if delivery.silent:
            given["disable_notification"] = True
        if self._paid:
            given["allow_paid_broadcast"] = True
        return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()[1:]
