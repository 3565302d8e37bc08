"""The one gate for all that the bot sends.

`Policy` is arithmetic over given moments: budgets and lanes (`gate_budget`), what one chat may get
(`gate_chats`), the pace after a 429 (`gate_tempo`), and the closing itself. `Gate` puts waiting tasks on top.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.wire.gate_budget import Budget, Ticket
from bot.wire.gate_chats import Chat, Chats
from bot.wire.lanes import DELIVERIES, Lane, Superseded
from bot.wire.leasing import ANSWERS, SENDS, Purse

AHEAD = 0.15
"""Seconds' worth of deliveries that wait at the gate, so that it never starves between two ticks."""
QUANTUM = 0.004
"""Seconds between two looks at least: at high rates a few go at once, well within the budget's slack."""
LONGEST = 60.0
"""Seconds of a closing that a reply or a panel waits for; for longer it is given up."""
BRIEFEST = 0.5
"""Seconds for which a 429 closes the gate at least, whatever it names; doubled while nothing is taken in between."""
MOST_DOUBLINGS = 5


class Policy:
    """All rules together. Moments are seconds of one monotonic clock; one that goes back stands still.

    With `paid_rate` there is a second budget, for Lane.PAID alone.
    """

    def __init__(self, rate: float, paid_rate: float | None = None) -> None:
        self.closed_until = float("-inf")
        self.closed_at = float("-inf")
        """The moment of the last closing."""
        self._vain = 0
        """Closings in a row between which nothing was taken."""
        self._chats = Chats()
        self.budgets = [Budget(rate, [lane for lane in Lane if lane is not Lane.PAID], self._chats)]
        if paid_rate is not None:
            self.budgets.append(Budget(paid_rate, [Lane.PAID], self._chats))
        self._of = dict.fromkeys(Lane, self.budgets[0]) | {lane: b for b in self.budgets for lane in b.lanes}
        self._newest: dict[object, Ticket] = {}

    def add(self, ticket: Ticket, now: float) -> Ticket | None:
        """A ticket comes to wait; what it returns is overtaken by it and waits no more."""
        overtaken = self._newest.get(ticket.key) if ticket.key is not None else None
        if overtaken is not None:
            self.drop(overtaken)
        if ticket.key is not None:
            self._newest[ticket.key] = ticket
        self._of[ticket.lane].add(ticket, now)
        return overtaken

    def drop(self, ticket: Ticket) -> None:
        self._of[ticket.lane].drop(ticket)
        self._forget(ticket)

    def refund(self, ticket: Ticket) -> None:
        self._of[ticket.lane].refund(ticket)

    def grant(self, now: float) -> Ticket | None:
        if now < self.closed_until:
            return None
        for budget in self.budgets:
            ticket = budget.grant(now)
            if ticket is not None:
                self._forget(ticket)
                return ticket
        return None

    def wake(self, now: float) -> float | None:
        """The next moment to ask `grant` again; None while nobody waits."""
        moments = [moment for budget in self.budgets if (moment := budget.wake(now)) is not None]
        return max(min(moments), self.closed_until) if moments else None

    def flood(
        self,
        now: float,
        wait: float,
        lane: Lane = Lane.BROADCAST,
        granted: float | None = None,
        *,
        vain: bool = False,
    ) -> None:
        """A 429 for a message of `lane` that was let through at `granted`. Closes until the latest moment
        named. Only a message let through after the last closing tells anything new; `vain`, where none was taken
        since, that the closing was too short, and nothing about the pace."""
        new = now >= self.closed_until and (granted is None or granted >= self.closed_at)
        if new:
            self.closed_at = now
            self._vain = min(self._vain + 1, MOST_DOUBLINGS) if vain else 0
        self.closed_until = max(self.closed_until, now + max(BRIEFEST * 2.0**self._vain, wait))
        if new:
            tempo = self._of[lane].tempo
            (tempo.shut if vain else tempo.breach)(now, self.closed_until)

    def waiting(self, lane: Lane) -> int:
        return self._of[lane].waiting(lane)

    def leave(self) -> list[Ticket]:
        """Everybody who waits, deliveries apart, waits no more."""
        gone = [ticket for budget in self.budgets for ticket in budget.queued() if ticket.lane not in DELIVERIES]
        for ticket in gone:
            self.drop(ticket)
        return gone

    def pace(self, now: float, lane: Lane = Lane.BROADCAST) -> float:
        """Messages a second that this lane's budget gives now."""
        return self._of[lane].tempo.rate(now)

    def _forget(self, ticket: Ticket) -> None:
        if ticket.key is not None and self._newest.get(ticket.key) is ticket:
            del self._newest[ticket.key]


