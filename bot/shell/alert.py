"""`dauys alert` and `dauys publish`: what the running bot is to send, and how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.config import Settings
from bot.control import Refused
from bot.shell.order import order

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Given:
    """The options of `dauys alert`."""

    text_file: Path
    language: str
    topics: tuple[str, ...]
    attach: str
    at: str
    person: int | None


async def alert_readers(settings: Settings, given: Given, *, wait: bool, out: Console, err: Console) -> None:
    fields = {
        "text": _text(given.text_file),
        "language": given.language,
        "topics": list(given.topics),
        "attach": given.attach,
        "at": given.at,
        "as": given.person,
        "wait": wait,
    }
    await _order(settings, "alert", fields, out, err)


async def publish_update(
    settings: Settings, update: str, person: int | None, *, wait: bool, out: Console, err: Console
) -> None:
    if update:
        await _order(settings, "publish", {"update": update, "as": person, "wait": wait}, out, err)
        return
    done = await order(settings, "publish", warn=lambda line: err.print(line, markup=False))
    for id_, label in done["waiting"]:
        out.print(f"{id_}  {label}", markup=False)
    if not done["waiting"]:
        out.print("Every update has gone out, or was there at the first start.")


def _text(path: Path) -> str:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"--text-file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"--text-file {path}: not UTF-8 text") from None
    if not text.strip():
        raise Refused(f"--text-file {path}: is empty")
    return text


async def _order(settings: Settings, name: str, fields: Json, out: Console, err: Console) -> None:
    with _bar(settings, out) as progress:
        done = await order(settings, name, fields, warn=lambda line: err.print(line, markup=False), progress=progress)
    if not fields["wait"]:
        out.print(_said(settings, done), markup=False)
    else:
        out.print(f"Done: {done['sent']:,} of {done['total']:,} delivered.", markup=False)


def _said(settings: Settings, done: Json) -> str:
    readers = f"{done['readers']:,} {'reader' if done['readers'] == 1 else 'readers'}"
    if "asked" in done:
        others = f"{done['asked']} {'other' if done['asked'] == 1 else 'others'}"
        return f"#{done['id']}: for {readers}; approval is asked of {others}. Nothing goes out before."
    at = datetime.fromtimestamp(done["start_at"], ZoneInfo(settings.timezone))
    return f"#{done['id']}: goes out to {readers} from {at:%Y-%m-%d %H:%M:%S %Z} on. dauys status shows it."


@contextmanager
def _bar(settings: Settings, out: Console) -> Iterator[Callable[[Json], None]]:
    """A bar where somebody watches; elsewhere the first line alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, disable=not out.is_terminal, transient=True) as progress:
        task = progress.add_task("waits", total=None)

        def told(said: Json) -> None:
            if "id" in said:
                out.print(_said(settings, said), markup=False)
            else:
                total = said["total"] or None
                progress.update(task, description=str(said["state"]), total=total, completed=said["ended"])

        yield told
