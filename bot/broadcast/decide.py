"""What becomes of one delivery after one answer: a pure decision."""

from __future__ import annotations

from storage.records import Cause, Delivery, DeliveryState, Outcome, Result, Verb

MOST_UNKNOWNS = 3
"""Sends without an answer, after which a delivery is parked: it may have arrived each time."""
MOST_REFUSALS = 5
"""Tries after which a refusal that we do not understand, or a chat that keeps moving, parks a delivery."""
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 60.0
AFTER_UNKNOWN = (10.0, LONGEST_BACKOFF)
"""Seconds before a message that perhaps arrived goes out again: time enough for a server to come back."""


def backoff(attempts: int) -> float:
    """Seconds before the next try: 1, 2, 4 … 60."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(attempts, 20))


def decide(delivery: Delivery, outcome: Outcome, now: float) -> Result:
    """The result to store. FLOOD, FAULT and HALT cost no attempt: the row waits as it did before. What surely
    never left is tried until it does: a network that is down for a day parks nobody."""

    if outcome.verb is Verb.SENT:
        return Result(delivery.broadcast, delivery.subscriber, DeliveryState.SENT, message_id=outcome.message_id)

    def result(state: DeliveryState, at: float = 0.0) -> Result:
        message, moved = outcome.message_id, outcome.migrate_to
        return Result(delivery.broadcast, delivery.subscriber, state, outcome.cause, message, at, moved)

    match outcome.verb:
        case Verb.GONE:
            return result(DeliveryState.GONE)
        case Verb.RETRY:
            if outcome.cause is not Cause.NOT_SENT and delivery.attempts + 1 >= MOST_REFUSALS:
                return result(DeliveryState.PARKED)
            wait = 0.0 if outcome.migrate_to is not None else backoff(delivery.attempts)
            return result(DeliveryState.RETRY, now + wait)
        case Verb.UNCERTAIN:
            if delivery.unknowns + 1 >= MOST_UNKNOWNS:
                return result(DeliveryState.PARKED)
            return result(DeliveryState.UNKNOWN, now + AFTER_UNKNOWN[min(delivery.unknowns, 1)])
        case _:
            return result(DeliveryState.QUEUED)


def withdrawn(delivery: Delivery) -> Result:
    """It was taken, but nothing was written: it waits as before."""
    return Result(delivery.broadcast, delivery.subscriber, DeliveryState.QUEUED)


def unanswered(delivery: Delivery) -> Result:
    """It was written, and the bot ended before the answer."""
    return Result(delivery.broadcast, delivery.subscriber, DeliveryState.UNKNOWN, Cause.UNCERTAIN)
