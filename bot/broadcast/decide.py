"""What becomes of one delivery after one answer: a pure decision."""

from __future__ import annotations

from storage.records import Cause, Delivery, DeliveryState, Outcome, Result, Verb

MOST_UNKNOWNS = 3
"""Sends without an answer, after which a delivery is parked: it may have arrived each time."""
MOST_ATTEMPTS = 10
"""Sends that surely failed, after which a delivery is parked."""
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0


def backoff(attempts: int) -> float:
    """Seconds before the next try: 1, 2, 4 … 300."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(attempts, 20))


def decide(delivery: Delivery, outcome: Outcome, now: float) -> Result:
    """The result to store. FLOOD, FAULT and HALT cost no attempt: the row waits as it did before."""

    def result(state: DeliveryState, cause: Cause = Cause.NONE, at: float = 0.0) -> Result:
        return Result(delivery.broadcast, delivery.subscriber, state, cause, outcome.message_id, at, outcome.migrate_to)

    match outcome.verb:
        case Verb.SENT:
            return result(DeliveryState.SENT)
        case Verb.GONE:
            return result(DeliveryState.GONE, outcome.cause)
        case Verb.RETRY:
            if delivery.attempts + 1 >= MOST_ATTEMPTS:
                return result(DeliveryState.PARKED, outcome.cause)
            wait = 0.0 if outcome.migrate_to is not None else backoff(delivery.attempts)
            return result(DeliveryState.RETRY, outcome.cause, now + wait)
        case Verb.UNCERTAIN:
            if delivery.unknowns + 1 >= MOST_UNKNOWNS:
                return result(DeliveryState.PARKED, Cause.UNCERTAIN)
            return result(DeliveryState.UNKNOWN, outcome.cause, now + backoff(delivery.unknowns))
        case _:
            return result(DeliveryState.QUEUED)
