"""Calls of a storage that may fail for a while: nothing is lost, and the log says so once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import structlog

from bot.logs import places

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger(__name__)

FIRST_WAIT = 0.1
LONGEST_WAIT = 2.0


class NotNow(Exception):
    """Storage failed, which was noted; whether the call had an effect is not known. Try again later."""


class Patience:
    """`wait`: seconds to let pass before the next call; 0 while all is well."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.wait = 0.0

    async def ask(self, call: Callable[P, Awaitable[T]], *args: P.args, **named: P.kwargs) -> T:
        """What the call gives. NotNow: it failed."""
        try:
            given = await call(*args, **named)
        except Exception as error:  # noqa: BLE001 - whatever storage says, giving up would lose results
            self._failed(error)
            raise NotNow from None
        if self.wait:
            log.info("storage answers again")
            self.wait = 0.0
        return given

    def _failed(self, error: Exception) -> None:
        if not self.wait:
            log.error("storage fails; nothing is lost, it is tried again", error=places(error))
            self._tell("storage fails; nothing is lost, it is tried again")
        self.wait = min(LONGEST_WAIT, self.wait * 2 or FIRST_WAIT)
