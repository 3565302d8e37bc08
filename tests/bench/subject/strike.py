"""A signal that falls at one moment of one transition: laid into the bot by `subject`."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine as SqlEngine
from sqlalchemy import event

from bot.broadcast.engine import Engine
from bot.inbound import Inbound
from bot.wire.sender import WireSender
from storage import schema
from storage.broadcasts import Broadcasts
from storage.deliveries import Deliveries

BEFORE, COMMIT, AFTER = "before", "commit", "after"
TRANSITIONS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "start": (Inbound, "open", (BEFORE, AFTER)),
    "migrating": (schema, "migrate", (BEFORE, AFTER)),
    "fan-out": (Deliveries, "fan_out", (BEFORE, COMMIT, AFTER)),
    "tick": (Deliveries, "tick", (BEFORE, COMMIT, AFTER)),
    "wire": (WireSender, "send", (BEFORE, AFTER)),
    "retry": (WireSender, "send", (BEFORE, AFTER)),
    "approval": (Broadcasts, "approve", (BEFORE, COMMIT, AFTER)),
    "stop": (Engine, "stop", (BEFORE, AFTER)),
}
"""Transition -> whose method it is, and the moments at which a signal can fall: before the call, just before its
transaction commits, after it returned and before anybody acts on it. `migrating`'s *after* lies before its commit."""


class Strike:
    """Sends this process a signal at the `nth` time that the moment comes."""

    def __init__(self, transition: str, moment: str, number: int, nth: int) -> None:
        self.owner, self.name, _ = TRANSITIONS[transition]
        self._transition, self._moment, self._number, self._left = transition, moment, number, nth
        self._inside = 0
        """Calls under way; their transaction may be committed in the database's own thread."""

    def install(self) -> None:
        work = getattr(self.owner, self.name)
        setattr(self.owner, self.name, self._watched(work))
        event.listen(SqlEngine, "commit", lambda connection: self._reached(COMMIT) if self._inside else None)

    def _watched(self, work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        async def awaited(*given: Any) -> Any:
            self._inside += 1
            try:
                result = await work(*given)
            finally:
                self._inside -= 1
            self._reached(AFTER)
            return result

        @functools.wraps(work)
        def called(*given: Any, **named: Any) -> Any:
            if self._transition == "retry" and not given[1].attempts + given[1].unknowns:
                return work(*given)
            self._reached(BEFORE)
            if inspect.iscoroutinefunction(work) or self._transition in ("wire", "retry"):
                return awaited(*given)
            result = work(*given, **named)
            self._reached(AFTER)
            return result

        return called

    def _reached(self, moment: str) -> None:
        if moment != self._moment or self._left == 0:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._number)
