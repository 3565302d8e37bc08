"""Another key and a backup while the bot runs and a broadcast goes out, through the control socket."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.shell.order import order
from storage.backup import restore
from tests.telegram.house import House, until
from tests.telegram.test_control import READERS, alerted, settings_of, slow

__all__ = ["slow"]


async def test_rotated_and_backed_up_in_the_middle_of_a_broadcast(slow: House, tmp_path: Path) -> None:
    settings = settings_of(slow)
    await alerted(slow)
    key = (slow.data / "master.key").read_bytes()
    assert (await order(settings, "rotate-key", warn=print))["readers"] == READERS
    assert (slow.data / "master.key").read_bytes() != key
    made = await order(settings, "backup", {"path": str(tmp_path / "copy")}, warn=print)
    assert made["readers"] == READERS
    readers = [person for person in slow.sandbox.world.people if person > slow.person(2).id]
    await until(lambda: all(slow.sandbox.world.messages(reader) for reader in readers))
    assert [len(slow.sandbox.world.messages(reader)) for reader in readers] == [1] * READERS
    (tmp_path / "new").mkdir()
    shutil.copy(slow.data / "master.key", tmp_path / "new" / "key")
    done = restore(tmp_path / "copy", tmp_path / "new", tmp_path / "new" / "key", settings.bot_id)
    assert (done.readers, done.paused) == (READERS, 1)
