"""An observer that remembers."""

from __future__ import annotations

from bot.broadcast.ports import Progress
from storage.records import BroadcastState


class Watcher:
    def __init__(self) -> None:
        self.looks: list[Progress] = []
        self.moves: list[tuple[int, BroadcastState, str]] = []
        self.halts: list[str] = []
        self.troubles: list[str] = []

    def progress(self, progress: Progress) -> None:
        self.looks.append(progress)

    def moved(self, broadcast: int, state: BroadcastState, note: str) -> None:
        self.moves.append((broadcast, state, note))

    def halted(self, note: str) -> None:
        self.halts.append(note)

    def trouble(self, note: str) -> None:
        self.troubles.append(note)
