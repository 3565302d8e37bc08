"""A PostgreSQL, a Telegram, readers and several replicas, with a wire between each replica and what it talks to."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.bench.cluster.fleet import Fleet, fleet
from bot.bench.cluster.server import Server, running
from bot.bench.cluster.wires import Wire, to_port, to_socket, wire
from bot.bench.processes import Broken, StandIn, stand_in
from bot.bench.stage import Stage
from storage.bench import chats_in
from storage.open import Storage
from storage.records import Broadcast, DeliveryState

LOOK = 0.02
SENDS = b"/sendMessage"
COMMITS = b"COMMIT"


@dataclass
class Scene:
    """`calls` and `sql`: each replica's way to Telegram and to the database, where it has one."""

    server: Server
    telegram: StandIn
    stage: Stage
    fleet: Fleet
    storage: Storage
    """Opened beside the replicas."""
    database: str
    calls: dict[int, Wire] = field(default_factory=dict)
    sql: dict[int, Wire] = field(default_factory=dict)

    async def delivered(self) -> int:
        return int((await self.telegram.order("summary"))["delivered"])

    async def beyond(self, delivered: int, patience: float = 60.0) -> float:
        """Until more messages than that have arrived; seconds that it took. Broken."""
        began = time.monotonic()
        while await self.delivered() <= delivered:
            self.all_live()
            if time.monotonic() - began > patience:
                raise Broken(f"no message within {patience:g} s")
            await asyncio.sleep(LOOK)
        return time.monotonic() - began

    async def sending(self) -> set[int]:
        """Chats whose message is on its way, as the ledger says."""
        return await chats_in(self.storage, self.stage.broadcast, DeliveryState.SENDING)

    async def everybody(self, patience: float) -> tuple[list[int], Counter[int]]:
        """When the broadcast has ended: whom nothing reached, and who got it how often beyond the first time."""
        until = time.monotonic() + patience
        while not (found := await self.record()).ended and time.monotonic() < until:
            self.all_live()
            await asyncio.sleep(10 * LOOK)
        if not found.ended:
            raise Broken(f"the broadcast does not end: {dict(found.counts)}")
        counts = await self.telegram.order("counts", audience=self.stage.readers)
        return counts["missing"], Counter({int(chat): more for chat, more in counts["twice"].items()})

    async def record(self) -> Broadcast:
        found = await self.storage.broadcasts.get(self.stage.broadcast)
        assert found is not None  # noqa: S101 - made by `begin`
        return found

    async def floods(self) -> int:
        return int((await self.telegram.order("summary"))["floods"])

    async def begin(self) -> None:
        """A broadcast to all, of which the first messages arrive."""
        before = await self.delivered()
        await self.stage.approve_in(self.storage)
        await self.beyond(before)

    def all_live(self) -> None:
        """Broken when a replica has ended by itself."""
        for number, child in self.fleet.replicas.items():
            if not child.running and child.process.returncode != -9:
                raise Broken(f"replica {number} ended by itself: {(child.words() or ['without a word'])[-1][:300]}")


@contextlib.asynccontextmanager
async def scene(
    readers: int,
    rate: float,
    *,
    replicas: int = 3,
    latency: float = 0.06,
    wired: bool = False,
    settings: dict[str, str] | None = None,
) -> AsyncIterator[Scene]:
    """`wired`: with `calls` and `sql`. `settings`: of every replica."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dauys-bench-")))
        server = await stack.enter_async_context(running())
        telegram = await stack.enter_async_context(stand_in(rate=rate, latency=latency))
        database = await server.database()
        stage = Stage(folder, readers, settings={"DAUYS_DATABASE": server.address(database), **(settings or {})})
        await stage.fill()
        calls, sql = {}, {}
        for number in range(replicas if wired else 0):
            calls[number] = await stack.enter_async_context(wire(to_port(telegram.port), SENDS))
            sql[number] = await stack.enter_async_context(wire(to_socket(server.socket), COMMITS))

        def own(number: int) -> dict[str, str]:
            if not wired:
                return {}
            return {
                "DAUYS_API_URL": f"http://127.0.0.1:{calls[number].port}",
                "DAUYS_DATABASE": server.address(database, sql[number].port),
            }

        bots = await stack.enter_async_context(fleet(stage, telegram.url, rate, replicas, own))
        storage = await stack.enter_async_context(stage.storage())
        yield Scene(server, telegram, stage, bots, storage, database, calls, sql)
