"""Who is an owner, an editor, an approver: from the settings and from what owners named, kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.desk.acts import Act
from storage.records import Grant, Role

COUNTS_AFTER = 24 * 3600
"""Seconds before a new approver counts: a hijacked owner cannot approve through a second account at once."""


class AdminRows(Protocol):
    async def all(self) -> Sequence[Grant]: ...

    async def name(self, grant: Grant) -> bool: ...

    async def remove(self, person: int) -> bool: ...


class Roster:
    """`load` once; `name` and `remove` write first and are seen by the next question."""

    def __init__(self, owners: Iterable[int], rows: AdminRows) -> None:
        self.owners = frozenset(owners)
        self._rows = rows
        self.grants: tuple[Grant, ...] = ()
        self.known = self.owners
        """Who is an admin, or was one since the start: only their messages can be answers to the desk."""

    async def load(self) -> None:
        self.grants = tuple(await self._rows.all())
        self.known |= self.everyone()

    async def name(self, person: int, role: Role, now: float) -> bool:
        """False: they are an owner, or hold this role already."""
        if person in self.owners:
            return False
        counts_from = now + COUNTS_AFTER if role is Role.APPROVER else now
        made = await self._rows.name(Grant(person, role, now, counts_from))
        await self.load()
        return made

    async def remove(self, person: int) -> bool:
        gone = await self._rows.remove(person)
        await self.load()
        return gone

    def roles(self, person: int) -> frozenset[Role]:
        if person in self.owners:
            return frozenset(Role)
        return frozenset(grant.role for grant in self.grants if grant.person == person)

    def is_admin(self, person: int) -> bool:
        return bool(self.roles(person))

    def everyone(self) -> frozenset[int]:
        return self.owners | {grant.person for grant in self.grants}

    def may(self, person: int, act: Act) -> bool:
        roles = self.roles(person)
        return {
            Act.WATCH: bool(roles),
            Act.COMPOSE: Role.EDITOR in roles,
            Act.APPROVE: Role.APPROVER in roles,
            Act.OWN: person in self.owners,
        }[act]

    def counts(self, person: int, now: float) -> bool:
        """Whether their approval counts by now."""
        if person in self.owners:
            return True
        return any(g.counts_from <= now for g in self.grants if g.person == person and g.role is Role.APPROVER)

    def approvers(self, now: float) -> frozenset[int]:
        """Whose approval counts now."""
        return frozenset(person for person in self.everyone() if self.counts(person, now))
