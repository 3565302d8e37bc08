"""When a second person must approve."""

from __future__ import annotations

LASTS = 30 * 60
"""Seconds for which a request waits for a decision."""
TWO = "desk.two"
"""The name under which it is kept that two could approve once."""


def needs_two(setting: str, approvers: int, before: bool) -> bool:
    """`setting` is DAUYS_APPROVALS, `approvers` whose approval counts now. With `auto` it begins as soon as two may
    approve, and never ends by itself (`before`): who removes the others must not send alone afterwards."""
    if setting == "auto":
        return before or approvers >= 2
    return setting == "2"
