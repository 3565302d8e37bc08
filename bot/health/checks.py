"""Whether the bot lives, and whether it can do its work now. Nothing here holds an id, a text, a path or a token."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from bot.broadcast.engine import REFUSED, Engine
from bot.broadcast.watch import Watch
from bot.health.kept import Kept
from bot.wire.gate import Gate
from storage.errors import MissingKey, WrongKey
from storage.open import Storage

STUCK = 300.0
"""Seconds without a pass of the engine after which it counts as dead; a locked database takes ten."""
LAGGING = 60.0
"""Seconds for which messages may be due without one that Telegram takes."""
LEADERLESS = 20.0
"""Seconds without a leader; another one takes over within 15."""
WRITE_FRESH, WRITE_WAIT = 5.0, 3.0
STARTING, RUNNING, STOPPING = "starting", "running", "stopping"


@dataclass(frozen=True, slots=True)
class Check:
    """`fault`: what is wrong and what to do, in one line; empty when all is well."""

    name: str
    fault: str = ""
    note: str = ""
    """What is worth saying though all is well."""

    @property
    def good(self) -> bool:
        return not self.fault

    def __str__(self) -> str:
        return f"fail {self.name}: {self.fault}" if self.fault else f"ok {self.name}{': ' * bool(self.note)}{self.note}"


class Health:
    """`tasks` are run by the composition root; `inbound` is given once it is known how updates come."""

    def __init__(self, storage: Storage, engine: Engine, gate: Gate, watch: Watch) -> None:
        self._storage, self._engine, self._gate, self._watch = storage, engine, gate, watch
        self._written = Kept(storage.pulse.write, WRITE_FRESH)
        self._key = Kept(self._keyed, WRITE_FRESH)
        self.inbound: Callable[[], str] = lambda: "not open yet"
        self.stage = STARTING
        self._since = 0.0

    def started(self) -> None:
        self.stage, self._since = RUNNING, time.monotonic()

    def tasks(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        return [self._written.run, self._key.run]

    def alive(self) -> list[Check]:
        """Fails when only a new start can help."""
        if self.stage != RUNNING:
            return [Check("engine")]
        silent = time.monotonic() - max(self._engine.passed, self._since)
        return [Check("engine", f"has not moved for {silent:.0f} s; start the bot again" if silent > STUCK else "")]

    async def ready(self) -> list[Check]:
        """Fails when updates do not come in, nothing can be stored, or messages do not go out."""
        if self.stage != RUNNING:
            return [Check("stage", self.stage)]
        written, keyed = await asyncio.gather(self._written.ask(WRITE_WAIT), self._key.ask(WRITE_WAIT))
        slow = f"no answer within {WRITE_WAIT:.0f} s; look at the disk"
        return [
            *self.alive(),
            Check("database", self._written.fault if written else slow),
            Check("key", (self._key.value or self._key.fault) if keyed else slow),
            Check("updates", self.inbound()),
            Check("sending", self._sending()),
            *self._leader(),
        ]

    def _leader(self) -> list[Check]:
        """Where several bots share a database: which of them this one is."""
        replicas = self._storage.replicas
        if not replicas.name:
            return []
        missing = replicas.leaderless()
        if missing > LEADERLESS:
            return [Check("leader", f"no replica has led for {missing:.0f} s, so that nothing is sent; see their logs")]
        return [Check("leader", note=f"this replica, term {replicas.epoch}" if replicas.mine() else "another replica")]

    async def _keyed(self) -> str:
        try:
            await self._storage.pulse.key()
        except MissingKey:
            return "its file is gone, and the next start needs it; bring it back"
        except WrongKey:
            return "its file does not open this database; bring the right one back before the next start"
        return ""

    def _sending(self) -> str:
        if self._engine.halted and self._watch.halt.startswith(REFUSED):
            return f"{REFUSED}, and all sending stands still; see the log, then dauys resume"
        lag = self._engine.lag()
        if lag < LAGGING:
            return ""
        closed = self._gate.opens_in()
        why = f"Telegram has closed the gate for {closed:.0f} s more" if closed else "see dauys status"
        return f"messages have been due for {lag:.0f} s and none went out; {why}"


def good(checks: Iterable[Check]) -> bool:
    return all(check.good for check in checks)


__all__ = ["RUNNING", "STARTING", "STOPPING", "Check", "Health", "good"]
