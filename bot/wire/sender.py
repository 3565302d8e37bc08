"""The engine's own sender: bodies built once, a pool of connections as large as rate x latency, files sent up once."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, Protocol

import aiohttp
import structlog
from yarl import URL

from bot.config import Settings
from bot.logs import places
from bot.wire.bodies import Attached, Bodies, attached
from bot.wire.http.dialer import Dialer, Origin
from bot.wire.http.pool import Pool
from bot.wire.outcome import classify, classify_failure
from bot.wire.transport import (
    CONNECT_TIMEOUT,
    KEEP_ALIVE,
    POOL_TIMEOUT,
    READ_TIMEOUT,
    UPLOAD_TIMEOUT,
    pool_size,
    session,
)
from storage.errors import StorageError
from storage.records import Broadcast, Cause, Delivery, Kind, Outcome, Verb

log = structlog.get_logger(__name__)
_OTHER_FORM = "in the message to edit"
"""As in "there is no caption in the message to edit"."""

UNREADABLE = (AttributeError, LookupError, StopIteration, TypeError, ValueError)
"""What reading a payload raises that is not as we write them."""
LONGEST, LONGEST_UPLOAD = 60.0, 300.0
"""Seconds for a whole answer, however often a piece of it comes; and for that to a file, its way up included: all
other messages wait for it."""


class File(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def file_id(self) -> str: ...


class Files(Protocol):
    """Where files wait until Telegram has them."""

    async def get(self, digest: str) -> File | None: ...

    async def uploaded(self, digest: str, file_id: str) -> None: ...


class WireSender:
    """Fits the engine's `Sender`. Has connections of its own: as many as the rate needs."""

    def __init__(self, settings: Settings, files: Files | None = None, tls: ssl.SSLContext | None = None) -> None:
        """`tls`: whom to trust, instead of the system's authorities."""
        self._tls = tls
        self._root = f"{settings.api_url}/bot{settings.token.get_secret_value()}/"
        self._urls: dict[str, URL] = {}
        self._proxy = settings.proxy.get_secret_value() or None
        self._capacity = pool_size(settings.paid_rate if settings.paid else settings.rate)
        self._session: aiohttp.ClientSession | None = None
        self._pool: Pool[Outcome] | None = None
        self._origin = Origin.of(settings.api_url)
        self._heads: dict[str, bytes] = {}
        self._headers = {"Content-Type": "application/json"}
        self._timeout = aiohttp.ClientTimeout(total=LONGEST, sock_connect=CONNECT_TIMEOUT, sock_read=READ_TIMEOUT)
        self._bodies = Bodies(settings.language, paid=settings.paid)
        self._files = files
        self._file_ids: dict[str, str] = {}
        self._otherwise: set[tuple[int, int]] = set()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(capacity={self._capacity})"

    @property
    def capacity(self) -> int:
        return self._capacity

    async def open(self) -> None:
        self._session = session(self._proxy, self._capacity)
        if self._proxy is None:
            dialer = Dialer(self._origin, CONNECT_TIMEOUT, self._tls)
            dialer.prepare()
            self._pool = Pool(
                dialer,
                self._capacity,
                classify,
                classify_failure,
                wait=POOL_TIMEOUT,
                silence=READ_TIMEOUT,
                longest=LONGEST,
                keep=KEEP_ALIVE,
            )

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
        if self._session is not None:
            await self._session.close()

    def alone(self, job: Broadcast) -> bool:
        try:
            media = attached(job.payload) if job.kind not in (Kind.RECALL, Kind.CORRECT) else None
        except UNREADABLE:
            return False  # `send` tells of it
        return media is not None and not self._file_id(media)

    def take_back(self, sent: asyncio.Future[Outcome]) -> bool:
        """See the engine's `Sender`. With a proxy nobody knows: never."""
        return self._pool is not None and self._pool.take_back(sent)

    def _file_id(self, media: Attached) -> str:
        return media.file_id or self._file_ids.get(media.digest, "")

    def send(self, delivery: Delivery, job: Broadcast) -> Awaitable[Outcome]:
        """See the engine's `Sender`. Without a proxy and a file to send up it is a future and no task. A payload that
        cannot be read, such as one of a later version, is a fault of the content."""
        if self._session is None:
            raise RuntimeError("the sender is not open")
        try:
            return self._sent(delivery, job)
        except UNREADABLE as error:
            refused = asyncio.get_running_loop().create_future()
            detail = f"the message cannot be built ({type(error).__name__})"
            refused.set_result(Outcome(Verb.FAULT, Cause.CONTENT, detail=detail))
            return refused

    def _sent(self, delivery: Delivery, job: Broadcast) -> Awaitable[Outcome]:
        media = attached(job.payload)
        if media is not None and job.kind is Kind.CORRECT:
            return self._caption_or_text(delivery, job)
        if media is not None and not delivery.hidden and self.alone(job):
            return self._with_file(delivery, job, media)
        return self._send(delivery, job, self._file_id(media) if media else "")

    async def _caption_or_text(self, delivery: Delivery, job: Broadcast) -> Outcome:
        """Edits a message that has a picture or file, or the notice of one. Which of them a reader has who has hidden
        texts since, shows them again, or has pressed *Read*, only Telegram knows: refused as one, it is tried as the
        other next time."""
        key = delivery.broadcast, delivery.subscriber
        other = key in self._otherwise
        outcome = await self._send(replace(delivery, hidden=delivery.hidden is not other), job, "")
        if outcome.cause is Cause.MISSING and _OTHER_FORM in outcome.detail and not other:
            self._otherwise.add(key)
            return replace(outcome, verb=Verb.RETRY)
        if outcome.verb in (Verb.SENT, Verb.GONE):
            self._otherwise.discard(key)
        return outcome

    async def _with_file(self, delivery: Delivery, job: Broadcast, media: Attached) -> Outcome:
        try:
            return await self._first(delivery, job, media)
        except StorageError as error:
            return Outcome(Verb.RETRY, Cause.NOT_SENT, detail=str(error))

    def _send(self, delivery: Delivery, job: Broadcast, file_id: str) -> Awaitable[Outcome]:
        method, data = self._bodies.of(delivery, job, file_id)
        if self._pool is None:
            return self._proxied(method, data)
        head = self._heads.get(method)
        if head is None:
            head = self._heads[method] = _head(f"{URL(self._root).raw_path}{method}", self._origin.name)
        return self._pool.post(b"%b%d\r\n\r\n%b" % (head, len(data), data))

    async def _proxied(self, method: str, data: bytes) -> Outcome:
        return (await self._post(method, data=data, headers=self._headers, timeout=self._timeout))[0]

    async def _post(self, method: str, **request: Any) -> tuple[Outcome, bytes]:
        assert self._session is not None  # noqa: S101 - asked by `send`
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._root + method, encoded=True)
        try:
            async with self._session.post(url, allow_redirects=False, **request) as answer:
                body = await answer.read()
                return classify(answer.status, body), body
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the row's state must say what is known
            return classify_failure(error), b""

    async def _first(self, delivery: Delivery, job: Broadcast, media: Attached) -> Outcome:
        """The message that carries the file up, unless Telegram has it already."""
        file = await self._files.get(media.digest) if self._files is not None else None
        if file is None:
            return Outcome(Verb.FAULT, Cause.CONTENT, detail="the attached file is not kept any more")
        if file.file_id:
            self._file_ids[media.digest] = file.file_id
            return await self._send(delivery, job, file.file_id)
        method, fields = self._bodies.fields(delivery, job)
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("chat_id", str(delivery.chat_id))
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        form.add_field(media.kind, file.data, filename=file.name)
        timeout = aiohttp.ClientTimeout(total=LONGEST_UPLOAD, sock_connect=CONNECT_TIMEOUT, sock_read=UPLOAD_TIMEOUT)
        outcome, body = await self._post(method, data=form, timeout=timeout)
        file_id = _sent_file(body, media.kind) if outcome.verb is Verb.SENT else ""
        if file_id:
            await self._uploaded(media.digest, file_id)
        return _refused(outcome)

    async def _uploaded(self, digest: str, file_id: str) -> None:
        self._file_ids[digest] = file_id
        try:
            if self._files is not None:
                await self._files.uploaded(digest, file_id)
        except StorageError as error:
            log.warning("a file's id is not kept; after a restart it is sent up again", error=places(error))


def _head(path: str, host: str) -> bytes:
    """A request up to the length of its body."""
    fields = ("Content-Type: application/json", "Content-Length: ")
    return "\r\n".join((f"POST {path} HTTP/1.1", f"Host: {host}", *fields)).encode("ascii")


def _refused(outcome: Outcome) -> Outcome:
    """A file that Telegram does not take is a fault of the content, in whatever words."""
    if outcome.verb is Verb.RETRY and outcome.cause is Cause.OTHER:
        return Outcome(Verb.FAULT, Cause.CONTENT, detail=outcome.detail)
    return outcome


def _sent_file(body: bytes, kind: str) -> str:
    """Its id for another sending, of the largest size (https://core.telegram.org/bots/api#sending-files); empty where
    Telegram has made something else of it, as of a document that is a song: then each reader gets it sent up."""
    sent = json.loads(body)["result"].get(kind)
    last = sent[-1] if isinstance(sent, list) and sent else sent
    return str(last["file_id"]) if isinstance(last, dict) and "file_id" in last else ""
