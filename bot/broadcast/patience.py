"""Calls of a storage that may fail for a while: nothing is lost, and the log says so, at most once a minute."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import structlog

from bot.logs import places

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger(__name__)

FIRST_WAIT = 0.1
LONGEST_WAIT = 2.0
APART = 60.0
"""Seconds between two lines: on a full disk reading goes on, so that failing and answering take turns."""
QUIET = 5.0
"""Seconds without a failure after which it is over."""


class NotNow(Exception):
    """Storage failed, which was noted; whether the call had an effect is not known. Try again later."""


class Patience:
    """`wait`: seconds to let pass before the next call; 0 while all is well."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.wait = 0.0
        self._said = self._last = float("-inf")
        """Moments of the last line, and of the last failure."""
        self._over = True
        """Whether the log's last word is that all is well."""

    async def ask(self, call: Callable[P, Awaitable[T]], *args: P.args, **named: P.kwargs) -> T:
        """What the call gives. NotNow: it failed."""
        try:
            given = await call(*args, **named)
        except Exception as error:  # noqa: BLE001 - whatever storage says, giving up would lose results
            self._failed(error)
            raise NotNow from None
        self.wait = 0.0
        if not self._over and time.monotonic() - self._last >= QUIET:
            self._over = True
            log.info("storage answers again")
        return given

    def _failed(self, error: Exception) -> None:
        self._last = now = time.monotonic()
        if not self.wait:
            self._tell("storage fails; nothing is lost, it is tried again")
        if now - self._said >= APART:
            self._said, self._over = now, False
            log.error("storage fails; nothing is lost, it is tried again", error=places(error))
        self.wait = min(LONGEST_WAIT, self.wait * 2 or FIRST_WAIT)
