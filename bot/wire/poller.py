"""Updates by polling. `getUpdates` confirms everything below its offset, so the offset is the lowest number that
is not handled yet. While some are in hand the same poll brings them again, with whatever came behind them: one
slow chat holds nobody up. Telegram gives a hundred at a time, which bounds what is in hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.wire.alarm import Alarm
from bot.wire.intake import Full, Intake, Raw, readable
from bot.wire.limiter import seconds
from storage.errors import StorageError

T = TypeVar("T")
log = structlog.get_logger(__name__)

LONG_POLL = 25
"""Seconds that Telegram may hold a poll open."""
BATCH = 100
LONGEST_PAUSE = 30.0
GLANCE = 0.3
"""Seconds between two polls while updates are in hand."""
STAND_BY = 0.2
"""Seconds between two looks whether this replica is the one that polls."""
MISSING = 10
"""Numbers missing between two updates from which on somebody else may have taken them."""
FORGETS = 6 * 24 * 3600.0
"""Seconds after which Telegram may number anew: it does so after a week without updates."""


class Fetch(Protocol):
    async def __call__(self, offset: int, timeout: int, limit: int) -> list[Any]:
        """Updates from `offset` on, as Telegram's JSON; raises TelegramError. `timeout` in seconds."""


class Poller:
    """`leads`: whether this replica is the one that polls. `alarm` is told of a second poller and of updates that
    are missing. A 401 that comes after a good answer ends nothing: the token may have been revoked for a moment, and
    what was sent waits 24 hours."""

    def __init__(
        self,
        fetch: Fetch,
        intake: Intake,
        alarm: Callable[[Alarm, int], None] | None = None,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        self._fetch = fetch
        self._intake = intake
        self._alarm = alarm or (lambda kind, count: None)
        self._leads = leads
        self._offset = 0
        self._top = 0
        self._hands: dict[int, asyncio.Task[None]] = {}
        self._left: set[int] = set()
        self._last_number = 0
        self._stopping = asyncio.Event()
        self.polled = float("-inf")
        """The loop's time at which Telegram last answered a poll."""
        self._received = float("-inf")
        self.first_poll = asyncio.Event()
        """Set when Telegram has answered the first poll."""

    async def run(self) -> None:
        """Polls until `stop`; what is in hand is finished first. InvalidToken at the first poll ends it."""
        refused: InvalidToken | None = None
        async with asyncio.TaskGroup() as group:
            pause = 0.0
            while not self._stopping.is_set():
                if not self._leads():
                    self._stand_by()
                    await self._unless_stopped(asyncio.sleep(STAND_BY))
                    continue
                try:
                    pause = await self._polled(group, pause)
                except InvalidToken as error:
                    refused = error
                    break
                if pause:
                    await self._unless_stopped(asyncio.sleep(pause))
                elif self._hands:
                    await self._unless_stopped(asyncio.wait(list(self._hands.values()), timeout=GLANCE))

        if refused is not None:
            raise refused

    def _stand_by(self) -> None:
        """Another replica polls: it alone knows how far everything is handled."""
        self._offset = self._top = self._last_number = 0
        self._left.clear()
        self.polled = asyncio.get_running_loop().time()
        self.first_poll.set()

    async def _polled(self, group: asyncio.TaskGroup, pause: float) -> float:
        """One poll; seconds to wait after it. `pause`: what was waited before it."""
        try:
            updates = await self._unless_stopped(self._fetch(self._offset, self._wait(), BATCH))
        except RetryAfter as error:
            log.warning("polling waits, as Telegram asks", seconds=seconds(error))
            return seconds(error)
        except TelegramError as error:
            if not self._leads():
                return 0.0
            if isinstance(error, InvalidToken) and not self.first_poll.is_set():
                raise
            pause = min(max(pause * 2, 0.5), LONGEST_PAUSE)
            self._say(error, pause)
            return pause
        self.polled = asyncio.get_running_loop().time()
        self.first_poll.set()
        return self._take(updates or [], group)

    def _wait(self) -> int:
        """The first poll does not wait for anything to happen: its answer shows that Telegram is there. Nor does
        one while updates are in hand, which would be answered with those."""
        return LONG_POLL if self.first_poll.is_set() and not self._hands else 0

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result of `work`, or None when `stop` was called first: `work` is then cancelled."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)

    def stop(self) -> None:
        """Ends `run` after the batch in hand."""
        self._stopping.set()
        self._intake.stop()

    async def confirm(self) -> None:
        """Tells Telegram what was handled since the last poll; at an orderly stop."""
        if self._offset:
            try:
                await self._fetch(self._offset, 0, 1)
            except TelegramError as error:
                log.info("the last updates may be delivered again", error=type(error).__name__)

    def _take(self, given: list[Any], group: asyncio.TaskGroup) -> float:
        """Begins with what is new, owners first: between chats no order is kept, and sorting keeps a chat's."""
        updates = [update for update in given if readable(update)]
        if len(updates) < len(given):
            self._intake.counts["unreadable"] += len(given) - len(updates)
            log.warning("updates dropped: they have no number", count=len(given) - len(updates))
        self._look_for_missing(updates)
        self._intake.behind = len(given) >= BATCH
        fresh = {update["update_id"]: update for update in updates if update["update_id"] not in self._hands}
        for update in sorted(fresh.values(), key=lambda update: not self._intake.urgent(update)):
            self._hands[update["update_id"]] = group.create_task(self._taken(update))
        self._top = max([self._top, *(update["update_id"] for update in updates)])
        self._move()
        return 1.0 if given and not updates else 0.0

    async def _taken(self, update: Raw) -> None:
        """One that could not be stored stays in hand: the offset never passes it before it was."""
        try:
            await self._intake.take(update)
            self._left.discard(update["update_id"])
        except (StorageError, Full):
            self._left.add(update["update_id"])
        del self._hands[update["update_id"]]
        self._move()

    def _move(self) -> None:
        """The offset: the lowest number in hand or left behind, or the one after all that came."""
        if self._top:
            self._offset = min([self._top + 1, *self._hands, *self._left])

    def _look_for_missing(self, updates: list[Raw]) -> None:
        if not updates:
            return
        now = asyncio.get_running_loop().time()
        numbers = sorted(update["update_id"] for update in updates)
        fresh = self._last_number and now - self._received < FORGETS
        expected = self._last_number + 1 if fresh else numbers[0]
        missing = 0
        for number in numbers:
            if number > expected:
                missing += number - expected
            expected = max(expected, number + 1)
        self._last_number, self._received = expected - 1, now
        if missing >= MISSING:
            log.error("numbers of updates are missing: somebody else may have fetched them", missing=missing)
            self._alarm(Alarm.MISSING, missing)

    def _say(self, error: TelegramError, pause: float) -> None:
        if isinstance(error, Conflict):
            log.error("another program polls with this token, or a webhook takes the updates", seconds=pause)
            self._alarm(Alarm.WEBHOOK if "webhook" in str(error).lower() else Alarm.SECOND, 0)
        elif isinstance(error, InvalidToken):
            log.error("Telegram refuses the token: was it revoked? Set the new one and start again", seconds=pause)
        elif isinstance(error, NetworkError):
            log.warning("Telegram cannot be reached", error=type(error).__name__, seconds=pause)
        else:
            log.warning("polling failed", error=type(error).__name__, seconds=pause)
