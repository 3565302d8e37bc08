"""When a new approver's approval counts: a day after being named, to the second; an owner's at once."""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk.approval import needs_two
from bot.desk.roster import COUNTS_AFTER, Roster
from storage.records import Grant, Role

OWNER, NEW, NOW = 1, 2, 1_800_000_000.0


class Rows:
    def __init__(self) -> None:
        self.grants: list[Grant] = []

    async def all(self) -> Sequence[Grant]:
        return tuple(self.grants)

    async def name(self, grant: Grant) -> bool:
        held = any((one.person, one.role) == (grant.person, grant.role) for one in self.grants)
        self.grants += [] if held else [grant]
        return not held

    async def remove(self, person: int) -> bool:
        before, self.grants = len(self.grants), [one for one in self.grants if one.person != person]
        return len(self.grants) < before


async def test_a_new_approver_counts_a_day_later_to_the_second() -> None:
    roster = Roster([OWNER], Rows())
    assert await roster.name(NEW, Role.APPROVER, NOW)
    assert COUNTS_AFTER == 24 * 3600
    assert not roster.counts(NEW, NOW + COUNTS_AFTER - 1)
    assert roster.approvers(NOW + COUNTS_AFTER - 1) == {OWNER}
    assert roster.counts(NEW, NOW + COUNTS_AFTER)
    assert roster.approvers(NOW + COUNTS_AFTER) == {OWNER, NEW}


async def test_to_be_named_again_neither_shortens_nor_lengthens_the_day_and_to_be_removed_begins_it_anew() -> None:
    roster = Roster([OWNER], Rows())
    await roster.name(NEW, Role.APPROVER, NOW)
    assert not await roster.name(NEW, Role.APPROVER, NOW + 3600)
    assert roster.counts(NEW, NOW + COUNTS_AFTER)
    assert await roster.remove(NEW)
    await roster.name(NEW, Role.APPROVER, NOW + 2 * COUNTS_AFTER)
    assert not roster.counts(NEW, NOW + 2 * COUNTS_AFTER + 1)


async def test_an_editor_approves_nothing_and_an_owner_needs_no_grant() -> None:
    roster = Roster([OWNER], Rows())
    await roster.name(NEW, Role.EDITOR, NOW - 10 * COUNTS_AFTER)
    assert not roster.counts(NEW, NOW)
    assert not await roster.name(OWNER, Role.APPROVER, NOW)
    assert roster.counts(OWNER, NOW)


def test_two_are_needed_as_soon_as_two_may_approve_and_ever_after() -> None:
    assert [needs_two("auto", count, before=False) for count in (0, 1, 2, 3)] == [False, False, True, True]
    assert needs_two("auto", 1, before=True)
    assert [needs_two(setting, 5, before=True) for setting in ("1", "2")] == [False, True]
