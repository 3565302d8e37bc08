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
        self.kept: str | None = None
        self._read = False

    def heed(self) -> None:
        """Somebody else may have changed what the ledger keeps: it is asked again."""
        self._read = False

    async def changed(self) -> bool:
        """Whether the ledger keeps something else than `note`, and nothing newer is to be written: then `kept` counts.
        Asked at the start and after `heed`. NotNow: storage failed; ask again."""
        if self._read:
            return False
        ours = self.note != self.kept
        self.kept = await self._patience.ask(self._ledger.halted)
        self._read = True
        return not ours and self.note != self.kept

    @property
    def unsaid(self) -> bool:
        """Whether it is still to be written."""
        return self.note != self.kept

    async def keep(self) -> None:
        """Writes down what changed. NotNow: storage failed; it is still to be written."""
        if self.unsaid:
            note = self.note
            await self._patience.ask(self._ledger.halt, note)
            self.kept = note
