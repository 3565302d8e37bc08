"""The gate's rules over given moments: tables, and invariants under hypothesis."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wire.closing import closed_for, closing
from bot.wire.gate import Policy
from bot.wire.gate_budget import PANEL_PATIENCE, SLACK, Ticket
from bot.wire.gate_chats import AT_ONCE, GROUP_MOST, Chats
from bot.wire.gate_tempo import Tempo
from bot.wire.lanes import Lane
from tests.fakes.telegram import busiest

Grants = list[tuple[float, Lane]]


def run(policy: Policy, until: float, refill: dict[Lane, int], start: float = 0.0) -> Grants:
    """Keeps so many tickets of each lane waiting, all of different chats, and lets time pass."""
    now, grants = start, []
    while now < until:
        for lane, most in refill.items():
            while policy.waiting(lane) < most:
                policy.add(Ticket(lane), now)
        ticket = policy.grant(now)
        if ticket is not None:
            grants.append((now, ticket.lane))
            continue
        moment = policy.wake(now)
        if moment is None:
            break
        now = max(now + 1e-6, moment)
    return grants


def most_in(grants: Grants, lane: Lane, seconds: float) -> int:
    return busiest([moment for moment, granted in grants if granted is lane], seconds)


@pytest.mark.parametrize("rate", [1.0, 5.0, 20.0, 30.0, 1000.0])
def test_the_rate_is_reached_and_never_exceeded_in_any_window(rate: float) -> None:
    grants = run(Policy(rate), 20, {Lane.BROADCAST: 5})
    assert len(grants) >= 20 * rate * 0.999
    for seconds in (0.001, 0.03, 0.1, 0.5, 1, 3, 10):
        assert busiest([moment for moment, _ in grants], seconds) <= max(1, rate * (seconds + SLACK)) + 1e-6


def test_after_a_stall_a_tenth_of_a_second_is_caught_up_and_no_more() -> None:
    policy = Policy(1000)
    run(policy, 1.0, {Lane.BROADCAST: 5})
    policy.add(Ticket(Lane.BROADCAST), 5.0)
    grants = run(policy, 5.001, {Lane.BROADCAST: 500}, start=5.0)
    assert len(grants) == pytest.approx(100, abs=2)


@pytest.mark.parametrize(
    ("waiting", "shares"),
    [
        # who waits all the time -> part of the budget of each over half a minute
        ({Lane.ADMIN: 9, Lane.REPLY: 9, Lane.BROADCAST: 9}, {Lane.ADMIN: 1.0}),
        ({Lane.REPLY: 9, Lane.BROADCAST: 9}, {Lane.REPLY: 0.76, Lane.BROADCAST: 0.24}),
        ({Lane.REPLY: 9}, {Lane.REPLY: 1.0}),
        ({Lane.BROADCAST: 9, Lane.PANEL: 9}, {Lane.BROADCAST: 0.975, Lane.PANEL: 0.025}),
        (
            {Lane.REPLY: 9, Lane.BROADCAST: 9, Lane.PANEL: 9},
            {Lane.REPLY: 0.76, Lane.BROADCAST: 0.215, Lane.PANEL: 0.025},
        ),
    ],
)
def test_shares_of_the_lanes(waiting: dict[Lane, int], shares: dict[Lane, float]) -> None:
    grants = run(Policy(30), 30, waiting)
    counted = Counter(lane for _, lane in grants)
    for lane in Lane:
        assert counted[lane] / len(grants) == pytest.approx(shares.get(lane, 0.0), abs=0.02)


@pytest.mark.parametrize("rate", [30.0, 1000.0])
def test_no_ten_seconds_give_a_lane_more_than_its_share(rate: float) -> None:
    grants = run(Policy(rate), 40, {Lane.REPLY: 3, Lane.BROADCAST: 3, Lane.PANEL: 3})
    assert most_in(grants, Lane.REPLY, 10) <= 0.8 * rate * 10
    assert most_in(grants, Lane.PANEL, 10) <= 0.03 * rate * 10
    assert most_in(grants, Lane.BROADCAST, 10) >= 0.19 * rate * 10


def test_an_answer_goes_ahead_of_every_broadcast_that_waits() -> None:
    policy = Policy(30)
    run(policy, 5, {Lane.BROADCAST: 200})
    policy.add(Ticket(Lane.REPLY), 5.0)
    policy.add(Ticket(Lane.ADMIN), 5.0)
    grants = run(policy, 5.2, {Lane.BROADCAST: 200}, start=5.0)
    assert [lane for _, lane in grants[:3]] == [Lane.ADMIN, Lane.REPLY, Lane.BROADCAST]


def test_broadcasts_keep_moving_under_a_flood_of_answers_without_long_gaps() -> None:
    grants = run(Policy(30), 30, {Lane.REPLY: 50, Lane.BROADCAST: 5})
    moments = [moment for moment, lane in grants if lane is Lane.BROADCAST and moment > 2]
    assert max(after - before for before, after in itertools.pairwise(moments)) < 0.5
    answers = [moment for moment, lane in grants if lane is Lane.REPLY]
    assert max(after - before for before, after in itertools.pairwise(answers)) < 0.5


def test_of_a_panel_only_the_newest_state_waits() -> None:
    policy = Policy(30)
    run(policy, 1, {Lane.BROADCAST: 3})
    old, other, new = (Ticket(Lane.PANEL, key=key) for key in ("a", "b", "a"))
    assert policy.add(old, 1.0) is None
    assert policy.add(other, 1.0) is None
    assert policy.add(new, 1.0) is old
    assert policy.waiting(Lane.PANEL) == 2
    grants = run(policy, 1 + PANEL_PATIENCE + 3, {Lane.BROADCAST: 3}, start=1.0)
    assert most_in(grants, Lane.PANEL, 10) == 2
    assert not old.waiting


def test_paid_broadcasts_have_a_budget_of_their_own() -> None:
    grants = run(Policy(30, 1000), 5, {Lane.PAID: 50, Lane.REPLY: 50})
    counted = Counter(lane for _, lane in grants)
    assert counted[Lane.PAID] == pytest.approx(5000, rel=0.03)
    assert counted[Lane.REPLY] == pytest.approx(150, rel=0.03)


def test_a_chat_gets_a_few_at_once_and_then_one_a_second() -> None:
    policy = Policy(30)
    for _ in range(8):
        policy.add(Ticket(Lane.REPLY, chat=7), 0.0)
    policy.add(Ticket(Lane.REPLY, chat=8), 0.0)
    grants = run(policy, 60, {})
    moments = [round(moment, 2) for moment, _ in grants]
    assert sum(moment < 0.5 for moment in moments) == AT_ONCE + 1
    assert moments[AT_ONCE + 1 :] == [1, 2, 3, 4, 5]


def test_a_group_gets_twenty_a_minute() -> None:
    policy = Policy(30)
    for _ in range(70):
        policy.add(Ticket(Lane.REPLY, chat=-100), 0.0)
    grants = run(policy, 1000, {})
    assert len(grants) == 70
    assert most_in(grants, Lane.REPLY, 60) <= GROUP_MOST
    assert grants[-1][0] < 200


def test_chats_at_rest_are_forgotten() -> None:
    chats = Chats()
    for number in range(100_000):
        chats.take(number, number / 1000)
    assert len(chats) < 3000
    chats.take(-5, 200.0)
    chats.take(6, 300.0)
    assert len(chats) == 1


@pytest.mark.parametrize(
    ("floods", "opens"),
    [
        ([(10.0, 3.0)], 13.0),
        ([(10.0, 3.0), (10.1, 5.0)], 15.1),
        ([(10.0, 5.0), (10.1, 1.0)], 15.0),
        ([(10.0, 3.0), (14.0, 3.0)], 17.0),
        ([(10.0, 0.0)], 10.5),
    ],
)
def test_a_429_closes_until_the_latest_moment_named(floods: list[tuple[float, float]], opens: float) -> None:
    policy = Policy(30)
    for moment, wait in floods:
        policy.flood(moment, wait)
    policy.add(Ticket(Lane.ADMIN), floods[-1][0])
    grants = run(policy, 100, {}, start=floods[-1][0])
    assert grants[0][0] == pytest.approx(opens, abs=1e-4)


def test_several_429s_of_one_breach_slow_it_once() -> None:
    policy = Policy(30)
    run(policy, 2, {Lane.BROADCAST: 3})
    policy.flood(2.0, 3, granted=1.9)
    once = policy.pace(6.0)
    policy.flood(2.05, 3, granted=1.95)
    policy.flood(7.5, 1, granted=1.99)
    assert policy.pace(9.0) == pytest.approx(once)
    assert once < 30


@pytest.mark.parametrize("true", [5.0, 10.0, 20.0, 25.0, 29.0])
def test_the_pace_finds_the_true_limit_and_breaches_grow_rare(true: float) -> None:
    """Telegram as a bucket of one second's worth, where a breach costs 3 s; the bot is set to 30/s."""
    policy, bucket, at, closed = Policy(30), true, 0.0, -1.0
    now, accepted, breaches = 0.0, 0, []
    while accepted < 4000:
        policy.add(Ticket(Lane.BROADCAST), now)
        while (ticket := policy.grant(now)) is None:
            now = max(now + 1e-6, policy.wake(now) or now)
        assert ticket is not None
        bucket, at = min(true, bucket + (now - at) * true), now
        if now < closed or bucket < 1:
            closed = max(closed, now + 3) if now >= closed else closed
            breaches.append(now)
            policy.flood(now, closed - now, granted=now)
        else:
            bucket, accepted = bucket - 1, accepted + 1
        if accepted == 700:
            assert 700 / now >= 0.85 * true
    assert accepted / now >= 0.9 * true
    early = sum(moment < now / 2 for moment in breaches)
    assert early >= len(breaches) - early
    assert len(breaches) <= 8


