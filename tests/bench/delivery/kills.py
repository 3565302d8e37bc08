"""kill -9 in every phase."""

from __future__ import annotations

from bot.bench.campaign import campaign
from bot.bench.command import told
from tests.bench.delivery.yard import SEED, Yard
from tests.bench.figures import Figure

BAR = "0 lost; duplicates ≤ in flight at the kill, each recorded beforehand; every phase was hit"


async def measure(yard: Yard) -> list[Figure]:
    figures, again = [], []
    for rate in (30.0, 1000.0):
        found = await campaign(rate, yard.many(50, 5), SEED, yard.say)
        again += found.first_again
        faults = found.faults()
        figures.append(
            Figure(
                f"kill -9, {len(found.kills)} rounds at {rate:g}/s", BAR, "; ".join([told(found), *faults]), not faults
            )
        )
    again.sort()
    middle, longest = again[len(again) // 2], again[-1]
    figures.append(
        Figure(
            "restart to the first message sent again",
            "≤ 3 s",
            f"{middle:.2f} s at the median, {longest:.2f} s at most, of {len(again)} restarts",
            longest <= 3,
        )
    )
    return figures
