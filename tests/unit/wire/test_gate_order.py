"""The lanes' order and shares, whatever comes: against a plain account of who waits."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wire.gate import Policy
from bot.wire.gate_budget import PANEL_PATIENCE, PANEL_SHARE, REPLY_SHARE, WINDOW, Ticket
from bot.wire.lanes import Lane

SHARED = (Lane.ADMIN, Lane.REPLY, Lane.BROADCAST, Lane.PANEL)
RATES = st.sampled_from([1.0, 5.0, 30.0, 300.0])
COMING = st.lists(st.tuples(st.floats(0.0, 0.5), st.sampled_from(SHARED), st.integers(1, 10)), max_size=30)


class Course:
    """Grants of a policy, a line of those who wait beside it."""

    def __init__(self, rate: float) -> None:
        self.policy, self.rate = Policy(rate), rate
        self.now = 0.0
        self.lines: dict[Lane, deque[Ticket]] = {lane: deque() for lane in SHARED}
        self.grants: list[tuple[float, Lane, bool]] = []
        """Moment, lane, and whether a broadcast waited then."""

    def add(self, lane: Lane, count: int) -> None:
        for _ in range(count):
            ticket = Ticket(lane)
            self.lines[lane].append(ticket)
            self.policy.add(ticket, self.now)

    def pass_to(self, moment: float) -> None:
        while (wake := self.policy.wake(self.now)) is not None and wake <= moment:
            self.now = max(self.now, wake)
            while (ticket := self.policy.grant(self.now)) is not None:
                self.judge(ticket)
            self.now += 1e-6
        self.now = max(self.now, moment)

    def judge(self, ticket: Ticket) -> None:
        waiting = {lane for lane, line in self.lines.items() if line}
        assert self.lines[ticket.lane].popleft() is ticket, "within a lane who came first goes first"
        if Lane.ADMIN in waiting:
            assert ticket.lane is Lane.ADMIN, "an editor's command goes ahead of everything"
        if ticket.lane is Lane.PANEL and {Lane.REPLY, Lane.BROADCAST} & waiting:
            assert self.now - ticket.since >= PANEL_PATIENCE - 1e-6, "a panel goes ahead only after its patience"
        if ticket.lane is Lane.BROADCAST and Lane.REPLY in waiting:
            assert self.share(Lane.REPLY, 0.5) >= 1, "a broadcast goes ahead only when answers had theirs"
        self.grants.append((self.now, ticket.lane, Lane.BROADCAST in waiting))

    def share(self, lane: Lane, seconds: float) -> int:
        """How many of a lane went in the last seconds."""
        return sum(
            which is lane for moment, which, _ in self.grants[-400:] if moment > self.now - max(seconds, 2 / self.rate)
        )

    def most(self, lane: Lane) -> int:
        """Most of a lane in any ten seconds through which a broadcast waited."""
        found = 0
        for start, _, _ in self.grants:
            span = [(which, waits) for moment, which, waits in self.grants if start <= moment < start + WINDOW]
            if all(waits for _, waits in span):
                found = max(found, sum(which is lane for which, _ in span))
        return found


@settings(max_examples=100, deadline=None)
@given(coming=COMING, rate=RATES)
def test_the_order_holds_whoever_comes(coming: list[tuple[float, Lane, int]], rate: float) -> None:
    course = Course(rate)
    for wait, lane, count in coming:
        course.add(lane, count)
        course.pass_to(course.now + wait)
    course.pass_to(float("inf"))
    assert not any(course.lines.values()), "nobody waits for ever"
    assert sum(count for _, _, count in coming) == len(course.grants)


@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from([2.0, 5.0, 30.0]),
    waves=st.lists(st.tuples(st.floats(0.1, 4.0), st.integers(0, 60)), min_size=3, max_size=10),
)
def test_the_shares_hold_while_a_broadcast_waits(rate: float, waves: list[tuple[float, int]]) -> None:
    course = Course(rate)
    course.add(Lane.BROADCAST, int(rate * 60))
    for wait, count in waves:
        course.add(Lane.REPLY, count)
        course.add(Lane.PANEL, count)
        course.pass_to(course.now + wait)
    assert course.most(Lane.REPLY) <= max(REPLY_SHARE * rate * WINDOW, 1) + 1
    assert course.most(Lane.PANEL) <= max(PANEL_SHARE * rate * WINDOW, 1) + 1


@pytest.mark.parametrize("rate", [1.0, 5.0, 30.0, 300.0])
@pytest.mark.parametrize("flooded", [Lane.REPLY, Lane.BROADCAST, Lane.PANEL])
def test_no_lane_waits_long_while_another_is_flooded(rate: float, flooded: Lane) -> None:
    """Editors apart, who are few: they go ahead of everybody."""
    course, long = Course(rate), 150.0 / rate + 30.0
    course.add(flooded, int(rate * (long + 1)) + 10)
    rest = [lane for lane in (Lane.REPLY, Lane.BROADCAST, Lane.PANEL) if lane is not flooded]
    for lane in rest:
        course.add(lane, 2)
    course.pass_to(long)
    assert not [lane for lane in rest if course.lines[lane]]
    assert course.lines[flooded]
