"""An update that cannot be handled is dropped; what its person asked for about their own row is done all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.wire.intake import LAST, TRIES, Intake, Raw
from bot.wire.journal import Journal
from storage.errors import StorageError

STOP: Raw = {"update_id": 7, "message": {"chat": {"id": 1}, "text": "/stop"}}
OTHER: Raw = {"update_id": 8, "message": {"chat": {"id": 1}, "text": "?"}}


class Wishes:
    def __init__(self, *errors: Exception) -> None:
        self.done: list[int] = []
        self._errors = list(errors)

    def asks(self, update: Raw) -> bool:
        return update is STOP

    async def carry_out(self, update: Raw) -> None:
        if self._errors:
            raise self._errors.pop(0)
        self.done.append(update["update_id"])


async def broken(update: Raw) -> None:
    raise ValueError


async def never(update: Raw) -> None:
    raise AssertionError("it is not handled again")


def died(folder: Path, times: int) -> Journal:
    """What is left after the bot died so often with this update alone in hand, and once beside others."""
    journal = Journal(folder)
    journal.begin(7)
    for _ in range(times):
        journal.close()
        journal = Journal(folder)
        journal.begin(7, alone=True)
    journal.close()
    return Journal(folder)


async def test_a_stop_whose_handler_fails_is_carried_out_and_another_is_only_dropped() -> None:
    wishes = Wishes()
    intake = Intake(broken, wishes=wishes)
    await intake.take(STOP)
    await intake.take(OTHER)
    assert wishes.done == [7]
    assert (intake.counts["poison"], intake.counts["wish"], intake.counts["handled"]) == (2, 1, 0)


@pytest.mark.parametrize(("deaths", "done"), [(TRIES, [7]), (LAST - 1, [7]), (LAST, [])])
async def test_a_stop_at_which_the_machine_died_twice_is_carried_out(
    deaths: int, done: list[int], tmp_path: Path
) -> None:
    journal, wishes = died(tmp_path, deaths), Wishes()
    intake = Intake(never, journal, wishes=wishes)
    await intake.take(STOP)
    assert wishes.done == done
    assert journal.seen(7)
    journal.close()


async def test_it_waits_for_a_database_that_fails_and_comes_again_after_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wire.intake.PATIENCE", (0.01,))
    wishes = Wishes(StorageError("locked"), StorageError("locked"))
    await Intake(broken, wishes=wishes).take(STOP)
    assert wishes.done == [7]
    intake = Intake(broken, wishes=Wishes(*[StorageError("locked")] * 10_000))
    taken = asyncio.create_task(intake.take(STOP))
    await asyncio.sleep(0.05)
    intake.stop()
    with pytest.raises(StorageError):
        await taken


async def test_a_wish_that_fails_too_is_given_up() -> None:
    wishes = Wishes(ValueError(), ValueError())
    intake = Intake(broken, wishes=wishes)
    await intake.take(STOP)
    assert wishes.done == []
    assert intake.counts["poison"] == 1
