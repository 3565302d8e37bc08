"""Observers: one that does nothing, and one that keeps the latest look at each running broadcast, for whoever asks."""

from __future__ import annotations

import asyncio

from bot.broadcast.ports import Progress
from storage.records import BroadcastState


class Silent:
    """An observer that does nothing."""

    def progress(self, progress: Progress) -> None: ...

    def moved(self, broadcast: int, state: BroadcastState, note: str) -> None: ...

    def halted(self, note: str) -> None: ...

    def trouble(self, note: str) -> None: ...


class Watch:
    """Fits the engine's `Observer`. `halt`: why all sending stands still, while it does. `stopped`: broadcasts that the
    engine has paused for a reason, to be told to their editors."""

    def __init__(self) -> None:
        self.looks: dict[int, Progress] = {}
        self.halt = ""
        self.troubles = 0
        self.stopped: asyncio.Queue[int] = asyncio.Queue()

    def progress(self, progress: Progress) -> None:
        self.looks[progress.broadcast.id] = progress

    def moved(self, broadcast: int, state: BroadcastState, note: str) -> None:
        if state is not BroadcastState.RUNNING:
            self.looks.pop(broadcast, None)
        if state is BroadcastState.PAUSED and note:
            self.stopped.put_nowait(broadcast)

    def halted(self, note: str) -> None:
        self.halt = note

    def trouble(self, note: str) -> None:
        self.troubles += 1
