"""`dauys doctor`: looks at everything the bot stands on and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from bot.config import SHIPPED_LIBRARY, Settings
from bot.control import NAME, ControlError, NotRunning, ask
from bot.shell.finding import Finding, Grade, fault, good, warning
from bot.shell.surroundings import existing, machine
from bot.wire.probe import Probe, probe
from content.errors import InvalidLibrary
from content.loader import load
from storage.errors import StorageError
from storage.keyring import NEXT
from storage.open import inspect
from storage.remarks import remarks

CLOCK, CLOCK_WRONG = 30.0, 300.0
"""Seconds of difference that are worth a word, and that are wrong."""


async def diagnose(settings: Settings, out: Console) -> int:
    """Exit code: 1 if there is a fault. One line a finding."""
    findings = [*_library(settings), *_people(settings), *machine(settings), *_folder(settings), *_key(settings)]
    findings += await _database(settings)
    findings += await _running(settings)
    findings += await _telegram(settings)
    styles = {Grade.GOOD: "green", Grade.WARNING: "yellow", Grade.FAULT: "red"}
    for finding in findings:
        out.print(f"{finding.grade.value:8}", style=styles[finding.grade], end="")
        out.print(finding.text, markup=False)
    faults, warnings = (sum(finding.grade is grade for finding in findings) for grade in (Grade.FAULT, Grade.WARNING))
    out.print(f"{_many(faults, 'fault')}, {_many(warnings, 'warning')}.", markup=False)
    return int(faults > 0)


def _many(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _library(settings: Settings) -> Iterator[Finding]:
    try:
        library = load(settings.library, language=settings.language)
    except InvalidLibrary as error:
        first = error.faults[0]
        yield fault(f"library: {len(error.faults)} faults, the first: {first}; mend what dauys check names")
        return
    yield good(f"library: {len(library.cases)} cases, {len(library.declarations)} declarations")
    if settings.library.resolve() == SHIPPED_LIBRARY.resolve() and settings.token.get_secret_value():
        yield warning("DAUYS_LIBRARY: a real bot serves the shipped library; point it at your own")


def _people(settings: Settings) -> Iterator[Finding]:
    if not settings.owners:
        yield warning("DAUYS_OWNERS is empty: nobody can send alerts; send /whoami to the bot for an id")
    if not settings.contact:
        yield warning("DAUYS_CONTACT is empty: set it, or readers cannot report an error or ask for a removal")
    if not settings.help:
        yield warning("DAUYS_HELP is empty: set it, or a reader in danger is shown no place to turn to")
    if not settings.org or not settings.site:
        yield warning("DAUYS_ORG or DAUYS_SITE is empty: set both, or readers cannot verify who runs this bot")


def _folder(settings: Settings) -> Iterator[Finding]:
    data = settings.data
    if not os.access(existing(data), os.W_OK):
        yield fault(f"DAUYS_DATA: {data} cannot be written; make it writable for this user")
    if not data.is_dir():
        return
    if data.stat().st_mode & 0o077:
        yield warning(f"DAUYS_DATA: others may look into {data}; run chmod 700 on it")
    for path in sorted(data.glob("dauys.sqlite3*")):
        if path.stat().st_mode & 0o077:
            yield fault(f"DAUYS_DATA: others may read {path}; run chmod 600 on it")
    socket = data / NAME
    if socket.exists() and socket.stat().st_mode & 0o077:
        yield fault(f"DAUYS_DATA: others may command the bot through {socket}; stop it, and start it again")


def _key(settings: Settings) -> Iterator[Finding]:
    data, key = settings.data, settings.master_key
    if key.resolve().parent == data.resolve():
        yield warning(
            "DAUYS_KEY_FILE: the key lies beside the database: who takes the disk can read it; move it elsewhere"
        )
    elif same_disk(key, data):
        yield warning("DAUYS_KEY_FILE: the key lies on the same disk as the database: who takes it has both; move it")
    if key.with_name(key.name + NEXT).exists():
        yield warning("DAUYS_KEY_FILE: a key rotation has not ended; dauys rotate-key goes on with it")
    if not key.exists():
        return
    if not os.access(key.parent, os.W_OK):
        yield warning(
            f"DAUYS_KEY_FILE: {key.parent} cannot be written: make it writable, or a backup brings erased readers back"
        )
    if key.stat().st_mode & 0o077:
        yield fault(f"DAUYS_KEY_FILE: others may read {key}; run chmod 600 on it")


async def _running(settings: Settings) -> list[Finding]:
    """A bot that runs in this folder, and what it says of itself."""
    if not (settings.data / NAME).exists():
        return []
    try:
        faults = (await ask(settings.data, "health"))["faults"]
    except NotRunning as error:
        return [warning(f"{error}; the next start takes it away")]
    except ControlError as error:
        return [warning(str(error))]
    return [warning(f"the running bot: {text}") for text in faults] or [good("a bot runs here, and is well")]


def same_disk(one: Path, other: Path) -> bool:
    return existing(one).stat().st_dev == existing(other).stat().st_dev


async def _database(settings: Settings) -> list[Finding]:
    url = settings.database.get_secret_value() or None
    server = url is not None and url.startswith("postgresql")
    try:
        state = await inspect(url=url, data=settings.data, key_file=settings.master_key)
        told = await remarks(url) if url is not None and server else []
    except StorageError as error:
        return [fault(f"database: {error}")]
    return [good(f"database{' (PostgreSQL)' if server else ''}: {state}"), *map(warning, told)]


async def _telegram(settings: Settings) -> list[Finding]:
    if not settings.token.get_secret_value():
        return [fault("DAUYS_TOKEN is not set: get one from @BotFather; dauys try needs none")]
    seen = await probe(settings)
    if seen.fault:
        return [fault(seen.fault)]
    findings = [good(f"Telegram answers: the bot is @{seen.username}"), *_clock(seen.ahead)]
    findings += _webhook(settings.webhook_url, seen)
    if seen.groups:
        findings.append(warning("groups may add the bot: switch /setjoingroups off at @BotFather"))
    return findings


def _clock(ahead: float | None) -> Iterator[Finding]:
    if ahead is None or abs(ahead) < CLOCK:
        return
    told = f"the clock is {timedelta(seconds=round(abs(ahead)))} {'ahead of' if ahead > 0 else 'behind'} Telegram's"
    why = "approvals, schedules and what is erased by time go by it; set it with NTP"
    yield (fault if abs(ahead) >= CLOCK_WRONG else warning)(f"{told}: {why}")


def _webhook(ours: str, seen: Probe) -> Iterator[Finding]:
    strange = "; if you did not set it, somebody has the token: revoke it at @BotFather"
    if seen.webhook and not ours:
        yield warning(f"a webhook is set at Telegram: dauys run removes it to poll{strange}")
    elif seen.webhook and seen.webhook != ours:
        yield warning(f"another webhook is set at Telegram: dauys run replaces it{strange}")
    elif seen.webhook and seen.webhook_error:
        yield warning(
            f"Telegram's last call of the webhook failed: {seen.webhook_error}; look at the proxy before the bot"
        )
