"""What a bot under test tells through memory that outlives a kill -9: its phase, and what is under way."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NOTHING, FAN_OUT, TICK, SHUTDOWN = range(4)
_FIELDS = struct.Struct("=4I")
PHASE, RETRIES, WIRE, OPEN = range(4)


@dataclass(frozen=True, slots=True)
class Seen:
    phase: int
    retries: int
    """Requests on the wire that are not the first to their reader."""
    wire: int
    """Requests on the wire."""
    open: int
    """Requests written whose result is not committed: what a crash now may double."""

    @property
    def kind(self) -> str:
        """The phase by name, as the kill rounds count it."""
        if self.phase != NOTHING:
            return {FAN_OUT: "fan-out", TICK: "tick", SHUTDOWN: "shutdown"}[self.phase]
        return "retry" if self.retries else "wire" if self.wire else "idle"


class Marks:
    """The bot writes, the bench reads; both map the same file."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory

    def put(self, field: int, value: int) -> None:
        struct.pack_into("=I", self._memory, 4 * field, value)

    def seen(self) -> Seen:
        return Seen(*_FIELDS.unpack_from(self._memory))

    def clear(self) -> None:
        _FIELDS.pack_into(self._memory, 0, 0, 0, 0, 0)


@contextmanager
def mapped(file: Path) -> Iterator[Marks]:
    if not file.exists():
        file.write_bytes(bytes(_FIELDS.size))
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), _FIELDS.size) as memory:
        yield Marks(memory)
