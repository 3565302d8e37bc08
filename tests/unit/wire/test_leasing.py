"""A gate that shares its budget: nothing goes out that was not leased, and what was leased is good for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.wire.gate import Gate
from bot.wire.lanes import Lane
from bot.wire.leasing import LIFE, Leasing, Purse
from storage.errors import Unreachable


@dataclass
class Table:
    """What leases are asked for, and given; `away`: the database cannot be reached."""

    most: tuple[int, int] = (100, 100)
    away: bool = False
    asked: list[tuple[int, int, float]] = field(default_factory=list)

    async def take(self, replies: int, sends: int, rate: float) -> tuple[int, int]:
        self.asked.append((replies, sends, rate))
        if self.away:
            raise Unreachable("away")
        return min(replies, self.most[0]), min(sends, self.most[1])


async def shared(leases: Table, leads: Callable[[], bool] = lambda: True) -> tuple[Gate, Purse, asyncio.Task[None]]:
    gate, purse = Gate(30.0), Purse()
    gate.share(purse)
    return gate, purse, asyncio.create_task(Leasing(gate, purse, leases, leads).run())


async def test_what_was_leased_goes_out() -> None:
    leases = Table()
    gate, _, task = await shared(leases)
    async with asyncio.timeout(10):
        await asyncio.gather(*[gate.turn(Lane.REPLY, chat) for chat in range(3)], gate.turn(Lane.BROADCAST, 99))
    assert sum(asked[0] for asked in leases.asked) >= 3
    assert leases.asked[0][2] == 30.0
    task.cancel()


async def test_without_a_lease_nothing_goes_out_and_a_broadcast_takes_no_answers_part() -> None:
    leases = Table(most=(100, 0))
    gate, _, task = await shared(leases)
    waiting = asyncio.create_task(gate.turn(Lane.BROADCAST, 99))
    async with asyncio.timeout(10):
        await gate.turn(Lane.REPLY, 1)
        while len(leases.asked) < 3:
            await asyncio.sleep(0.01)
    assert not waiting.done()
    waiting.cancel()
    task.cancel()


async def test_while_the_database_is_away_an_answer_goes_out_now_and_then() -> None:
    leases = Table(away=True)
    gate, _, task = await shared(leases)
    waiting = asyncio.create_task(gate.turn(Lane.BROADCAST, 99))
    async with asyncio.timeout(10):
        await gate.turn(Lane.REPLY, 1)
    assert not waiting.done()
    waiting.cancel()
    task.cancel()


def test_a_lease_is_over_after_its_moment() -> None:
    purse = Purse()
    purse.put(2, 1, 10.0)
    assert purse.holds(Lane.ADMIN, 10.1)
    assert purse.holds(Lane.PANEL, 10.1)
    purse.spend(Lane.PANEL)
    assert not purse.holds(Lane.BROADCAST, 10.1)
    assert not purse.holds(Lane.REPLY, 10.0 + LIFE)
