"""Updates in. An update may be acknowledged when `Intake.take` has returned: it was handled, or dropped for a
reason that was told. A crash before that makes Telegram send it again.

One chat's updates keep their order; chats run side by side, owners beside everybody. How updates come is told
in `poller.py` and `webhook.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from enum import Enum, auto
from typing import Any, Protocol

import structlog

from bot.logs import places
from bot.wire.claimed import Elsewhere, Hold
from bot.wire.journal import Journal
from bot.wire.lanes import mute, repeated
from storage.errors import StorageError
from storage.replicas.claims import Handed, Overtaken

log = structlog.get_logger(__name__)

Raw = dict[str, Any]
ALLOWED = ("message", "callback_query", "my_chat_member", "inline_query")
SIDE_BY_SIDE = 32
"""Chats handled at once: what an owner's update waits for when answers cost more than Telegram's latency. With 64 it
waited twice as long, and as many answers took longer (`flood.py` of the benches)."""
MOST = 400
"""Updates held at once; beyond it a webhook's calls are asked to come again."""
TRIES = 2
"""An update that kills its handler is dropped after so many."""
LAST = 10
"""Deaths after which not even its person's wish is carried out any more."""
PATIENCE = (0.2, 1.0, 5.0, 15.0, 30.0)
"""Seconds between two tries while the database cannot be written: nothing is dropped for that."""
_KIND = re.compile(r"[a-z_]{1,40}", re.ASCII)

last_try: ContextVar[bool] = ContextVar("last_try", default=True)
"""Whether a failure of this update's handler is final: only then its person is told."""


class Full(Exception):
    """Too many updates are in hand; this one was not looked at."""


class Verdict(Enum):
    """ANSWER: as usual. MUTE: it is carried out, and not answered. DROP: it is not even read."""

    ANSWER = auto()
    MUTE = auto()
    DROP = auto()


class Doorkeeper(Protocol):
    """Decides before an update is parsed. `urgent`: an owner's, never held back."""

    def urgent(self, update: Raw) -> bool: ...

    def verdict(self, update: Raw, in_hand: int) -> Verdict: ...


class Open:
    """Lets everything in."""

    def urgent(self, update: Raw) -> bool:
        return False

    def verdict(self, update: Raw, in_hand: int) -> Verdict:
        return Verdict.ANSWER


class Wishes(Protocol):
    """What a person asked for about their own row, done from the update as it came, without its handler: nobody is kept
    on the list because their update cannot be handled, or because the machine died twice while it was."""

    def asks(self, update: Raw) -> bool: ...

    async def carry_out(self, update: Raw) -> None: ...


class NoWishes:
    def asks(self, update: Raw) -> bool:
        return False

    async def carry_out(self, update: Raw) -> None: ...


