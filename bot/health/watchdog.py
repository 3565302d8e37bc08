"""Notices an event loop that stands still, and ends the process, so that whoever supervises it starts it again.

Nothing is lost by that: it is what a `kill -9` does. A machine that was suspended, or a process that was stopped
(SIGSTOP), is no reason: what counts is how often the watching thread itself has come round meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

from bot.health.meters import Spread
from bot.health.systemd import ALIVE, interval, notify

ROUND = 1.0
"""Seconds between two beats of the loop, and between two looks of the thread."""
ROUNDS = 60
"""Looks without a beat after which the process ends."""
FRAMES = 4


class Watchdog:
    """`beat` in a supervised task; `watch` starts the thread, which ends with the process. `well`: whether a sign of
    life is given to systemd."""

    def __init__(self, well: Callable[[], bool], delays: Spread, *, every: float = ROUND, rounds: int = ROUNDS) -> None:
        self._well, self._delays = well, delays
        self._every, self._rounds = every, rounds
        self._beats = 0
        self._over = threading.Event()

    async def beat(self) -> None:
        told, signs = float("-inf"), interval()
        every = min(self._every, signs or self._every)
        try:
            while True:
                began = time.monotonic()
                await asyncio.sleep(every)
                self._beats += 1
                now = time.monotonic()
                self._delays.note(max(0.0, now - began - every))
                if signs is not None and now - told >= signs - every and self._well():
                    told = now
                    notify(ALIVE)
        finally:
            self._over.set()

    def watch(self) -> None:
        """For the loop of the thread that calls."""
        loop = threading.get_ident()
        threading.Thread(target=self._watch, args=(loop,), name="watchdog", daemon=True).start()

    def _watch(self, loop: int) -> None:
        seen, still = -1, 0
        while not self._over.wait(self._every):
            still = still + 1 if self._beats == seen else 0
            seen = self._beats
            if still >= self._rounds:
                _end(self._every * still, loop)


def _end(seconds: float, loop: int) -> NoReturn:
    """Past the log, whose lock the loop may hold. Where it stands: places only, no values."""
    frame, places = sys._current_frames().get(loop), list[str]()
    while frame is not None and len(places) < FRAMES:
        code = frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{frame.f_lineno} in {code.co_name}")
        frame = frame.f_back
    said = f"the event loop stands still for {seconds:.0f} s: the bot ends, to be started again"
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    os.write(2, f'timestamp={moment} level=critical event="{said}" at="{" < ".join(places)}"\n'.encode())
    os._exit(1)
