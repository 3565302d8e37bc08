"""What the shell can ask of a bot: one function a command, the same in a running bot and without one.

`COMMANDS` is the registry: a new command is a function here (or in a file of its own) and a line in it. In a
running bot they are reached through `bot/control.py`; without one the shell calls them itself, under the
folder's lock (`bot/shell/order.py`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.control import Command, Json, Refused, Tell
from bot.handlers import from_shell
from bot.handlers.brake import HALTS
from bot.handlers.context import Context, Services
from bot.handlers.library import read_again
from bot.wire.lanes import Lane
from content.errors import InvalidLibrary
from storage.open import Storage
from storage.records import TERMINAL, Audience, Broadcast, BroadcastState, DeliveryState

SHELL = 0
"""The actor of the shell's commands in the audit log: no person has this id."""
HALT_NOTE = "Halted at the shell."
_OPEN = (BroadcastState.APPROVED, BroadcastState.RUNNING, BroadcastState.PAUSED)
RECENT = 50


@dataclass(frozen=True)
class Hands:
    """What a command works with. `services` loads the library at its first call when no bot runs
    (InvalidLibrary); `running` is the bot that sends, None when there is none."""

    settings: Settings
    storage: Storage
    services: Callable[[], Services]
    running: Services | None = None
    context: Callable[[], Context] | None = None
    """What handlers of the running bot are given."""


Order = Callable[[Hands, Json, Tell], Awaitable[Json]]


async def status(hands: Hands, fields: Json, tell: Tell) -> Json:
    """Who runs, whether and why sending stands still, the gate, readers as counts, broadcasts newest first."""
    readers = await hands.storage.subscribers.count(Audience())
    recent = await hands.storage.broadcasts.recent(RECENT)
    running = hands.running
    replicas = await hands.storage.replicas.look()
    return {
        "replicas": [asdict(replica) for replica in replicas],
        "pid": os.getpid() if running else None,
        "halted": running.watch.halt or HALT_NOTE if running and running.engine.halted else None,
        "gate": None
        if running is None
        else {
            "closed_for": running.gate.opens_in(),
            "pace": running.gate.pace(Lane.PAID),
            "rate": hands.settings.paid_rate if hands.settings.paid else hands.settings.rate,
            "paid": hands.settings.paid,
        },
        "readers": readers,
        "broadcasts": [_told(broadcast, running) for broadcast in recent],
    }


def _told(broadcast: Broadcast, running: Services | None) -> dict[str, Any]:
    look = running.watch.looks.get(broadcast.id) if running else None
    return {
        "id": broadcast.id,
        "kind": broadcast.kind,
        "of": broadcast.of,
        "state": broadcast.state,
        "total": broadcast.total,
        "complete": broadcast.fanned_out,
        "ended": sum(broadcast.counts.get(state, 0) for state in TERMINAL),
        "sent": broadcast.counts.get(DeliveryState.SENT, 0),
        "counts": broadcast.counts,
        "causes": broadcast.causes,
        "possible_duplicates": broadcast.possible_duplicates,
        "note": broadcast.note,
        "start_at": broadcast.start_at,
        "rate": look.rate if look else None,
        "left": look.left if look else None,
    }


async def halt(hands: Hands, fields: Json, tell: Tell) -> Json:
    """All sending stops at once; `paused`: how many broadcasts stand still because of it."""
    under_way = [found for found in await hands.storage.broadcasts.open() if found.state in _OPEN[:2]]
    if hands.running is not None:
        hands.running.engine.halt(HALT_NOTE)
    await hands.storage.deliveries.halt(HALT_NOTE)
    if hands.running is None:
        for broadcast in under_way:
            await hands.storage.deliveries.set_state(broadcast.id, BroadcastState.PAUSED, time.time(), HALT_NOTE)
    await hands.storage.audit.append(SHELL, "halt", "at the shell")
    return {"paused": len(under_way)}


async def resume(hands: Hands, fields: Json, tell: Tell) -> Json:
    """Lifts a halt, and sets going what it paused; with `broadcast`, that one, whatever paused it."""
    chosen = fields.get("broadcast")
    paused = [found for found in await hands.storage.broadcasts.open() if found.state is BroadcastState.PAUSED]
    if chosen is not None:
        paused = [found for found in paused if found.id == chosen]
        if not paused:
            raise Refused(f"broadcast {chosen} is not paused; dauys status lists them")
    else:
        paused = [found for found in paused if found.note.startswith(HALTS)]
    if hands.running is not None:
        lifted = hands.running.engine.halted
        hands.running.engine.lift()
        hands.running.watch.halt = ""
    else:
        lifted = await hands.storage.deliveries.halted() is not None
        await hands.storage.deliveries.halt(None)
    for broadcast in paused:
        if hands.running is not None:
            await hands.running.engine.resume(broadcast.id)
        else:
            await hands.storage.deliveries.set_state(broadcast.id, BroadcastState.RUNNING, time.time())
    await hands.storage.audit.append(SHELL, "resume", "at the shell")
    return {"lifted": lifted, "resumed": [broadcast.id for broadcast in paused]}


