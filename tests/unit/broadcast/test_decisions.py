"""The engine's pure rooms as tables: what becomes of a delivery, when to stop, how long to wait."""

from __future__ import annotations

import pytest

from bot.broadcast.decide import AFTER_UNKNOWN, LONGEST_BACKOFF, backoff, decide
from bot.broadcast.faults import FIRST, MOST_EARLY, MOST_FAULTS, MOST_OTHERS, Faults
from bot.broadcast.meter import Meter
from bot.broadcast.trouble import FIRST_HOLD, LONGEST_HOLD, Trouble
from storage.records import (
    Audience,
    Broadcast,
    BroadcastState,
    Cause,
    Delivery,
    DeliveryState,
    Outcome,
    Result,
    Verb,
)

NOW = 1_700_000_000.0
S = DeliveryState

DECISIONS = [
    # outcome, attempts, unknowns -> state, cause, seconds until it is due
    (Outcome(Verb.SENT, message_id=5), 0, 0, S.SENT, Cause.NONE, None),
    (Outcome(Verb.SENT), 9, 2, S.SENT, Cause.NONE, None),
    (Outcome(Verb.GONE, Cause.BLOCKED), 0, 0, S.GONE, Cause.BLOCKED, None),
    (Outcome(Verb.RETRY, Cause.NOT_SENT), 0, 0, S.RETRY, Cause.NOT_SENT, 1.0),
    (Outcome(Verb.RETRY, Cause.NOT_SENT), 3, 0, S.RETRY, Cause.NOT_SENT, 8.0),
    (Outcome(Verb.RETRY, Cause.NOT_SENT), 5000, 0, S.RETRY, Cause.NOT_SENT, LONGEST_BACKOFF),
    (Outcome(Verb.RETRY, Cause.OTHER), 3, 0, S.RETRY, Cause.OTHER, 8.0),
    (Outcome(Verb.RETRY, Cause.OTHER), 4, 0, S.PARKED, Cause.OTHER, None),
    (Outcome(Verb.RETRY, Cause.MIGRATED, migrate_to=-100), 0, 0, S.RETRY, Cause.MIGRATED, 0.0),
    (Outcome(Verb.RETRY, Cause.MIGRATED, migrate_to=-100), 4, 0, S.PARKED, Cause.MIGRATED, None),
    (Outcome(Verb.UNCERTAIN, Cause.SERVER), 0, 0, S.UNKNOWN, Cause.SERVER, AFTER_UNKNOWN[0]),
    (Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN), 0, 1, S.UNKNOWN, Cause.UNCERTAIN, AFTER_UNKNOWN[1]),
    (Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN), 0, 2, S.PARKED, Cause.UNCERTAIN, None),
    (Outcome(Verb.FLOOD, Cause.FLOOD, wait=9.0), 2, 2, S.QUEUED, Cause.FLOOD, None),
    (Outcome(Verb.FAULT, Cause.CONTENT), 2, 2, S.QUEUED, Cause.CONTENT, None),
    (Outcome(Verb.HALT, Cause.HALT), 2, 2, S.QUEUED, Cause.HALT, None),
]


@pytest.mark.parametrize(("outcome", "attempts", "unknowns", "state", "cause", "wait"), DECISIONS)
def test_what_becomes_of_a_delivery(
    outcome: Outcome, attempts: int, unknowns: int, state: S, cause: Cause, wait: float | None
) -> None:
    delivery = Delivery(3, 4, 1004, "en", attempts=attempts, unknowns=unknowns)
    due = NOW + wait if wait is not None else 0.0
    expected = Result(3, 4, state, cause, outcome.message_id, due, outcome.migrate_to)
    assert decide(delivery, outcome, NOW) == expected


def test_every_verb_has_a_decision() -> None:
    assert {outcome.verb for outcome, *_ in DECISIONS} == set(Verb)


def test_backoff_grows_and_has_an_end() -> None:
    waits = [backoff(attempts) for attempts in range(200)]
    assert waits == sorted(waits)
    assert waits[0] == 1
    assert waits[-1] == LONGEST_BACKOFF