def test_a_limit_that_comes_back_is_used_again() -> None:
    tempo = Tempo(30)
    for number in range(60):
        tempo.granted(number / 30)
    tempo.breach(2.0, 5.0)
    assert 15 <= tempo.rate(6.0) <= 27
    rates = [tempo.rate(6.0 + 10 * step) for step in range(20)]
    assert rates == sorted(rates)
    assert rates[-1] == 30


def test_a_breach_out_of_nowhere_halves_the_pace_at_most() -> None:
    tempo = Tempo(30)
    tempo.granted(0.0)
    tempo.breach(0.0, 3.0)
    assert tempo.rate(3.0) == 15
    for step in range(50):
        tempo.breach(3.0 + step, 4.0 + step)
    assert tempo.rate(60.0) == pytest.approx(30 * 0.02)


@pytest.mark.parametrize(
    ("closed_at", "seconds", "later", "left"),
    [
        (1000.0, 60.0, 1010.0, 50.0),
        (1000.0, 60.0, 1060.0, 0.0),
        (1000.0, 60.0, 9999.0, 0.0),
        (1000.0, 60.0, -85_000.0, 60.0),
    ],
)
def test_a_closing_survives_a_restart(closed_at: float, seconds: float, later: float, left: float) -> None:
    assert closed_for(closing(seconds, closed_at), later) == pytest.approx(left)


