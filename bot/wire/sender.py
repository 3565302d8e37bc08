"""The engine's own sender: a body built once a broadcast and language, the chat filled in for each reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import aiohttp

from bot.config import Settings
from bot.views.words import fallbacks
from bot.wire.outcome import classify
from bot.wire.transport import CONNECT_TIMEOUT, READ_TIMEOUT, session
from storage.records import Cause, Delivery, Outcome, Verb

Fields = Mapping[str, Any]


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


class WireSender:
    """Fits the engine's `Sender`."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.api_url}/bot{settings.token.get_secret_value()}/sendMessage"
        self._proxy = settings.proxy.get_secret_value() or None
        self._language = settings.language
        self._session: aiohttp.ClientSession | None = None
        self._bodies: dict[tuple[str, str, bool, bool], bytes] = {}

    def __repr__(self) -> str:
        return "WireSender()"

    async def open(self) -> None:
        self._session = session(self._proxy)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, delivery: Delivery, payload: str) -> Outcome:
        if self._session is None:
            raise RuntimeError("the sender is not open")
        data = b'{"chat_id":%d,' % delivery.chat_id + self._body(delivery, payload)
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT, sock_read=READ_TIMEOUT)
        headers = {"Content-Type": "application/json"}
        try:
            async with self._session.post(self._url, data=data, headers=headers, timeout=timeout) as answer:
                return classify(answer.status, await answer.read())
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
            return Outcome(Verb.RETRY, Cause.NOT_SENT, detail=type(error).__name__)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN, detail=type(error).__name__)

    def _body(self, delivery: Delivery, payload: str) -> bytes:
        """The JSON object behind its first field, ready to follow the chat's."""
        key = (payload, delivery.language, delivery.hidden, delivery.silent)
        if key not in self._bodies:
            if len(self._bodies) > 64:
                self._bodies.clear()
            body = variant(payload, delivery.language, self._language, hidden=delivery.hidden)
            if delivery.silent:
                body["disable_notification"] = True
            self._bodies[key] = json.dumps(body, ensure_ascii=False).encode()[1:]
        return self._bodies[key]
