"""How fast a sender is when nothing limits it, and what a message then costs it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NamedTuple

from bot.bench.broadcast import Figures
from bot.bench.nginx import Nginx, constant
from bot.bench.peers import FOLDER, SCRIPTS, environment
from bot.bench.processes import Broken, Child, StandIn, stand_in, started
from bot.bench.stage import TEXT, Stage
from storage.records import DeliveryState

LOOK = 0.01
WARM = 200
"""Messages before the measuring begins."""
AS_MUCH_AS_COMES = 100_000.0
"""Messages a second that our bot is told it may send."""


async def rounds(
    readers: int, number: int, peers: Sequence[str], folder: Path, say: Callable[[str], None]
) -> list[list[Figures]]:
    """Paired runs without any limit; one list a sender, ours first."""
    python = await environment() if peers else Path()
    stage = Stage(folder, readers)
    await stage.fill()
    runs: list[list[Figures]] = [[] for _ in range(1 + len(peers))]
    async with stand_in() as telegram, constant(folder, telegram) as nginx:
        for now in range(1, number + 1):
            say(f"Round {now} of {number}: Dauys …")
            await stage.approve()
            runs[0].append(await ours(nginx, telegram, stage))
            for mine, name in zip(runs[1:], peers, strict=True):
                say(f"Round {now} of {number}: {name} …")
                mine.append(await peer(name, nginx, readers, folder, python))
    return runs


async def ours(nginx: Nginx, telegram: StandIn, stage: Stage, patience: float = 120.0) -> Figures:
    """The real bot, its ledger included; the stage's broadcast is approved and goes to all of its readers."""
    await telegram.order("reset")
    figures = await _measured(
        "Dauys", nginx, stage.readers, lambda: stage.bot(nginx.url, AS_MUCH_AS_COMES), patience, stage
    )
    ended = await stage.record()
    figures.lost = stage.readers - ended.counts.get(DeliveryState.SENT, 0)
    return figures


async def peer(sender: str, nginx: Nginx, readers: int, folder: Path, python: Path, patience: float = 120.0) -> Figures:
    script = FOLDER / SCRIPTS[sender]
    command = [str(python), str(script), nginx.url, str(readers), "0", TEXT]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DAUYS_", "PYTHON"))}
    return await _measured(
        sender, nginx, readers, lambda: started(command, folder / "peer.log", environment, folder), patience, None
    )


class _Seen(NamedTuple):
    at: float
    done: int
    cpu: float


async def _measured(
    sender: str,
    nginx: Nginx,
    readers: int,
    start: Callable[[], AbstractAsyncContextManager[Child]],
    patience: float,
    stage: Stage | None,
) -> Figures:
    """From the first messages to the last. A peer that takes longer than `patience` is ended: what it reached counts,
    from its start on."""
    figures = Figures(sender)
    base = await nginx.requests()
    ends = time.monotonic() + patience
    async with start() as child:
        began = last = _Seen(time.monotonic(), 0, 0.0)
        first: _Seen | None = None
        while True:
            now = _Seen(time.monotonic(), await nginx.requests() - base, child.cpu() if child.running else 0.0)
            if first is None and now.done >= WARM:
                first = now
            if now.done >= readers or not child.running:
                break
            figures.peak, last = child.peak(), now
            if now.at > ends:
                if stage is not None:
                    raise Broken(f"{sender}: {now.done} of {readers} messages after {patience:g} s")
                break
            await asyncio.sleep(LOOK)
        if stage is not None:
            await stage.until_ended(patience)
            await child.end()
    if not last.done:
        raise Broken(f"{sender} sent nothing: {(child.words() or ['without a word'])[-1]}")
    begun = first if first is not None and first.done < last.done else began
    figures.seconds, figures.delivered = last.at - begun.at, last.done - begun.done
    figures.rate = figures.delivered / figures.seconds
    figures.cpu = 1000 * (last.cpu - begun.cpu) / figures.delivered
    return figures
