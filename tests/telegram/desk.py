"""Two owners and a reader at the desk: what tests of drafts, approval and rights begin with."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.telegram.house import House, Person, running
from tests.telegram.test_alert import subscribed, times

TEXT = "Court on Monday."
FIRST, SECOND = 5550000103, 5550000104


@contextlib.asynccontextmanager
async def two_owners(data: Path, **settings: Any) -> AsyncIterator[tuple[House, Person, Person]]:
    """The house, the owner who writes, and another who approves; both have opened the bot."""
    async with running(data, **({"owners": frozenset({FIRST, SECOND})} | settings)) as house:
        house.sandbox.world.add_person("Second", "en")
        first, second = house.person(2), house.person(3)
        for person in (first, second):
            await person.say("/start")
        yield house, first, second


async def drafted(owner: Person, text: str = TEXT, **more: Any) -> None:
    owner.sandbox.world.say(owner.id, f"/alert {text}", **more)
    await owner.sees("Above is exactly what readers will get.")


async def asked(writer: Person, text: str = TEXT) -> None:
    await drafted(writer, text)
    await writer.press("Send now")
    await writer.press("Ask for approval")


def rows(house: House, query: str) -> list[tuple[Any, ...]]:
    return house.rows(query)


def states(house: House) -> list[str]:
    return [row[0] for row in rows(house, "SELECT state FROM broadcast ORDER BY id")]


async def execute(house: House, statement: str) -> None:
    """Changes the database behind the running bot, as soon as the bot lets it."""
    done = False
    while not done:
        with contextlib.suppress(sqlite3.OperationalError):
            with sqlite3.connect(house.data / "dauys.sqlite3", timeout=0) as connection:
                connection.execute(statement)
            done = True
        await asyncio.sleep(0.01)


__all__ = ["FIRST", "SECOND", "TEXT", "asked", "drafted", "execute", "rows", "states", "subscribed", "times",
           "two_owners"]  # fmt: skip