@pytest.mark.parametrize("kept", ["", "x", "1", "1 2 3", "nan nan", "inf inf"])
def test_a_garbled_closing_keeps_nothing_closed_for_ever(kept: str) -> None:
    assert closed_for(kept, 1000.0) < float("inf")


# invariants

LANES = st.sampled_from(list(Lane))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), LANES, st.one_of(st.none(), st.integers(-2, 3))),
        st.tuples(st.just("drop"), st.integers(0, 50), st.none()),
        st.tuples(st.just("wait"), st.floats(0.0, 5.0), st.none()),
        st.tuples(st.just("flood"), st.floats(0.0, 4.0), LANES),
        st.tuples(st.just("refund"), st.integers(0, 50), st.none()),
    ),
    max_size=80,
)


def drained(policy: Policy, now: float) -> list[tuple[float, Ticket]]:
    """All that goes out when nothing more comes, until nobody waits."""
    granted = []
    for _ in range(3000):
        ticket = policy.grant(now)
        if ticket is not None:
            granted.append((now, ticket))
            continue
        moment = policy.wake(now)
        if moment is None:
            return granted
        now = max(now + 1e-6, moment)
    raise AssertionError("somebody waits for ever")


@settings(max_examples=200, deadline=None)
@given(steps=STEPS, rate=st.sampled_from([0.5, 3.0, 30.0, 1000.0]), paid=st.booleans())
def test_whatever_happens_the_bound_holds_and_nobody_is_lost(
    steps: Iterable[tuple[str, object, object]], rate: float, *, paid: bool
) -> None:
    policy = Policy(rate, 100.0 if paid else None)
    now, tickets, moments, kept = 0.0, [], [], []
    for kind, value, extra in steps:
        if kind == "add":
            lane = Lane.BROADCAST if value is Lane.PAID and not paid else value
            tickets.append(Ticket(lane, extra))  # type: ignore[arg-type]
            policy.add(tickets[-1], now)
        elif kind == "drop" and tickets:
            policy.drop(tickets[int(value) % len(tickets)])  # type: ignore[call-overload]
        elif kind == "wait":
            now += float(value)  # type: ignore[arg-type]
        elif kind == "flood":
            policy.flood(now, float(value), extra)  # type: ignore[arg-type]
        while (ticket := policy.grant(now)) is not None:
            assert now >= policy.closed_until
            if kind == "refund":
                policy.refund(ticket)
            else:
                moments.append((now, ticket.lane))
            kept.append(ticket)
    rest = drained(policy, now)
    moments += [(moment, ticket.lane) for moment, ticket in rest]
    kept += [ticket for _, ticket in rest]
    assert len(set(map(id, kept))) == len(kept)
    assert not any(ticket.waiting for ticket in tickets)
    assert all(policy.waiting(lane) == 0 for lane in Lane)
    for budget, mine in ((rate, False), (100.0, True)):
        within(budget, [moment for moment, lane in moments if (lane is Lane.PAID) is mine])


def within(rate: float, moments: list[float]) -> None:
    """In any time t at most rate x (t + 0.1 s), and one where that is less than one: over every pair of moments."""
    most = max(1.0, rate * SLACK)
    least = float("inf")
    for number, moment in enumerate(moments):
        least = min(least, number - rate * moment)
        assert number + 1 - rate * moment - least <= most + 1e-6
