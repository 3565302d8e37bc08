"""A halt of all sending, which outlives a restart."""

from __future__ import annotations

from bot.broadcast.patience import Patience
from bot.broadcast.ports import Ledger


class Halt:
    """`note`: why all stands still; None: it does not."""

    def __init__(self, ledger: Ledger, patience: Patience) -> None:
        self.note: str | None = None
        self._ledger = ledger
        self._patience = patience
        self._kept: str | None = None
        self._read = False

    async def left(self) -> str | None:
        """Asked once: what the ledger keeps from before the start. NotNow: storage failed; ask again."""
        if self._read:
            return None
        self._kept = await self._patience.ask(self._ledger.halted)
        self._read = True
        return self._kept

    async def keep(self) -> None:
        """Writes down what changed. NotNow: storage failed; it is still to be written."""
        if self.note != self._kept:
            note = self.note
            await self._patience.ask(self._ledger.halt, note)
            self._kept = note
