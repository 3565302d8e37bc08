"""One bot on its own database: it leads, always."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Replica
from storage.replicas.claims import Claims
from storage.replicas.leases import Leases


class Alone:
    """As `Cluster`, where there is nobody else."""

    claims: Claims | None = None
    leases: Leases | None = None
    epoch: int | None = 0
    name = ""
    fit = True

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.heard: Callable[[str], None] = lambda kind: None
        self.next_key: Callable[[], bytes | None] = lambda: None

    def mine(self) -> bool:
        return True

    def leaderless(self) -> float:
        return 0.0

    async def close(self) -> None:
        """Nothing was opened."""

    async def fence(self, connection: AsyncConnection) -> None:
        """Nobody can take over."""

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.Event().wait()

    async def resign(self) -> None:
        """There is nobody to hand over to."""

    async def announce(self, kind: str) -> None:
        """There is nobody to tell."""

    async def without(self, key: bytes) -> Sequence[str]:
        return []

    async def look(self) -> Sequence[Replica]:
        return []
