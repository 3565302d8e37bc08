"""DAUYS_DATABASE taken apart: a server's address, and how it is reached. Nothing of it is ever shown."""

from __future__ import annotations

import ssl
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import StorageError

DRIVER = "postgresql+asyncpg"
LOCAL = ("", "localhost", "127.0.0.1", "::1")
WRONG = "DAUYS_DATABASE: expected postgresql+asyncpg://USER:PASSWORD@HOST:5432/NAME"
KNOWN = {"host", "sslmode", "sslrootcert"}
"""What may stand behind the question mark; names as in libpq."""
PATIENCE = 10
"""Seconds that a connection may take to be made."""


def parsed(address: str) -> URL:
    """StorageError: it is none of ours."""
    try:
        made = make_url(address)
    except (ArgumentError, ValueError):
        raise StorageError(WRONG) from None
    if made.drivername != DRIVER or not made.database:
        raise StorageError(WRONG)
    strange = sorted(set(made.query) - KNOWN)
    if strange:
        raise StorageError(f"DAUYS_DATABASE: only {', '.join(sorted(KNOWN))} may stand behind its question mark")
    if made.query.get("sslmode", "verify-full") != "verify-full":
        raise StorageError("DAUYS_DATABASE: sslmode is always verify-full, save on this machine; leave it out")
    return made


def local(url: URL) -> bool:
    """On this machine: by its loopback, or a socket in its file system."""
    host = str(url.query.get("host", url.host or ""))
    return host in LOCAL or host.startswith("/")


def reached(url: URL) -> tuple[URL, dict[str, Any]]:
    """The address, and the driver's arguments. Elsewhere than on this machine the server must show a certificate for
    its name, of a known authority or of `sslrootcert` (verify-full); https://www.postgresql.org/docs/current/libpq-ssl.html
    says why less is none."""
    arguments: dict[str, Any] = {"timeout": PATIENCE}
    if not local(url):
        arguments["ssl"] = _trusting(url.query.get("sslrootcert"))
    return url.difference_update_query(["sslmode", "sslrootcert"]), arguments


def _trusting(authority: object) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authority:
        try:
            context.load_verify_locations(str(authority))
        except OSError:
            raise StorageError("DAUYS_DATABASE: sslrootcert cannot be read; name a file of certificates") from None
    return context