async def audit_verify(hands: Hands, fields: Json, tell: Tell) -> Json:
    """Goes through the log of what admins did; with `head`, that one must still be in it."""
    return asdict(await hands.storage.audit.verify(str(fields.get("head") or "")))


async def reload(hands: Hands, fields: Json, tell: Tell) -> Json:
    """Reads the library again and serves it; a faulty one is refused with every fault."""
    if hands.running is None:
        raise Refused(f"no bot runs in {hands.settings.data}: the next start reads the library; dauys check checks it")
    try:
        library = await read_again(hands.running)
    except InvalidLibrary as error:
        many = "1 fault" if len(error.faults) == 1 else f"{len(error.faults)} faults"
        raise Refused(f"{error}\n{many}; the library read before goes on serving") from None
    await hands.storage.replicas.announce("library")
    await hands.storage.audit.append(SHELL, "reload", str(len(library.records)))
    return {"records": len(library.records)}


async def hidden(hands: Hands, fields: Json, tell: Tell) -> Json:
    """Whom an owner has taken off every screen, by their ids in the library."""
    return {"hidden": sorted(await hands.storage.hidden.all())}


async def rotate_key(hands: Hands, fields: Json, tell: Tell) -> Json:
    """Exchanges the master key, or ends an exchange that was begun; tells `done` and `total` readers."""

    async def told(done: int, total: int) -> None:
        await tell({"done": done, "total": total})

    begun = hands.storage.rotation.pending
    readers = await hands.storage.rotation.run(told)
    await hands.storage.audit.append(SHELL, "rotate-key", "at the shell")
    return {"readers": readers, "begun": begun, "head": (await hands.storage.audit.verify()).head}


async def backup(hands: Hands, fields: Json, tell: Tell) -> Json:
    """An encrypted copy of the database into the new file `path`, read back before it is called one."""
    made = await hands.storage.backup(Path(str(fields["path"])))
    await hands.storage.audit.append(SHELL, "backup", "at the shell")
    return {"readers": made.readers, "size": made.size}


def _context(hands: Hands) -> Context:
    if hands.context is None:
        raise Refused(f"no bot runs in {hands.settings.data}: the running bot sends; start it: dauys run")
    return hands.context()


async def alert(hands: Hands, fields: Json, tell: Tell) -> Json:
    """An alert of the person `as`: sent, or asked for approval; with `wait` watched to its end."""
    context = _context(hands)
    person = from_shell.author(context.services, fields.get("as"))
    given = {name: str(fields.get(name) or "") for name in ("text", "language", "attach", "at")}
    asked = from_shell.Asked(topics=tuple(fields.get("topics") or ("alerts",)), **given)
    done = await from_shell.alert(context, person, asked)
    return await _watched(context, done, fields, tell)


async def publish(hands: Hands, fields: Json, tell: Tell) -> Json:
    """A content update as a broadcast; without `update`, those that have not gone out."""
    context = _context(hands)
    if not fields.get("update"):
        return {"waiting": await from_shell.waiting(context.services)}
    person = from_shell.author(context.services, fields.get("as"))
    done = await from_shell.publish(context, person, str(fields["update"]))
    return await _watched(context, done, fields, tell)


async def _watched(context: Context, done: dict[str, object], fields: Json, tell: Tell) -> Json:
    if not fields.get("wait"):
        return done
    await tell(done)
    return done | await from_shell.watch(context.services, int(str(done["id"])), tell)


async def health(hands: Hands, fields: Json, tell: Tell) -> Json:
    """`faults`: what is wrong with the running bot, a line each; with `alive` only what a new start would mend."""
    if hands.running is None:
        raise Refused(f"no bot runs in {hands.settings.data}")
    asked = hands.running.health
    checks = asked.alive() if fields.get("alive") else await asked.ready()
    return {"faults": [f"{check.name}: {check.fault}" for check in checks if not check.good]}


COMMANDS: Mapping[str, Order] = {
    "health": health,
    "status": status,
    "halt": halt,
    "resume": resume,
    "audit-verify": audit_verify,
    "reload": reload,
    "hidden": hidden,
    "alert": alert,
    "publish": publish,
    "rotate-key": rotate_key,
    "backup": backup,
}


def bound(hands: Hands) -> Mapping[str, Command]:
    """The commands for these hands, as the control socket takes them."""
    return {name: partial(order, hands) for name, order in COMMANDS.items()}
