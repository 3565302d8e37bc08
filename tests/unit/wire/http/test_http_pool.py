"""The pool against a server that does whatever it is told."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.wire.http.connection import LONGEST_ANSWER
from bot.wire.http.dialer import Dialer, Origin
from bot.wire.http.pool import Pool
from tests.fakes.http_server import CLOSED, JSON, RESET, SILENT, HttpServer, Told, chunked, http_server, sized
from tests.ports import free_port

REQUEST = b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%b"
LIMITS = {"wait": 5.0, "silence": 20.0, "longest": 60.0, "keep": 30.0}


def request(body: bytes = b"{}") -> bytes:
    return REQUEST % (len(body), body)


@contextlib.asynccontextmanager
async def pool(
    url: str, limit: int = 4, tls: ssl.SSLContext | None = None, **limits: float
) -> AsyncIterator[Pool[str]]:
    """Answers as "200 body", failures by the name of their kind."""
    dialer = Dialer(Origin.of(url), limits.pop("patience", 5.0), tls)
    dialer.prepare()
    made: Pool[str] = Pool(
        dialer,
        limit,
        lambda status, body: f"{status} {body.decode()}",
        lambda failure: type(failure).__name__,
        **(LIMITS | limits),
    )
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as made:
        yield made


async def test_one_connection_carries_one_request_after_another(server: HttpServer) -> None:
    async with pool(server.url) as made:
        for number in range(5):
            assert await made.post(request(b"%d" % number)) == f"200 {JSON.decode()}"
    assert [body[-1:] for body in server.requests] == [b"0", b"1", b"2", b"3", b"4"]
    assert server.connections == 1


async def test_never_more_connections_than_the_limit_and_everybody_is_served_in_order(server: HttpServer) -> None:
    server.held.clear()
    async with pool(server.url, limit=3) as made:
        posts = [made.post(request(b"%d" % number)) for number in range(10)]
        await until(lambda: len(server.requests) == 3)
        assert "3 of 3 connections, 7 waiting" in repr(made)
        server.held.set()
        assert set(await asyncio.gather(*posts)) == {f"200 {JSON.decode()}"}
    assert server.most == 3
    assert sorted(body[-1:] for body in server.requests) == sorted(b"%d" % number for number in range(10))


async def test_a_connection_that_the_server_closed_is_passed_over(server: HttpServer) -> None:
    async with pool(server.url) as made:
        await made.post(request())
        server.hang_up()
        await until(lambda: "0 of 4" in repr(made))
        assert await made.post(request()) == f"200 {JSON.decode()}"
    assert (server.connections, len(server.requests)) == (2, 2)


async def test_a_connection_that_was_idle_too_long_is_not_used(server: HttpServer) -> None:
    async with pool(server.url, keep=0.0) as made:
        await made.post(request())
        await made.post(request())
    assert server.connections == 2


async def test_an_answer_that_nobody_asked_for_is_nobodys(server: HttpServer) -> None:
    server.told.append((sized(), sized(b'{"ok":false}')))
    async with pool(server.url) as made:
        assert await made.post(request()) == f"200 {JSON.decode()}"
        await until(lambda: "0 of 4" in repr(made))
        assert await made.post(request()) == f"200 {JSON.decode()}"
    assert server.connections == 2


async def test_who_waits_too_long_for_a_connection_was_not_sent(server: HttpServer) -> None:
    server.held.clear()
    async with pool(server.url, limit=1, wait=0.3) as made:
        first, second = made.post(request(b"1")), made.post(request(b"2"))
        assert await second == "PoolBusy"
        server.held.set()
        assert await first == f"200 {JSON.decode()}"
    assert len(server.requests) == 1


async def test_whoever_is_cancelled_before_the_writing_is_never_written(server: HttpServer) -> None:
    server.held.clear()
    async with pool(server.url, limit=1) as made:
        first, second, third = (made.post(request(b"%d" % number)) for number in (1, 2, 3))
        second.cancel()
        server.held.set()
        await asyncio.gather(first, third)
    assert [body[-1:] for body in server.requests] == [b"1", b"3"]


async def test_only_what_is_not_written_yet_can_be_taken_back(server: HttpServer) -> None:
    server.held.clear()
    async with pool(server.url, limit=1) as made:
        first, second = made.post(request(b"1")), made.post(request(b"2"))
        assert made.take_back(first)
        await until(lambda: len(server.requests) == 1)
        assert not made.take_back(second)
        server.held.set()
        assert await second == f"200 {JSON.decode()}"
        assert not made.take_back(second)
    assert first.cancelled()
    assert [body[-1:] for body in server.requests] == [b"2"]


async def test_the_answer_to_who_was_cancelled_is_given_to_nobody_else(server: HttpServer) -> None:
    server.told += [sized(b"for the first"), sized(b"for the second")]
    server.held.clear()
    async with pool(server.url, limit=1) as made:
        first = made.post(request())
        await until(lambda: len(server.requests) == 1)
        first.cancel()
        second = made.post(request())
        server.held.set()
        assert await second == "200 for the second"


async def test_an_end_in_the_middle_tells_everybody(server: HttpServer) -> None:
    server.held.clear()
    async with pool(server.url, limit=1) as made:
        first, second = made.post(request()), made.post(request())
        await until(lambda: len(server.requests) == 1)
    assert (await first, await second) == ("ConnectionLost", "PoolBusy")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (SILENT, "AnswerTimedOut"),
        ((sized()[:20], SILENT), "AnswerTimedOut"),
        (RESET, "ConnectionLost"),
        (CLOSED, "ConnectionLost"),
        ((chunked()[:-9], CLOSED), "ConnectionLost"),
        (b"220 mail.example ESMTP\r\n", "NotHttp"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LONGEST_ANSWER + 1), "AnswerTooLong"),
    ],
)
async def test_what_was_written_and_not_answered_is_told_by_its_kind(
    server: HttpServer, told: Told, expected: str
) -> None:
    server.told.append(told)
    async with pool(server.url, silence=0.5) as made:
        assert await made.post(request()) == expected
        assert await made.post(request()) == f"200 {JSON.decode()}"


async def test_an_answer_that_only_drips_has_its_time_too(server: HttpServer) -> None:
    server.told.append(tuple(sized(b"x" * 100_000)[at : at + 1] for at in range(100_000)))
    async with pool(server.url, silence=20.0, longest=0.5) as made:
        assert await made.post(request()) == "AnswerTimedOut"


async def test_a_server_that_greets_with_its_end_is_no_connection(server: HttpServer) -> None:
    server.greeting = RESET
    async with pool(server.url) as made:
        assert await made.post(request()) in ("ConnectFailed", "ConnectionLost")
    assert server.requests == []


# no connection


async def test_refused_and_unknown_and_too_slow_were_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pool(f"http://127.0.0.1:{free_port()}") as made:
        assert await asyncio.gather(*[made.post(request()) for _ in range(8)]) == ["ConnectFailed"] * 8
    loop = asyncio.get_running_loop()

    async def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async def slow(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    for look_up, expected in ((unknown, "ConnectFailed"), (slow, "ConnectTimedOut")):
        monkeypatch.setattr(loop, "getaddrinfo", look_up)
        async with pool("http://telegram.invalid", patience=0.2) as made:
            assert await asyncio.gather(*[made.post(request()) for _ in range(4)]) == [expected] * 4


async def test_a_name_is_looked_up_once_and_again_after_a_failure(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    port = int(server.url.rpartition(":")[2])
    ports = [free_port(), port]
    looked: list[int] = []
    real = loop.getaddrinfo

    async def told(host: Any, *more: Any, **named: Any) -> Any:
        if host != "telegram.invalid":  # uvloop asks about addresses too
            return await real(host, *more, **named)
        looked.append(ports[min(len(looked), 1)])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", looked[-1]))]

    monkeypatch.setattr(loop, "getaddrinfo", told)
    async with pool("http://telegram.invalid") as made:
        assert await made.post(request()) == "ConnectFailed"
        assert await asyncio.gather(*[made.post(request()) for _ in range(4)]) == [f"200 {JSON.decode()}"] * 4
    assert len(looked) == 2


# TLS


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for this name or address, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


async def test_tls_with_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    ours, trusting = certificate(tmp_path, "127.0.0.1")
    async with http_server(ours) as server, pool(server.url, tls=trusting) as made:
        assert await made.post(request()) == f"200 {JSON.decode()}"
        server.told.append(RESET)
        assert await made.post(request()) == "ConnectionLost"
        assert await made.post(request()) == f"200 {JSON.decode()}"


async def test_without_a_good_certificate_nothing_is_written(tmp_path: Path) -> None:
    other, trusting = certificate(tmp_path, "telegram.invalid")
    async with http_server(other) as server:
        async with pool(server.url, tls=trusting) as made:  # another's name
            assert await made.post(request()) == "ConnectFailed"
        async with pool(server.url) as made:  # nobody's authority
            assert await made.post(request()) == "ConnectFailed"
        assert server.requests == []


async def until(met: Any, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.005)
