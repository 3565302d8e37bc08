"""The engine's sleep between two passes, which ends when there is something to do."""

from __future__ import annotations

import asyncio
import contextlib


class Rest:
    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def end(self) -> None:
        """The sleep ends now; or the next one, if nobody sleeps."""
        self._woken.set()

    async def sleep(self, seconds: float) -> None:
        """Until the time is over or somebody ends it."""
        if seconds <= 0 or self._woken.is_set():
            await asyncio.sleep(0)
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
        self._woken.clear()
