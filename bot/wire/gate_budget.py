"""One budget and its lanes: whose turn it is, as arithmetic over given moments.

Never more than rate x (t + 0.1 s) messages in any t, and at most so much is caught up after a stall: a bucket
that holds a tenth of a second's worth. Order and shares of the lanes: see `Budget`.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from bot.wire.gate_chats import Chat, Chats
from bot.wire.gate_tempo import Tempo
from bot.wire.lanes import DELIVERIES, Lane
from bot.wire.leasing import Purse

SLACK = 0.1
"""Seconds of budget that may be caught up at once after a stall."""
WINDOW = 10.0
REPLY_SHARE = 0.8
PANEL_SHARE = 0.03
PANEL_PATIENCE = 1.0
"""Seconds after which a panel's edit goes ahead of broadcasts, within its share: nobody starves."""
JUST = 1e-9
"""Moments are floats: a token that lacks this much is a token."""


@dataclass(eq=False, slots=True)
class Ticket:
    """One message that waits. `key`: a panel's, of which only the newest state matters."""

    lane: Lane
    chat: Chat | None = None
    key: object = None
    since: float = 0.0
    waiting: bool = True
    shared: bool = False
    """Granted out of the answers' share."""


@dataclass(slots=True)
class Bucket:
    """Fills with `refill` a second up to `most`; both are given anew each time, since the pace changes."""

    held: float
    at: float = 0.0

    def fill(self, now: float, refill: float, most: float) -> float:
        if now > self.at or self.held > most:
            self.held = min(most, self.held + max(0.0, now - self.at) * refill)
            self.at = max(self.at, now)
        return self.held


@dataclass(slots=True)
class Share:
    """At most `part` of what the budget gives in any ten seconds, or one where that is less, without long gaps: a
    small bucket."""

    part: float
    ahead: float
    """Seconds of the share that may be taken at once."""
    bucket: Bucket = field(default_factory=lambda: Bucket(float("inf")))

    def held(self, now: float, rate: float) -> float:
        most = max(1.0, self.part * rate * self.ahead)
        return self.bucket.fill(now, self.refill(rate), most)

    def refill(self, rate: float) -> float:
        whole = max(1.0, self.part * rate * WINDOW)
        return max(whole - max(1.0, self.part * rate * self.ahead), whole / 2) / WINDOW