class Intake:
    """`handle` processes one update; it may raise, which costs the update a try. StorageError: it is tried
    until the database works again; with a `hold`, where other replicas may have the update, it is not held here: its
    person is told (`sorry`), and it must come again. `counts`: what became of updates, by word."""

    def __init__(
        self,
        handle: Callable[[Raw], Awaitable[None]],
        journal: Journal | None = None,
        door: Doorkeeper | None = None,
        hold: Hold | None = None,
        sorry: Callable[[Raw], Awaitable[None]] | None = None,
        wishes: Wishes | None = None,
    ) -> None:
        self._handle = handle
        self._journal = journal
        self._door: Doorkeeper = door if door is not None else Open()
        self._hold = hold
        self._sorry = sorry
        self._wishes: Wishes = wishes if wishes is not None else NoWishes()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._lines: dict[object, tuple[asyncio.Lock, int]] = {}
        self._taken: dict[int, asyncio.Future[None]] = {}
        self._running = 0
        self._solo = asyncio.Lock()
        self._change = asyncio.Condition()
        self._stopping = asyncio.Event()
        self.behind = False
        """Whether more waits at Telegram than one poll brings: then the door is as strict as with all hands full."""
        self.counts: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.took: Callable[[float], None] = lambda seconds: None
        """Told of each update how long it was in hand, its answer included."""

    @property
    def in_hand(self) -> int:
        return len(self._taken)

    def urgent(self, update: Raw) -> bool:
        return self._door.urgent(update)

    def stop(self) -> None:
        """Waiting for a database that fails ends: what was not handled will come again."""
        self._stopping.set()

    async def take(self, update: Raw) -> None:
        """Returns when the update may be acknowledged. Full: it was not taken. StorageError: it could not be
        handled before the stop, and must come again."""
        number = update["update_id"]
        again = self._taken.get(number)
        if again is not None:
            self.counts["repeat"] += 1
            await asyncio.shield(again)
            return
        if self._journal is not None and self._journal.seen(number):
            self.counts["repeat"] += 1
            return
        urgent = self._door.urgent(update)
        if len(self._taken) >= MOST and not urgent:
            raise Full
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        began = loop.time()
        self._taken[number] = future
        try:
            await self._through(update, number, urgent)
        except Elsewhere as error:
            future.set_exception(Full())
            future.exception()
            raise Full from error
        except Exception as error:
            future.set_exception(error)
            future.exception()
            raise
        except BaseException:
            future.cancel()
            raise
        else:
            future.set_result(None)
            self.took(loop.time() - began)
        finally:
            del self._taken[number]

    async def _through(self, update: Raw, number: int, urgent: bool) -> None:
        suspect = self._journal is not None and number in self._journal.suspects
        verdict = self._door.verdict(update, MOST if self.behind else len(self._taken))
        if verdict is Verdict.DROP:
            self.counts["flood"] += 1
            self._done(number)
            return
        mute.set(verdict is Verdict.MUTE)
        self.kinds[kind_of(update)] += 1
        async with self._line(chat_of(update)):
            if self._hold is None:
                await self._in_turn(update, number, urgent, suspect, self._deaths(number))
            else:
                await self._claimed(self._hold, update, number, urgent, suspect)
        self._done(number)

    async def _in_turn(self, update: Raw, number: int, urgent: bool, suspect: bool, deaths: int) -> None:
        async with self._turn(suspect, urgent):
            if suspect and deaths >= TRIES:
                log.error("update dropped: the bot died twice while handling it", update=number, kind=kind_of(update))
                await self._dropped(update, number, suspect, last=deaths >= LAST)
            else:
                await self._tried(update, number, suspect)

    async def _dropped(self, update: Raw, number: int, suspect: bool, *, last: bool = False) -> None:
        self.counts["poison"] += 1
        if not last and self._wishes.asks(update):
            await self._tried(update, number, suspect, wish=True)

    async def _claimed(self, hold: Hold, update: Raw, number: int, urgent: bool, suspect: bool) -> None:
        """As `_in_turn`, unless another replica has it. StorageError: nothing is known of it any more."""
        try:
            claim = await hold.take(number, chat_of(update))
            if claim is None:
                self.counts["elsewhere"] += 1
                return
            suspect = suspect or claim.handed is Handed.AGAIN
            token = hold.begin(number)
            try:
                deaths = max(claim.deaths, self._deaths(number))
                await self._in_turn(update, number, urgent, suspect, deaths)
            except StorageError:
                await hold.leave(number)
                raise
            finally:
                hold.end(token)
            await hold.claims.done(number)
        except StorageError as error:
            log.warning("update is to come again: the database failed", kind=kind_of(update), error=str(error))
            if self._sorry is not None and not isinstance(error, Overtaken):
                await self._sorry(update)
            raise

    def _deaths(self, number: int) -> int:
        return self._journal.suspects.get(number, 0) if self._journal is not None else 0

    def _done(self, number: int) -> None:
        if self._journal is not None:
            self._journal.done(number)

    @contextlib.asynccontextmanager
    async def _line(self, chat: object) -> AsyncIterator[None]:
        """One chat's updates, one after another, as they came."""
        lock, waiting = self._lines.get(chat) or (asyncio.Lock(), 0)
        self._lines[chat] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._lines[chat]
            if waiting == 1:
                del self._lines[chat]
            else:
                self._lines[chat] = (lock, waiting - 1)

    @contextlib.asynccontextmanager
    async def _turn(self, suspect: bool, urgent: bool) -> AsyncIterator[None]:
        """A place among those handled at once; an update that was in hand at a death gets the house for itself."""
        if suspect:
            try:
                async with self._solo:
                    async with self._change:
                        await self._change.wait_for(lambda: self._running == 0)
                    yield
            finally:
                async with self._change:
                    self._change.notify_all()
            return
        if not urgent:
            await self._room.acquire()
        try:
            if self._solo.locked():
                async with self._change:
                    await self._change.wait_for(lambda: not self._solo.locked())
            self._running += 1
            try:
                yield
            finally:
                self._running -= 1
                if self._solo.locked() and not self._running:
                    async with self._change:
                        self._change.notify_all()
        finally:
            if not urgent:
                self._room.release()

    async def _tried(self, update: Raw, number: int, suspect: bool, *, wish: bool = False) -> None:
        kind, handle = kind_of(update), self._wishes.carry_out if wish else self._handle
        failures = 0
        for attempt in range(1, 1 << 30):
            if self._journal is not None:
                self._journal.begin(number, alone=suspect)
            last_try.set(failures + 1 >= TRIES)
            repeated.set(suspect or attempt > 1)
            try:
                await handle(update)
            except StorageError as error:
                self.counts["storage"] += 1
                log.warning("update waits: it cannot be stored", kind=kind, attempt=attempt, error=str(error))
                if self._hold is not None or await self._stopped_after(PATIENCE[min(attempt, len(PATIENCE)) - 1]):
                    self._leave(number)
                    raise
            except Exception as error:  # noqa: BLE001 - one update must not stop the others
                failures += 1
                log.warning("update failed", kind=kind, attempt=failures, error=places(error))
                if failures >= TRIES:
                    if not wish:
                        log.error("update dropped: its handler failed twice", update=number, kind=kind)  # noqa: TRY400 - the places stand above
                        await self._dropped(update, number, suspect)
                    return
            else:
                if wish:
                    self.counts["wish"] += 1
                    log.warning("what its person asked for was done all the same", update=number)
                else:
                    self.counts["handled"] += 1
                return

    def _leave(self, number: int) -> None:
        if self._journal is not None:
            self._journal.leave(number)

    async def _stopped_after(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()


def kind_of(update: Raw) -> str:
    """The name of what it carries; a name that Telegram would not give is not repeated."""
    name = next((key for key in update if key != "update_id"), "nothing")
    return name if _KIND.fullmatch(name) else "other"


def chat_of(update: Raw) -> object:
    """The chat whose order counts; None for what belongs to none."""
    for value in update.values():
        if isinstance(value, dict):
            place = value.get("message", value)
            chat = place.get("chat") if isinstance(place, dict) else None
            if isinstance(chat, dict):
                found = chat.get("id")
                return found if isinstance(found, int | str) else None
    return None


def person_of(update: Raw) -> int | None:
    """Who sent it, as far as it says so."""
    for value in update.values():
        if isinstance(value, dict):
            sender = value.get("from")
            found = sender.get("id") if isinstance(sender, dict) else None
            if isinstance(found, int):
                return found
    return None


def readable(update: object) -> bool:
    """Whether it is an update at all: an object with a number that fits."""
    if not isinstance(update, dict):
        return False
    number = update.get("update_id")
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number < 1 << 63
