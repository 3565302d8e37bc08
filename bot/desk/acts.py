"""What can be done at the desk, by the role that it takes."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    WATCH = "watch"
    """See drafts' reports and what went out; stop what is going out. Anybody with a role."""
    COMPOSE = "compose"
    """Make, change and send drafts; resume, correct, recall."""
    APPROVE = "approve"
    """Decide on somebody else's draft."""
    OWN = "own"
    """Name admins, hide people: owners alone."""