class Budget:
    """Lanes by urgency: an editor's commands; answers, of which at most 80 % of any ten seconds while a
    broadcast waits; broadcasts; panels, at most 3 % (at a low pace one in twenty seconds), ahead of broadcasts after a
    second."""

    def __init__(self, rate: float, lanes: Sequence[Lane], chats: Chats) -> None:
        self.tempo = Tempo(rate)
        self.lanes = tuple(sorted(lanes))
        self._chats = chats
        self._deliveries = next((lane for lane in DELIVERIES if lane in lanes), Lane.BROADCAST)
        self._bucket = Bucket(float("inf"))
        self._replies = Share(REPLY_SHARE, 0.5)
        self._panels = Share(PANEL_SHARE, 0.0)
        self._lines: dict[Lane, deque[Ticket]] = {lane: deque() for lane in self.lanes}
        self._later: list[tuple[float, int, Ticket]] = []
        self._numbers = count()
        self._waiting: dict[Lane, int] = dict.fromkeys(self.lanes, 0)
        self.purse: Purse | None = None
        """What other replicas let this budget have; none where there are no others."""
        self._all = 0
        """Who waits, over all lanes."""

    def waiting(self, lane: Lane) -> int:
        return self._waiting.get(lane, 0)

    def queued(self) -> list[Ticket]:
        """Who waits, in no order."""
        there = [*chain.from_iterable(self._lines.values()), *(ticket for _, _, ticket in self._later)]
        return [ticket for ticket in there if ticket.waiting]

    def add(self, ticket: Ticket, now: float) -> None:
        ticket.since = now
        self._lines[ticket.lane].append(ticket)
        self._waiting[ticket.lane] += 1
        self._all += 1

    def drop(self, ticket: Ticket) -> None:
        """It waits no more."""
        if ticket.waiting:
            ticket.waiting = False
            self._waiting[ticket.lane] -= 1
            self._all -= 1

    def refund(self, ticket: Ticket) -> None:
        """It was granted, but nothing was written."""
        self._bucket.held += 1.0
        self.tempo.refunded()
        if ticket.chat is not None:
            self._chats.refund(ticket.chat)
        if ticket.shared:
            self._replies.bucket.held += 1.0
        if ticket.lane is Lane.PANEL:
            self._panels.bucket.held += 1.0

    def wants(self, lanes: Sequence[Lane]) -> int:
        """How many of these lanes wait, those left out whose chat may get nothing yet."""
        return sum(ticket.waiting for lane in lanes for ticket in self._lines.get(lane, ()))

    def grant(self, now: float) -> Ticket | None:
        """The next ticket that may go at this moment, taken out of the budget; None: nobody may."""
        while self._later and self._later[0][0] <= now:
            ticket = heapq.heappop(self._later)[2]
            self._lines[ticket.lane].append(ticket)
        if not any(self._lines.values()) or self._tokens(now) < 1.0 - JUST:
            return None
        alone = 0 < self._all == self._waiting.get(self._deliveries)
        for lane in (self._deliveries,) if alone else self._order(now):
            if self.purse is not None and not self.purse.holds(lane, now):
                continue
            ticket_or_none = self._first(lane, now)
            if ticket_or_none is not None:
                self._take(ticket_or_none, now)
                return ticket_or_none
        return None

    def wake(self, now: float) -> float | None:
        """The earliest moment at which `grant` may give another answer; None while nobody waits."""
        moments = [self._later[0][0]] if self._later else []
        rate = self.tempo.rate(now)
        if self.purse is not None and not any(
            line and self.purse.holds(lane, now) for lane, line in self._lines.items()
        ):
            return min(moments) if moments else None
        if any(line for lane, line in self._lines.items() if lane is not Lane.PANEL):
            moments.append(now + max(0.0, 1.0 - self._tokens(now)) / rate)
        elif self._lines.get(Lane.PANEL):
            share = max(0.0, 1.0 - self._panels.held(now, rate)) / self._panels.refill(rate)
            moments.append(now + max(share, max(0.0, 1.0 - self._tokens(now)) / rate))
        return min(moments) if moments else None

    def _tokens(self, now: float) -> float:
        rate = self.tempo.rate(now)
        return self._bucket.fill(now, rate, max(1.0, rate * SLACK))

    def _order(self, now: float) -> Iterator[Lane]:
        """Lanes of this budget in the order in which they are asked now."""
        rate = self.tempo.rate(now)
        panels = self._lines.get(Lane.PANEL)
        panel = bool(panels) and self._panels.held(now, rate) >= 1.0 - JUST
        if Lane.ADMIN in self.lanes:
            yield Lane.ADMIN
        if panel and panels and now - panels[0].since >= PANEL_PATIENCE:
            yield Lane.PANEL
        if self._crowded() and self._replies.held(now, rate) < 1.0 - JUST:
            yield Lane.BROADCAST
        yield from (lane for lane in (Lane.REPLY, self._deliveries) if lane in self.lanes)
        if panel:
            yield Lane.PANEL

    def _crowded(self) -> bool:
        """Whether answers and broadcasts share this budget and a broadcast waits."""
        return Lane.REPLY in self.lanes and any(ticket.waiting for ticket in self._lines.get(Lane.BROADCAST, ()))

    def _first(self, lane: Lane, now: float) -> Ticket | None:
        """The oldest of a lane whose chat may get it now; those whose chat may not come back in their time."""
        line = self._lines[lane]
        while line:
            ticket = line.popleft()
            if not ticket.waiting:
                continue
            ready = now if ticket.chat is None else self._chats.ready(ticket.chat, now)
            if ready <= now:
                return ticket
            heapq.heappush(self._later, (ready, next(self._numbers), ticket))
        return None

    def _take(self, ticket: Ticket, now: float) -> None:
        self.drop(ticket)
        self._bucket.held -= 1.0
        if self.purse is not None:
            self.purse.spend(ticket.lane)
        self.tempo.granted(now)
        if ticket.chat is not None:
            self._chats.take(ticket.chat, now)
        if ticket.lane is Lane.REPLY and self._crowded():
            self._replies.held(now, self.tempo.rate(now))
            self._replies.bucket.held -= 1.0
            ticket.shared = True
        if ticket.lane is Lane.PANEL:
            self._panels.held(now, self.tempo.rate(now))
            self._panels.bucket.held -= 1.0
