"""Which updates were handled, and which were in hand when the process died: numbers and kinds, nothing else.

A small file, mapped into memory, so that writing to it costs nothing and survives kill -9 (not a power cut:
then an update may be handled twice, which every handler bears). Telegram sends an update again until it is
acknowledged, and by webhook also out of order: without this a subscription that was already handled could
come again after the /stop that followed it.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import BinaryIO

from storage.errors import ReadOnly

NAME = "updates.bin"
HANDLED = 8192
"""Numbers remembered."""
SLOTS = 1024
"""Updates in hand at once, at most; beyond it the journal does not know of them."""
_MAGIC = b"dauys-updates-1\n"
_NUMBER = struct.Struct("<q")
_SLOT = struct.Struct("<qBB6x")
_SLOTS_AT = len(_MAGIC) + HANDLED * _NUMBER.size
_SIZE = _SLOTS_AT + SLOTS * _SLOT.size
WAITING, IN_HAND, ALONE = 0, 1, 2
"""States of a slot: known from before a death; being handled; being handled with nothing else in hand."""


def _mapped(file: BinaryIO) -> mmap.mmap:
    """Every byte is written first, the same ones where it is ours: to write to a mapped page for which a full disk has
    no block left would kill the process (SIGBUS)."""
    kept = file.read(_SIZE + 1)
    file.seek(0)
    file.write(kept if len(kept) == _SIZE and kept.startswith(_MAGIC) else _MAGIC.ljust(_SIZE, b"\0"))
    file.truncate()
    file.flush()
    return mmap.mmap(file.fileno(), _SIZE)


class Journal:
    """`suspects`: updates in hand when the process last died -> deaths at which each was alone in hand."""

    def __init__(self, data: Path) -> None:
        """Opens or makes the file; one that is none of ours begins anew. ReadOnly when it cannot be written."""
        path = data / NAME
        try:
            path.touch(mode=0o600)
            with path.open("r+b") as file:
                self._memory = _mapped(file)
        except OSError as error:
            raise ReadOnly(f"DAUYS_DATA: {path} cannot be written ({error.strerror}); free it, or remove it") from None
        self._ring = [self._number(place) for place in range(HANDLED)]
        self._handled = {number for number in self._ring if number}
        self._place = (self._ring.index(0) if 0 in self._ring else self._oldest()) % HANDLED
        self.suspects: dict[int, int] = {}
        self._slot_of: dict[int, int] = {}
        self._free: list[int] = []
        self._read_slots()

    def _oldest(self) -> int:
        """Numbers grow: behind the greatest stands the oldest."""
        return self._ring.index(max(self._ring)) + 1

    def _number(self, place: int) -> int:
        return int(_NUMBER.unpack_from(self._memory, len(_MAGIC) + place * _NUMBER.size)[0])

    def _read_slots(self) -> None:
        for slot in range(SLOTS):
            number, deaths, state = _SLOT.unpack_from(self._memory, _SLOTS_AT + slot * _SLOT.size)
            if not number or number in self._handled or len(self.suspects) >= SLOTS // 2:
                self._write(slot, 0, 0, WAITING)
                self._free.append(slot)
            else:
                deaths = min(deaths + (state == ALONE), 255)
                self.suspects[number] = deaths
                self._slot_of[number] = slot
                self._write(slot, number, deaths, WAITING)

    def _write(self, slot: int, number: int, deaths: int, state: int) -> None:
        _SLOT.pack_into(self._memory, _SLOTS_AT + slot * _SLOT.size, number, deaths, state)

    def seen(self, number: int) -> bool:
        """Whether this update was handled already."""
        return number in self._handled

    def begin(self, number: int, *, alone: bool = False) -> None:
        slot = self._slot_of.get(number)
        if slot is None:
            if not self._free:
                return
            slot = self._slot_of[number] = self._free.pop()
        self._write(slot, number, self.suspects.get(number, 0), ALONE if alone else IN_HAND)

    def done(self, number: int) -> None:
        """Handled, or dropped for good: it may be acknowledged, and is a repeat from now on."""
        self._handled.discard(self._ring[self._place])
        self._ring[self._place] = number
        self._handled.add(number)
        _NUMBER.pack_into(self._memory, len(_MAGIC) + self._place * _NUMBER.size, number)
        self._place = (self._place + 1) % HANDLED
        self.leave(number)

    def leave(self, number: int) -> None:
        """No longer in hand, and not handled: it will come again."""
        self.suspects.pop(number, None)
        slot = self._slot_of.pop(number, None)
        if slot is not None:
            self._write(slot, 0, 0, WAITING)
            self._free.append(slot)

    def close(self) -> None:
        self._memory.close()
