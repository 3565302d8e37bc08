"""kill -9 in every phase."""

from __future__ import annotations

from bot.bench.campaign import campaign
from bot.bench.command import told
from tests.bench.delivery.yard import SEED, Yard
from tests.bench.figures import Figure

BAR = "0 lost; duplicates ≤ in flight at the kill, each recorded beforehand; every phase was hit"


async def free(yard: Yard) -> list[Figure]:
    return await _at(yard, 30.0)


async def paid(yard: Yard) -> list[Figure]:
    return await _at(yard, 1000.0)


async def _at(yard: Yard, rate: float) -> list[Figure]:
    found = await campaign(rate, yard.many(50, 5), SEED, yard.say)
    faults, again = found.faults(), sorted(found.first_again)
    middle, longest = again[len(again) // 2], again[-1]
    return [
        Figure(f"kill -9, {len(found.kills)} rounds at {rate:g}/s", BAR, "; ".join([told(found), *faults]), not faults),
        Figure(
            f"restart to the first message sent again, at {rate:g}/s",
            "≤ 3 s",
            f"{middle:.2f} s at the median, {longest:.2f} s at most, of {len(again)} restarts",
            longest <= 3,
        ),
    ]
