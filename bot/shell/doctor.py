"""`dauys doctor`: looks at everything the bot stands on and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console

from bot.config import SHIPPED_LIBRARY, Settings
from bot.wire.probe import probe
from content.errors import InvalidLibrary
from content.loader import load
from storage.errors import StorageError
from storage.keyring import NEXT
from storage.open import inspect


class Grade(StrEnum):
    GOOD = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    grade: Grade
    text: str


async def diagnose(settings: Settings, out: Console) -> int:
    """Exit code: 1 if there is a fault. One line a finding."""
    findings = [*_library(settings), *_people(settings), *_folder(settings)]
    findings += await _database(settings)
    findings += await _telegram(settings)
    styles = {Grade.GOOD: "green", Grade.WARNING: "yellow", Grade.FAULT: "red"}
    for finding in findings:
        out.print(f"{finding.grade.value:8}", style=styles[finding.grade], end="")
        out.print(finding.text, markup=False)
    return int(any(finding.grade is Grade.FAULT for finding in findings))


def _library(settings: Settings) -> Iterator[Finding]:
    try:
        library = load(settings.library, language=settings.language)
    except InvalidLibrary as error:
        first = error.faults[0]
        yield Finding(Grade.FAULT, f"library: {len(error.faults)} faults, the first: {first}; see dauys check")
        return
    yield Finding(Grade.GOOD, f"library: {len(library.cases)} cases, {len(library.declarations)} declarations")
    if settings.library.resolve() == SHIPPED_LIBRARY.resolve() and settings.token.get_secret_value():
        yield Finding(Grade.WARNING, "DAUYS_LIBRARY: a real bot serves the shipped library; point it at your own")


def _people(settings: Settings) -> Iterator[Finding]:
    if not settings.owners:
        yield Finding(Grade.WARNING, "DAUYS_OWNERS is empty: nobody can send alerts; send /whoami to the bot for an id")
    if not settings.contact:
        yield Finding(Grade.WARNING, "DAUYS_CONTACT is empty: readers cannot report an error or ask for a removal")
    if not settings.help:
        yield Finding(Grade.WARNING, "DAUYS_HELP is empty: a reader in danger is shown no place to turn to")
    if not settings.org or not settings.site:
        yield Finding(Grade.WARNING, "DAUYS_ORG or DAUYS_SITE is empty: readers cannot verify who runs this bot")


def _folder(settings: Settings) -> Iterator[Finding]:
    data, key = settings.data, settings.master_key
    place = data if data.exists() else data.resolve().parent
    if not os.access(place, os.W_OK):
        yield Finding(Grade.FAULT, f"DAUYS_DATA: {data} cannot be written; make it writable for this user")
    if key.resolve().parent == data.resolve():
        yield Finding(
            Grade.WARNING,
            "DAUYS_KEY_FILE: the key lies beside the database: who takes the disk can read it; move it elsewhere",
        )
    for path in sorted(data.glob("dauys.sqlite3*")) if data.is_dir() else ():
        if path.stat().st_mode & 0o077:
            yield Finding(Grade.FAULT, f"DAUYS_DATA: others may read {path}; run chmod 600 on it")
    if key.with_name(key.name + NEXT).exists():
        yield Finding(Grade.WARNING, "DAUYS_KEY_FILE: a key rotation has not ended; dauys rotate-key goes on with it")
    if key.exists() and not os.access(key.parent, os.W_OK):
        yield Finding(
            Grade.WARNING,
            f"DAUYS_KEY_FILE: {key.parent} cannot be written: a backup would bring erased readers back",
        )
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(Grade.FAULT, f"DAUYS_KEY_FILE: others may read {key}; run chmod 600 on it")


async def _database(settings: Settings) -> list[Finding]:
    try:
        state = await inspect(
            url=settings.database.get_secret_value() or None, data=settings.data, key_file=settings.master_key
        )
    except StorageError as error:
        return [Finding(Grade.FAULT, f"database: {error}")]
    return [Finding(Grade.GOOD, f"database: {state}")]


async def _telegram(settings: Settings) -> list[Finding]:
    if not settings.token.get_secret_value():
        return [Finding(Grade.FAULT, "DAUYS_TOKEN is not set: get one from @BotFather; dauys try needs none")]
    seen = await probe(settings)
    if seen.fault:
        return [Finding(Grade.FAULT, seen.fault)]
    findings = [Finding(Grade.GOOD, f"Telegram answers: the bot is @{seen.username}")]
    if seen.webhook:
        findings.append(Finding(Grade.WARNING, "a webhook is set at Telegram: dauys run removes it to poll"))
    if seen.groups:
        findings.append(Finding(Grade.WARNING, "groups may add the bot: switch /setjoingroups off at @BotFather"))
    return findings
