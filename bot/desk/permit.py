"""Who may do what at the desk: one decision, asked at every step, for commands and for buttons.

Each guard is a function of what the update claims; `permit` names the first that says no. They are kept
apart, so that a test can take any one out and see what then gets through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk.acts import Act
from bot.desk.roster import Roster


@dataclass(frozen=True, slots=True)
class Claim:
    """What an update says of itself. Moments are Unix seconds."""

    person: int
    act: Act
    now: float
    chat: int
    private: bool = True
    """Written in the person's own chat with the bot, by themselves and not in a channel's or group's name."""
    new: bool = True
    """Not an edited message."""
    forwarded: bool = False
    sealed: bool | None = None
    """Whether a button's seal fits this person and exactly this act; None: it was no button."""
    expires: float = float("inf")
    """When the button ends."""
    author: int | None = None
    """Whose draft it is about, if it is about one that only its author may touch."""
    not_by: int | None = None
    """Whose own it must not be."""


Guard = Callable[[Claim, Roster], bool]


def _private(claim: Claim, roster: Roster) -> bool:
    return claim.private and claim.chat == claim.person


def _new(claim: Claim, roster: Roster) -> bool:
    return claim.new


def _unforwarded(claim: Claim, roster: Roster) -> bool:
    return not claim.forwarded


def _sealed(claim: Claim, roster: Roster) -> bool:
    return claim.sealed is not False


def _fresh(claim: Claim, roster: Roster) -> bool:
    return claim.now < claim.expires


def _role(claim: Claim, roster: Roster) -> bool:
    return roster.may(claim.person, claim.act)


def _counts(claim: Claim, roster: Roster) -> bool:
    return claim.act is not Act.APPROVE or roster.counts(claim.person, claim.now)


def _author(claim: Claim, roster: Roster) -> bool:
    return claim.author is None or claim.author == claim.person


def _another(claim: Claim, roster: Roster) -> bool:
    return claim.not_by is None or claim.not_by != claim.person


GUARDS: dict[str, Guard] = {
    "role": _role,
    "private": _private,
    "new": _new,
    "unforwarded": _unforwarded,
    "sealed": _sealed,
    "fresh": _fresh,
    "counts": _counts,
    "author": _author,
    "another": _another,
}


def permit(claim: Claim, roster: Roster) -> str | None:
    """The name of the guard that refuses; None: it may be done."""
    return next((name for name, guard in GUARDS.items() if not guard(claim, roster)), None)
