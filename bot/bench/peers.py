"""Other senders beside ours, in the same run: an environment of their own, never dependencies of the bot."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
import venv
from pathlib import Path

from bot.bench.broadcast import LOOK, Figures, Plan, Watcher, count, fill, set_up
from bot.bench.processes import ROOT, Broken, StandIn, started
from bot.bench.stage import TEXT

FOLDER = ROOT / "tests" / "bench" / "peers"
AIOGRAM, PTB = "aiogram loop", "PTB + AIORateLimiter"
SCRIPTS = {AIOGRAM: "aiogram_loop.py", PTB: "ptb.py"}


async def environment() -> Path:
    """The interpreter of an environment that holds exactly the locked peers; made once. Broken with one line."""
    lock = FOLDER / "requirements.txt"
    if not lock.exists():
        raise Broken("the peers are measured in a checkout only; --no-peers measures the bot alone")
    home = Path(sys.prefix) / "peers"
    stamp, wanted = home / "locked", hashlib.sha256(lock.read_bytes()).hexdigest()
    python = home / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        await asyncio.to_thread(venv.create, home, with_pip=True, clear=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--require-hashes")
        process = await asyncio.create_subprocess_exec(
            *(str(python), "-m", "pip", "install", *quiet, "-r", str(lock)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        if process.returncode:
            last = said.decode(errors="replace").strip().splitlines()[-1:] or ["pip failed"]
            raise Broken(f"the peers could not be installed ({last[0]}); --no-peers measures the bot alone")
        stamp.write_text(wanted)
    return python


async def measure_peer(sender: str, plan: Plan, telegram: StandIn, folder: Path, python: Path) -> Figures:
    """One broadcast of a peer to the plan's audience. A peer that takes longer than the plan's patience is ended,
    and what it reached until then counts."""
    await set_up(plan, telegram)
    figures = Figures(sender)
    watcher = Watcher(telegram)
    script = FOLDER / SCRIPTS[sender]
    command = [str(python), str(script), telegram.url, str(plan.readers), f"{plan.limit or 0:g}", TEXT]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DAUYS_", "PYTHON"))}
    ends = time.monotonic() + plan.patience
    async with started(command, folder / "peer.log", environment, folder) as child:
        while child.running and time.monotonic() < ends:
            await watcher.look(child)
            await asyncio.sleep(LOOK)
        if not child.running and child.process.returncode:
            raise Broken(f"{sender} ended by itself: {(child.words() or ['without a word'])[-1]}")
    figures.cpu, figures.peak = watcher.each(), watcher.peak
    await count(telegram, plan.readers, figures)
    await fill(figures, telegram, plan.limit)
    return figures
