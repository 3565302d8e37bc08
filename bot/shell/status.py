"""`dauys status`, `dauys halt` and `dauys resume`: what a bot is doing, and the brake."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bot.config import Settings
from bot.control import NotRunning, ask
from bot.shell.order import order
from bot.views.preflight import STARS

EVERY = 0.5
"""Seconds between two looks of --watch."""
OPEN = ("approved", "running", "paused")
ENDED_SHOWN = 3
STYLES = {"running": "green", "paused": "yellow", "approved": "cyan", "cancelled": "dim", "done": "dim"}
CALLED = {"correct": "correction"}
DONE = {"recall": "deleted", "correct": "corrected"}
SILENT = 5.0
"""Seconds after which a replica that has said nothing counts as gone; each says twice a second that it lives."""
Json = Mapping[str, Any]
Look = Callable[[], Awaitable[Json]]


async def show_status(settings: Settings, *, watch: bool, as_json: bool, out: Console, err: Console) -> None:
    """Refused and StorageError with one line. With `watch` until Ctrl-C; where nobody watches (no terminal), each
    change is a line."""

    seen = await order(settings, "status", warn=lambda line: err.print(line, markup=False, style="yellow"))

    async def look() -> Json:
        """Of a running bot only: to open the database again and again would keep one from starting."""
        try:
            return await ask(settings.data, "status")
        except NotRunning:
            return {**seen, "pid": None, "halted": None, "gate": None}

    if as_json:
        out.print(json.dumps(seen, ensure_ascii=False), markup=False)
    elif not watch:
        out.print(drawn(seen))
    elif out.is_terminal:
        await _live(look, seen, out)
    else:
        await _lines(look, seen, out)


async def _live(look: Look, seen: Json, out: Console) -> None:
    with Live(drawn(seen), console=out, auto_refresh=False) as live:
        while True:
            await asyncio.sleep(EVERY)
            live.update(drawn(await look()), refresh=True)


async def _lines(look: Look, seen: Json, out: Console) -> None:
    told = ""
    while True:
        said = "\n".join(plain(seen))
        if said != told:
            out.print(said, markup=False)
            told = said
        await asyncio.sleep(EVERY)
        seen = await look()


def drawn(seen: Json) -> RenderableType:
    """Who runs, the gate, the readers; a bar for each open broadcast; the latest that ended."""
    head = Text.assemble(*_head(seen))
    parts: list[RenderableType] = [head, *map(Text, _replicas(seen)), Text(_readers(seen["readers"]))]
    shown = _shown(seen)
    if not shown:
        parts.append(Text("No broadcasts yet.", style="dim"))
        return Group(*parts)
    table = Table.grid(padding=(0, 2))
    for broadcast in shown:
        total = broadcast["total"] or 1
        table.add_row(
            _called(broadcast),
            Text(broadcast["state"], style=STYLES.get(broadcast["state"], "")),
            ProgressBar(total=total, completed=broadcast["ended"], width=30),
            Text(_counted(broadcast)),
            Text(_speed(broadcast), style="dim"),
        )
        for line in _asides(broadcast):
            table.add_row("", "", Text(line, style="yellow"))
    return Group(*parts, table)


def plain(seen: Json) -> Iterator[str]:
    """The same without colours and bars, one line each."""
    yield "".join(part if isinstance(part, str) else part[0] for part in _head(seen))
    yield from _replicas(seen)
    yield _readers(seen["readers"])
    for broadcast in _shown(seen):
        said = [
            f"{_called(broadcast)} {broadcast['state']}",
            _counted(broadcast),
            _speed(broadcast),
            *_asides(broadcast),
        ]
        yield ", ".join(part for part in said if part)


def _replicas(seen: Json) -> Iterator[str]:
    """One line a bot on a database that several share: which leads, and for how long each has said nothing."""
    replicas = seen.get("replicas", [])
    for one in replicas:
        role = f"leads, term {one['epoch']}" if one["leads"] else "stands by"
        here = " (this one)" if one["here"] else ""
        heard = f"{role}, heard of {one['silent']:.1f} s ago"
        if one["silent"] >= SILENT:
            heard = f"SILENT for {one['silent']:.0f} s; it has died, or the database is out of its reach"
        yield f"Replica {one['label']}{here}: {heard}."
    if replicas and not any(one["leads"] and one["silent"] < SILENT for one in replicas):
        yield "Nobody leads at this moment, so nothing is sent; another replica takes over within 15 s."


def _shown(seen: Json) -> list[Json]:
    open_ = [broadcast for broadcast in seen["broadcasts"] if broadcast["state"] in OPEN]
    ended = [broadcast for broadcast in seen["broadcasts"] if broadcast["state"] not in OPEN]
    return [*open_, *ended[:ENDED_SHOWN]]


def _head(seen: Json) -> Iterator[str | tuple[str, str]]:
    beside = " in this folder" if seen.get("replicas") else ""
    yield f"The bot runs (process {seen['pid']})." if seen["pid"] else f"No bot runs{beside}."
    if seen["halted"]:
        yield " "
        yield f"HALTED: {seen['halted']} Nothing is sent until dauys resume.", "bold red"
    gate = seen["gate"]
    if gate is not None:
        closed = gate["closed_for"]
        yield " "
        if closed:
            yield f"Gate closed by Telegram for {_span(closed)} more.", "yellow"
        else:
            yield f"Gate open, {gate['pace']:.3g} messages a second of {gate['rate']:g}."
        if gate.get("paid"):
            yield f" Broadcasts are paid: {STARS:g} Stars for each message beyond the free 30 a second."


def _readers(readers: Mapping[str, int]) -> str:
    total = sum(readers.values())
    if not total:
        return "No readers yet."
    languages = ", ".join(f"{count:,} {language}" for language, count in sorted(readers.items()))
    return f"{total:,} {'reader' if total == 1 else 'readers'}: {languages}"


def _called(broadcast: Json) -> str:
    """Its number, and for a job what it does about which broadcast."""
    kind = broadcast["kind"]
    if kind == "send":
        return f"#{broadcast['id']}"
    return f"#{broadcast['id']} {CALLED.get(kind, kind)} of #{broadcast['of']}"


def _counted(broadcast: Json) -> str:
    total = f"{broadcast['total']:,}" + ("" if broadcast["complete"] else "+")
    return f"{broadcast['sent']:,}/{total} {DONE.get(broadcast['kind'], 'sent')}"


def _speed(broadcast: Json) -> str:
    if broadcast["state"] != "running" or broadcast["rate"] is None:
        return ""
    left = f", {_span(broadcast['left'])} left" if broadcast["left"] is not None else ""
    return f"{broadcast['rate']:.1f}/s{left}"


def _asides(broadcast: Json) -> Iterator[str]:
    """What went wrong, as counts, and why it stands still."""
    if broadcast["causes"]:
        yield f"not {DONE.get(broadcast['kind'], 'delivered')}: " + ", ".join(
            f"{count:,} {cause}" for cause, count in sorted(broadcast["causes"].items())
        )
    waiting = {name: broadcast["counts"].get(name, 0) for name in ("retry", "unknown")}
    if any(waiting.values()):
        yield ", ".join(f"{count:,} in {name}" for name, count in waiting.items() if count)
    if broadcast["possible_duplicates"]:
        yield f"{broadcast['possible_duplicates']:,} may arrive twice"
    if broadcast["note"] and broadcast["state"] in OPEN:
        yield str(broadcast["note"])


def _span(seconds: float) -> str:
    return str(timedelta(seconds=max(1, round(seconds))))


async def halt(settings: Settings, out: Console, err: Console) -> None:
    done = await order(settings, "halt", warn=lambda line: err.print(line, markup=False))
    count = done["paused"]
    out.print(
        f"Halted: {count} {'broadcast stands' if count == 1 else 'broadcasts stand'} still. dauys resume goes on."
    )


async def resume(settings: Settings, broadcast: int | None, out: Console, err: Console) -> None:
    fields = {} if broadcast is None else {"broadcast": broadcast}
    done = await order(settings, "resume", fields, warn=lambda line: err.print(line, markup=False))
    numbers = ", ".join(f"#{id_}" for id_ in done["resumed"])
    if numbers:
        out.print(f"Goes on: {numbers}.", markup=False)
    else:
        out.print("The halt is lifted; nothing was paused by it." if done["lifted"] else "Nothing was halted.")
