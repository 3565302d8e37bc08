"""Which calls go first. A handler says once for its task; every call that it makes goes that way."""

from __future__ import annotations

from contextvars import ContextVar
from enum import IntEnum


class Lane(IntEnum):
    """By urgency: an editor's commands, answers to readers, broadcasts, live panels; and paid broadcasts, which have
    a budget of their own."""

    ADMIN = 0
    REPLY = 1
    BROADCAST = 2
    PANEL = 3
    PAID = 4


DELIVERIES = (Lane.BROADCAST, Lane.PAID)


class Superseded(Exception):
    """A newer state of the same panel is waiting: this one need not be shown any more."""


lane: ContextVar[Lane] = ContextVar("lane", default=Lane.REPLY)

repeated: ContextVar[bool] = ContextVar("repeated", default=False)
"""Set for an update whose handling was begun before, and broken off by the death of the process or by an error."""

mute: ContextVar[bool] = ContextVar("mute", default=False)
"""Set for an update that is carried out without an answer: nothing that counts as a message goes out for it."""