FAULT = Outcome(Verb.FAULT, Cause.CONTENT, detail="why")
OTHER = Outcome(Verb.RETRY, Cause.OTHER, detail="why")
GONE = Outcome(Verb.GONE, Cause.UNREACHABLE, detail="why")
BLOCKED = Outcome(Verb.GONE, Cause.BLOCKED, detail="why")
SENT = Outcome(Verb.SENT)


@pytest.mark.parametrize(
    ("answered", "outcomes", "stops_at"),
    [
        (0, [FAULT] * 9, MOST_FAULTS),
        (900, [FAULT] * 9, MOST_FAULTS),
        (0, [SENT, FAULT] * 9, 2 * MOST_FAULTS),
        (900, [OTHER] * 20, MOST_OTHERS),
        (0, [GONE] * 60, MOST_EARLY + 1),
        (0, [SENT, SENT, SENT, GONE] * 30, 4 * (MOST_EARLY + 1)),
        (0, [SENT, SENT, SENT, SENT, GONE] * 30, None),
        (FIRST, [GONE] * 500, None),
        (0, [BLOCKED] * 500, None),
        (0, [Outcome(Verb.UNCERTAIN, Cause.SERVER)] * 500, None),
        (0, [Outcome(Verb.RETRY, Cause.NOT_SENT)] * 500, None),
        (0, [Outcome(Verb.FLOOD, Cause.FLOOD, wait=300.0)] * 5, None),
        (0, [Outcome(Verb.FLOOD, Cause.FLOOD, wait=301.0)] * 5, 1),
    ],
)
def test_when_a_broadcast_stops(answered: int, outcomes: list[Outcome], stops_at: int | None) -> None:
    faults = Faults(answered)
    reasons = [faults.count(outcome) for outcome in outcomes]
    first = next((number for number, reason in enumerate(reasons, 1) if reason), None)
    assert first == stops_at
    if first is not None and outcomes[0].verb is not Verb.FLOOD:
        assert reasons[first - 1].endswith("why")  # type: ignore[union-attr]


def test_trouble_holds_longer_each_time_and_ends_with_an_answer() -> None:
    trouble = Trouble()
    now, waits = 0.0, []
    for _ in range(12):
        assert trouble.note(Outcome(Verb.RETRY, Cause.NOT_SENT), now)
        assert not trouble.note(Outcome(Verb.RETRY, Cause.NOT_SENT), now)
        waits.append(trouble.until - now)
        assert trouble.most(now) == 0
        now = trouble.until
        assert trouble.most(now) == 1
    assert waits[:3] == [FIRST_HOLD, 2 * FIRST_HOLD, 4 * FIRST_HOLD]
    assert waits[-1] == LONGEST_HOLD
    assert not trouble.note(BLOCKED, now)
    assert trouble.most(now) is None


def test_one_missing_answer_is_no_trouble_and_three_in_a_row_are() -> None:
    trouble = Trouble()
    missing = Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN)
    for _ in range(5):
        assert not trouble.note(missing, 0.0)
        assert not trouble.note(missing, 0.0)
        assert not trouble.note(SENT, 0.0)
    assert [trouble.note(missing, 0.0) for _ in range(3)] == [False, False, True]


def test_the_meter_tells_rate_and_time_left() -> None:
    meter = Meter()
    for number in range(600):
        meter.count(1000 + number / 30)
    broadcast = Broadcast(
        1, 1, BroadcastState.RUNNING, Audience(), "", total=1200, counts={S.SENT: 600, S.QUEUED: 600}, fanned_out=True
    )
    progress = meter.progress(broadcast, 1020.0)
    assert progress.rate == pytest.approx(30, rel=0.05)
    assert progress.left == pytest.approx(20, rel=0.05)
    assert meter.rate(1100.0) == 0
    assert meter.progress(broadcast, 1100.0).left is None
