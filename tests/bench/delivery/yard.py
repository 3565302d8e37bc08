"""Where the rows are measured: a stage with readers, and a stand-in beside it."""

from __future__ import annotations

import contextlib
import random
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.bench.processes import StandIn, stand_in
from bot.bench.stage import Stage

SEED = 2019
Texts = Callable[[str], None]


@dataclass
class Yard:
    quick: bool
    say: Texts

    def many(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def chance(self) -> random.Random:
        return random.Random(SEED)

    @contextlib.asynccontextmanager
    async def set(self, readers: int) -> AsyncIterator[tuple[Stage, StandIn]]:
        """Readers enrolled, no broadcast yet."""
        with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder:
            stage = Stage(Path(folder), readers)
            await stage.fill()
            async with stand_in() as telegram:
                yield stage, telegram


def median(values: Sequence[float | None]) -> float:
    return statistics.median(value for value in values if value is not None)


def spread(values: Sequence[float | None], form: str) -> str:
    """The median, and the least and the most where there are several."""
    known = [value for value in values if value is not None]
    if len(known) == 1:
        return f"{known[0]:{form}}"
    return f"{median(known):{form}} ({min(known):{form}} to {max(known):{form}})"
