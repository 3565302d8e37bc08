"""Leadership by a clock of the test's own, and the arithmetic of the shared budget."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from storage.replicas.leases import AHEAD, BROADCASTS, REPLIES, Account
from storage.replicas.tenure import LEASE, STALE, Tenure


@dataclass
class Hand:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_was_confirmed_holds_for_the_lease_from_before_the_question() -> None:
    clock = Hand()
    tenure = Tenure(clock)
    assert not tenure.mine()
    asked = clock()
    clock.now += 2
    tenure.confirmed(1, asked)
    assert tenure.mine()
    clock.now = asked + LEASE - 0.01
    assert tenure.mine()
    clock.now = asked + LEASE
    assert not tenure.mine()


def test_a_leader_that_slept_is_none_before_others_may_take_over() -> None:
    assert LEASE < STALE
    clock = Hand()
    tenure = Tenure(clock)
    tenure.confirmed(1, clock())
    clock.now += 30
    assert not tenure.mine()
    tenure.confirmed(1, clock())  # nobody took over meanwhile
    assert tenure.mine()


def test_an_older_confirmation_shortens_nothing_and_a_lost_term_is_over() -> None:
    clock = Hand()
    tenure = Tenure(clock)
    tenure.confirmed(1, clock())
    tenure.confirmed(1, clock() - 4)
    clock.now += 2
    assert tenure.mine()
    tenure.lost()
    assert not tenure.mine()
    assert tenure.epoch is None


def played(rate: float, seconds: float, replies: int, sends: int) -> tuple[list[float], list[float]]:
    """When each answer and each message was leased, asked for every 20 ms."""
    account, now, answers, broadcasts = Account(), 1000.0, list[float](), list[float]()
    while now < 1000.0 + seconds:
        account, given, sent = account.lease(replies, sends, rate, now)
        answers += [now] * given
        broadcasts += [now] * sent
        now += 0.02
    return answers, broadcasts


@pytest.mark.parametrize("rate", [1.0, 5.0, 30.0, 1000.0])
@pytest.mark.parametrize(("replies", "sends"), [(50, 0), (0, 50), (50, 50)])
def test_never_more_than_the_rate(rate: float, replies: int, sends: int) -> None:
    answers, broadcasts = played(rate, 20, replies, sends)
    moments = sorted(answers + broadcasts)
    most = max(AHEAD, 2 / rate)
    for first in range(0, len(moments), 7):
        for last in range(first, len(moments), 11):
            assert last - first + 1 <= rate * (moments[last] - moments[first] + most) + 1e-3
    assert len(moments) >= 0.95 * rate * 20


def test_answers_go_first_and_leave_a_broadcast_its_part() -> None:
    answers, broadcasts = played(30, 20, 50, 50)
    assert len(answers) / 600 == pytest.approx(REPLIES, abs=0.05)
    assert len(broadcasts) / 600 == pytest.approx(1 - REPLIES, abs=0.05)
    assert BROADCASTS < AHEAD


def test_a_broadcast_gives_way_when_answers_come() -> None:
    account, _, sent = Account().lease(0, 100, 30, 1000.0)
    assert sent == 3
    account, given, _ = account.lease(2, 100, 30, 1000.0)
    assert given == 2
