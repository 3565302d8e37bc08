"""What a disk can do to the database, on the real file under the real bot."""

from __future__ import annotations

from tests.bench.delivery import troubles
from tests.bench.delivery.yard import Yard
from tests.bench.faults.rows import Row, Seen, seen_in


async def locked_broadcast(yard: Yard) -> Seen:
    return seen_in(await troubles.locked(yard))


ROWS = {
    "lock-broadcast": Row("another program holds the database for 30 s while a broadcast runs", locked_broadcast),
}
