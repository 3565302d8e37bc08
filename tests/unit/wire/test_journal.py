"""What is remembered of updates over a kill: handled ones are repeats, those in hand are suspects."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.wire.journal import HANDLED, NAME, SLOTS, Journal
from storage.errors import ReadOnly


def test_what_was_handled_is_known_after_a_kill(tmp_path: Path) -> None:
    before = Journal(tmp_path)
    for number in range(1, HANDLED + 11):
        before.begin(number)
        before.done(number)
    after = Journal(tmp_path)
    assert [after.seen(number) for number in (10, 11, HANDLED + 10, HANDLED + 11)] == [False, True, True, False]
    after.done(HANDLED + 11)
    assert not Journal(tmp_path).seen(11)
    assert Journal(tmp_path).seen(HANDLED + 11)


def test_only_deaths_alone_count_against_an_update(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    for number in (1, 2, 3):
        first.begin(number)
    first.done(2)
    second = Journal(tmp_path)
    assert second.suspects == {1: 0, 3: 0}
    second.begin(1, alone=True)
    third = Journal(tmp_path)
    assert third.suspects == {1: 1, 3: 0}
    third.begin(1, alone=True)
    fourth = Journal(tmp_path)
    assert fourth.suspects == {1: 2, 3: 0}
    fourth.done(1)
    fourth.leave(3)
    assert Journal(tmp_path).suspects == {}


def test_more_in_hand_than_there_is_room_for_is_no_fault(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(1, SLOTS + 50):
        journal.begin(number)
    for number in range(1, SLOTS + 50):
        journal.done(number)
    assert Journal(tmp_path).suspects == {}
    assert Journal(tmp_path).seen(SLOTS + 49)


@pytest.mark.parametrize("before", ["none", "sparse"])
def test_every_byte_has_its_place_on_the_disk_before_it_is_mapped(tmp_path: Path, before: str) -> None:
    path = tmp_path / NAME
    if before == "sparse":
        Journal(tmp_path).close()
        whole = path.read_bytes()
        with path.open("r+b") as file:
            file.truncate(16)
            file.truncate(len(whole))
    Journal(tmp_path).done(5)
    there = path.stat()
    assert there.st_blocks * 512 >= there.st_size
    assert Journal(tmp_path).seen(5)


@pytest.mark.parametrize("content", [b"", b"something else", b"x" * 100_000], ids=["empty", "short", "long"])
def test_a_file_of_another_kind_begins_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    journal = Journal(tmp_path)
    assert not journal.suspects
    journal.done(5)
    assert Journal(tmp_path).seen(5)


def test_the_file_is_for_its_owner_alone_and_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    with pytest.raises(ReadOnly, match=r"^DAUYS_DATA: .* cannot be written"):
        Journal(tmp_path / "nowhere")
