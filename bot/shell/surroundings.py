"""What `dauys doctor` says of the machine: versions, space, the kind of disk, rights, limits, addresses."""

from __future__ import annotations

import ipaddress
import os
import platform
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values

from bot.config import PREFIX, SECRETS, Settings
from bot.shell.finding import Finding, fault, good, warning

MIB = 1 << 20
LEAST_SPACE, SPACE = 50 * MIB, 500 * MIB
FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Releases of SQLite without the WAL-reset bug, newest first; the later ones of the same line have it neither."""
FILES = 1024
"""Open files that the bot may need: 512 connections in, as many out."""
NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs")
MOUNTS = Path("/proc/self/mountinfo")
KEEPERS = (Path("/run/secrets"), Path("/run/credentials"))
"""Where container engines and systemd put secrets, with rights of their own."""


def machine(settings: Settings) -> Iterator[Finding]:
    yield _versions(sqlite3.sqlite_version_info)
    place = existing(settings.data)
    yield from _space(shutil.disk_usage(place).free, _size(settings.data))
    kind = filesystem(place, MOUNTS.read_text(encoding="utf-8")) if MOUNTS.exists() else ""
    if kind in NETWORK:
        yield warning(f"DAUYS_DATA: lies on a network disk ({kind}), where SQLite's locks do not hold; use a local one")
    yield from _secrets()
    yield from _limits()
    yield from _address(settings.listen)


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    path = path.resolve()
    return next((place for place in (path, *path.parents) if place.exists()), path)


def _versions(sqlite: tuple[int, ...]) -> Finding:
    named = ".".join(map(str, sqlite))
    if sqlite < (3, 35, 0):
        return fault(f"SQLite {named} is too old; 3.35 or newer is needed: use a newer Python")
    said = f"Python {platform.python_version()}, SQLite {named}"
    return good(said if wal_reset_fixed(sqlite) else f"{said} (its WAL-reset bug has no way in: one connection writes)")


def wal_reset_fixed(version: tuple[int, ...]) -> bool:
    """https://sqlite.org/wal.html#walresetbug"""
    return version >= FIXED[0] or any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED)


def _size(data: Path) -> int:
    return sum(path.stat().st_size for path in data.glob("dauys.sqlite3*")) if data.is_dir() else 0


def _space(free: int, used: int) -> Iterator[Finding]:
    """A key rotation and a backup each write the database once more."""
    wanted = max(SPACE, 3 * used)
    told = f"DAUYS_DATA: {free // MIB:,} MiB are free"
    if free < LEAST_SPACE:
        yield fault(f"{told}; the bot could not store anything soon: free some space")
    elif free < wanted:
        yield warning(f"{told}; {wanted // MIB:,} are better, for backups and a key rotation")


def filesystem(place: Path, mounts: str) -> str:
    """The type of the file system that holds this place, out of the text of mountinfo (man 5 proc)."""
    found, kind = "", ""
    for line in mounts.splitlines():
        fields, _, rest = line.partition(" - ")
        point = fields.split()[4].replace("\\040", " ")
        if place.is_relative_to(point) and len(point) >= len(found):
            found, kind = point, rest.split()[0]
    return kind


def _secrets() -> Iterator[Finding]:
    held = dotenv_values(".env")
    if any(held.get(PREFIX + name.upper()) for name in SECRETS) and _open_to_others(Path(".env")):
        yield fault(".env: others may read it, and it holds secrets; run chmod 600 .env")
    for name in SECRETS:
        variable = f"{PREFIX}{name.upper()}_FILE"
        given = os.environ.get(variable) or held.get(variable)
        path = Path(given).resolve() if given else None
        if path is None or any(path.is_relative_to(keeper) for keeper in KEEPERS):
            continue
        if _open_to_others(path):
            yield fault(f"{variable}: others may read {path}; run chmod 600 on it")


def _open_to_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)


def _limits() -> Iterator[Finding]:
    if os.geteuid() == 0:
        yield warning("this runs as root: run the bot, and doctor, as a user of its own, or rights mean nothing")
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY and files < FILES:
        yield warning(f"only {files} files may be open at once; {FILES} are better: ulimit -n {FILES}")
    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        yield warning("a crash would write memory, keys and all, to the disk; start the bot under ulimit -c 0")


def _address(listen: str) -> Iterator[Finding]:
    host = listen.rpartition(":")[0].strip("[]")
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = host == "localhost"
    if not inside:
        yield warning(
            f"DAUYS_LISTEN: other machines can reach {listen}; let a firewall or a container's network keep strangers "
            "out, or use 127.0.0.1"
        )