class Closed(Exception):
    """Telegram has closed the gate for longer than an answer can wait: `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Telegram lets nothing through for {seconds:.0f} s")
        self.seconds = seconds


@dataclass(eq=False, slots=True)
class Waiter(Ticket):
    """Told of its grant, by the moment of it, either way."""

    future: asyncio.Future[float] | None = None
    go: Callable[[float], None] | None = None


class Gate:
    """`turn` waits for a ticket's grant; a cancelled wait takes nothing from the budget.

    `on_close` is told how many seconds the gate stays closed after each 429, to be kept across a restart.
    """

    def __init__(
        self,
        rate: float,
        monotonic: Callable[[], float] | None = None,
        *,
        paid_rate: float | None = None,
        on_close: Callable[[float], None] | None = None,
    ) -> None:
        self.policy = Policy(rate, paid_rate)
        self.on_close = on_close
        self.floods = 0
        """429s so far."""
        self._taken = float("-inf")
        """When the last message was let through that Telegram took."""
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")
        self._soon: asyncio.Handle | None = None
        self._purse: Purse | None = None

    def enter(self, lane: Lane, chat: Chat | None, go: Callable[[float], None]) -> Waiter:
        """As `turn`, without a task: `go` is called with the moment of the grant, in a later turn of the loop. Many
        who enter at once cost one look at the gate."""
        waiter = Waiter(lane, chat, go=go)
        self.policy.add(waiter, self._now())
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._pump)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """It waits no more; only before its grant."""
        self.policy.drop(waiter)

    async def turn(self, lane: Lane, chat: Chat | None = None, key: object = None) -> float:
        """The moment at which one message was let through, for `flood`. Superseded: `key` came again. Closed: for so
        long that whoever waits would hold up others."""
        if lane not in DELIVERIES and self.opens_in() > LONGEST:
            raise Closed(self.opens_in())
        loop = asyncio.get_running_loop()
        waiter = Waiter(lane, chat, key, future=loop.create_future())
        overtaken = self.policy.add(waiter, self._now())
        if isinstance(overtaken, Waiter) and overtaken.future is not None and not overtaken.future.done():
            overtaken.future.set_exception(Superseded())
        self._pump()
        assert waiter.future is not None  # noqa: S101 - set four lines above
        try:
            return await waiter.future
        except asyncio.CancelledError:
            self._leave(waiter)
            raise

    def room(self, lane: Lane = Lane.BROADCAST) -> int:
        """How many more deliveries to bring here; 0 while closed."""
        now = self._now()
        if now < self.policy.closed_until:
            return 0
        wanted = int(self.policy.pace(now, lane) * AHEAD) + 2
        return max(0, wanted - self.policy.waiting(lane))

    def flood(self, seconds: float, lane: Lane = Lane.BROADCAST, granted: float | None = None) -> None:
        """A 429 named so many seconds; see `Policy.flood`."""
        self.floods += 1
        self.policy.flood(self._now(), seconds, lane, granted, vain=self._taken < self.policy.closed_at)
        left = self.opens_in()
        if left > LONGEST:
            for ticket in self.policy.leave():
                if isinstance(ticket, Waiter) and ticket.future is not None and not ticket.future.done():
                    ticket.future.set_exception(Closed(left))
        if self.on_close is not None:
            self.on_close(left)

    def taken(self, granted: float) -> None:
        """Telegram took a message that was let through at that moment."""
        self._taken = max(self._taken, granted)

    def restore(self, seconds: float) -> None:
        """Closed since before a restart, for so many seconds more."""
        self.policy.closed_until = max(self.policy.closed_until, self._now() + seconds)

    def opens_in(self) -> float:
        """Seconds until the gate opens; 0 when it is open."""
        return max(0.0, self.policy.closed_until - self._now())

    def pace(self, lane: Lane = Lane.BROADCAST) -> float:
        return self.policy.pace(self._now(), lane)

    def share(self, purse: Purse) -> None:
        """From now on what is not paid for goes out only when it was leased, too."""
        self._purse = self.policy.budgets[0].purse = purse

    def wants(self) -> tuple[int, int]:
        """Answers and messages of broadcasts that wait, and for which nothing is leased yet."""
        budget, purse, now = self.policy.budgets[0], self._purse, self._now()
        if purse is None:
            return 0, 0
        held = (purse.answers, purse.sends) if now < purse.until else (0, 0)
        return max(0, budget.wants(ANSWERS) - held[0]), max(0, budget.wants(SENDS) - held[1])

    def lend(self, answers: int, sends: int) -> None:
        """So many were leased for this moment."""
        if self._purse is not None:
            self._purse.put(answers, sends, self._now())
            self._pump()

    def _now(self) -> float:
        self._last = max(self._last, self._monotonic())
        return self._last

    def _leave(self, waiter: Waiter) -> None:
        future = waiter.future
        if future is not None and future.done() and not future.cancelled() and future.exception() is None:
            self.policy.refund(waiter)
        self.policy.drop(waiter)
        self._pump()

    def _pump(self) -> None:
        """Lets through whoever may go, and comes back when the next one may, whatever one of them breaks."""
        for handle in (self._timer, self._soon):
            if handle is not None:
                handle.cancel()
        self._timer = self._soon = None
        now = self._now()
        try:
            self._let_through(now)
        finally:
            self._come_back(now)

    def _let_through(self, now: float) -> None:
        while (ticket := self.policy.grant(now)) is not None:
            future, go = (ticket.future, ticket.go) if isinstance(ticket, Waiter) else (None, None)
            if go is not None:
                go(now)
            elif future is None or future.done():
                self.policy.refund(ticket)
            else:
                future.set_result(now)

    def _come_back(self, now: float) -> None:
        if self._purse is not None and any(self.wants()):
            self._purse.asked.set()
        moment = self.policy.wake(now)
        if moment is not None:
            self._timer = asyncio.get_running_loop().call_later(max(QUANTUM, moment - now), self._pump)
