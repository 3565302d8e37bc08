"""Elsewhere than on this machine: TLS with a certificate that is trusted and bears the server's name, or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import make_url, select, text

from storage import address
from storage.errors import StorageError, Unreachable
from storage.postgres import Postgres

ASKED = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""SSLRequest, https://www.postgresql.org/docs/current/protocol-message-formats.html"""
KNOWN_AS = "localhost"
VERSION = re.compile(rb"(server_version\x00)([^\x00]+)")
"""ParameterStatus, likewise."""


def certificate(folder: Path) -> Path:
    """One for `localhost` that has signed itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, KNOWN_AS)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(KNOWN_AS)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(made.public_bytes(pem) + private)
    return path


@contextlib.asynccontextmanager
async def front(url: str, pem: Path | None, version: bytes = b"") -> AsyncIterator[int]:
    """A port of the real server that speaks TLS with this certificate, or refuses TLS without one. `version`: what it
    says of itself instead of its own."""

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                if version:
                    chunk = VERSION.sub(lambda found: found[1] + version.ljust(len(found[2])), chunk)
                sink.write(chunk)
                await sink.drain()
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(len(ASKED))
        if first == ASKED and pem is not None:
            writer.write(b"S")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(pem)
            await writer.start_tls(context)
            first = b""
        elif first == ASKED:
            writer.write(b"N")
            first = b""
        inner_reader, inner = await behind(url)
        inner.write(first)
        await asyncio.gather(pump(reader, inner), pump(inner_reader, writer))

    under_way: set[asyncio.Task[None]] = set()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await serve(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    listening = await asyncio.start_server(guarded, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
    await asyncio.gather(*under_way)


@pytest.fixture
def url(server: object, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> object:
    """A database of a server that counts as one of another machine."""
    monkeypatch.setattr(address, "LOCAL", ("",))
    with request.getfixturevalue("server").fresh() as made:
        yield made


def seen_at(url: str, port: int, host: str = KNOWN_AS, query: str = "") -> str:
    made = make_url(url)
    return f"postgresql+asyncpg://{made.username}:{made.password}@{host}:{port}/{made.database}{query}"


async def behind(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the real server, by its socket in the file system or its port."""
    made = make_url(url)
    host, port = str(made.query.get("host", made.host or "")), made.port or 5432
    if host.startswith("/"):
        return await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{port}")
    return await asyncio.open_connection(host, port)


async def greeted(where: str) -> str:
    database = Postgres(where)
    try:
        async with database.begin() as connection:
            return str(await connection.scalar(select(text("'well'"))))
    finally:
        await database.close()


async def refused(where: str) -> str:
    with pytest.raises(Unreachable) as caught:
        await greeted(where)
    assert str(make_url(where).password) not in str(caught.value)
    return str(caught.value)


async def test_a_trusted_certificate_for_the_name(url: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    async with front(url, pem) as port:
        assert await greeted(seen_at(url, port, query=f"?sslrootcert={pem}")) == "well"


async def test_no_authority_known_no_name_that_fits_no_tls_at_all(url: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    async with front(url, pem) as port:
        assert "no trusted TLS" in await refused(seen_at(url, port))
        assert "no trusted TLS" in await refused(seen_at(url, port, "127.0.0.1", f"?sslrootcert={pem}"))
    async with front(url, None) as port:
        assert "no trusted TLS" in await refused(seen_at(url, port))


@pytest.mark.parametrize(("version", "told"), [(b"14.9", "PostgreSQL 14 is too old; 15 or newer"), (b"15.1", "")])
async def test_a_server_that_says_how_old_it_is(url: str, version: bytes, told: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    async with front(url, pem, version) as port:
        where = seen_at(url, port, query=f"?sslrootcert={pem}")
        if told:
            with pytest.raises(StorageError, match=told):
                await greeted(where)
        else:
            assert await greeted(where) == "well"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?sslmode=require", "sslmode is always verify-full"),
        ("?ssl=disable", "may stand behind its question mark"),
        ("?sslrootcert=/nowhere/hush.pem", "sslrootcert cannot be read"),
    ],
)
async def test_nothing_makes_it_weaker(query: str, told: str) -> None:
    with pytest.raises(StorageError, match=told) as caught:
        Postgres(f"postgresql+asyncpg://u:hush@db.example:5432/name{query}")
    assert "hush" not in str(caught.value)
