"""The phases that a bot under test marks in shared memory, by one byte."""

from __future__ import annotations

NOTHING, FAN_OUT, TICK, SHUTDOWN = range(4)
