"""`dauys healthcheck`: one line about the running bot, for whatever supervises it."""

from __future__ import annotations

import asyncio

from rich.console import Console

from bot.config import Settings
from bot.control import ControlError, NotRunning, ask

WAIT = 8.0
"""Seconds for an answer; the bot itself waits three for the database."""


async def look(settings: Settings, *, alive: bool, out: Console, err: Console) -> int:
    """Exit code. Asks over the control socket, so that no address need be open; needs DAUYS_DATA and nothing else."""
    try:
        async with asyncio.timeout(WAIT):
            said = await ask(settings.data, "health", {"alive": alive})
    except TimeoutError:
        err.print(f"The bot in {settings.data} has not answered for {WAIT:.0f} s; see its log.", markup=False)
        return 1
    except NotRunning as error:
        err.print(f"{error}; start it: dauys run", markup=False)
        return 1
    except ControlError as error:
        err.print(str(error), markup=False)
        return 1
    if said["faults"]:
        err.print("The bot is not well: " + "; ".join(said["faults"]), markup=False)
        return 1
    out.print("The bot lives." if alive else "The bot is well.", markup=False)
    return 0
