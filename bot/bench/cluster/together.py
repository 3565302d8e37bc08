"""What replicas carry together: thousands of people behind one proxy, and one budget of calls."""

from __future__ import annotations

import asyncio
import random
import statistics
import time

from bot.bench.cluster.figure import Figure, Say
from bot.bench.cluster.people import HOOK, Proxy, asked, crowd
from bot.bench.cluster.rounds import SEED
from bot.bench.cluster.scene import Scene, scene
from bot.bench.processes import Broken
from bot.bench.telegram import FIRST_ASKER
from bot.views.callback import Action

FAST = 2_000.0
"""Messages a second that hold up nobody."""
PAIR = (Action.SUBSCRIBE_ALL, Action.UNSUBSCRIBE)
"""What each person presses, and later once more: what is done again or in another order leaves another trace."""
TRACE = "+-+-"
TRACED = """
CREATE TABLE effect (number bigserial, cid bytea, done text);
CREATE FUNCTION trace() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN INSERT INTO effect (cid, done) VALUES (NEW.cid, '+');
  ELSIF TG_OP = 'DELETE' THEN INSERT INTO effect (cid, done) VALUES (OLD.cid, '-');
  ELSIF OLD IS DISTINCT FROM NEW THEN INSERT INTO effect (cid, done) VALUES (OLD.cid, 'u'); END IF;
  RETURN NULL; END $$;
CREATE TRIGGER traced AFTER INSERT OR UPDATE OR DELETE ON subscriber FOR EACH ROW EXECUTE FUNCTION trace()
"""
"""The database itself writes down what happens to each reader's row, in the transaction in which it happens."""
FOUND = """
SELECT trace, count(*) FROM (SELECT string_agg(done, '' ORDER BY number) AS trace FROM effect GROUP BY cid) AS each
GROUP BY trace ORDER BY count(*) DESC
"""
UNDER_WAY = 0.5
"""Seconds of the second half before the kill."""
RATE = 30.0
ASKED = 20.0
"""Questions a second."""
QUESTION = "Oksana Shevchuk"
SETTLED = 3.0
"""Seconds before counting begins, so that Telegram's full bucket is no gain."""


async def people(say: Say, *, people: int = 5_000) -> list[Figure]:
    """Each of them presses four times; one of three replicas is killed half-way."""
    chats = range(FIRST_ASKER, FIRST_ASKER + people)
    async with scene(0, FAST, settings=HOOK) as here:
        await here.server.told(TRACED, here.database)
        proxy = Proxy([here.fleet.port(number) for number in here.fleet.replicas], random.Random(SEED))  # noqa: S311
        say(f"{people:,} people press …")
        began = time.monotonic()
        await crowd(proxy, chats, PAIR)
        half = len(proxy.waits)
        pressing = asyncio.create_task(crowd(proxy, chats, PAIR))
        await asyncio.sleep(UNDER_WAY)
        await here.fleet.kill(1 - await here.fleet.leader() % 2)
        say(f"one replica is killed; {people:,} people press …")
        await pressing
        seconds = time.monotonic() - began
        await proxy.end()
        found = dict(line.split("|") for line in (await here.server.told(FOUND, here.database)).split())
    right = int(found.get(TRACE, 0))
    return [
        Figure(
            f"{4 * people:,} updates from {people:,} people through a round-robin proxy to three replicas, one killed "
            "half-way",
            "each effect exactly once, order per chat kept, p95 of an answer said",
            f"{right:,} of {people:,} people with each effect once and in order ({proxy.doubled} came twice, "
            f"{proxy.again} again); {len(proxy.waits) / seconds:.0f} updates a second; p95 of an answer "
            f"{_p95(proxy.waits[:half]):.0f} ms, after the kill {_p95(proxy.waits[half:]):.0f} ms, at most "
            f"{max(proxy.waits):.1f} s",
            right == people and len(found) == 1,
        )
    ]


def _p95(seconds: list[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[94]


async def budget(say: Say, *, seconds: float = 60.0) -> list[Figure]:
    """Answers of all three and the leader's broadcast at once."""
    readers = int((seconds + 4 * SETTLED) * RATE)
    async with scene(readers, RATE, settings=HOOK) as here:
        proxy = Proxy([here.fleet.port(number) for number in here.fleet.replicas], random.Random(SEED))  # noqa: S311
        await here.begin()
        say(f"a broadcast, and {ASKED:g} questions a second …")
        asking = asyncio.create_task(_ask(proxy))
        await asyncio.sleep(SETTLED)
        calls, before, answered = await _calls(here)
        await asyncio.sleep(seconds)
        more, after, told = await _calls(here)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        floods = await here.floods()
        if (await here.record()).ended:
            raise Broken("the broadcast ended before the measurement did")
    share = (more - calls) / (after - before) / RATE
    return [
        Figure(
            "total calls of three replicas at a limit of 30/s with replies and a broadcast at once",
            "0 floods, ≥ 90 % of the limit",
            f"{share:.1%} of 30/s over {after - before:.0f} s, of which {(told - answered) / (more - calls):.0%} "
            f"answers; {floods} floods",
            share >= 0.9 and not floods,
        )
    ]


async def _calls(here: Scene) -> tuple[int, float, int]:
    """Messages so far, the moment, and how many of them answers."""
    seen = await here.telegram.order("summary")
    calls = seen["unpaid"] - seen["floods"]
    return calls, seen["now"], calls - seen["delivered"]


async def _ask(proxy: Proxy) -> None:
    """Until cancelled: each question by another person."""
    async with asyncio.TaskGroup() as group:
        for number in range(1 << 30):
            group.create_task(proxy.hand(asked(FIRST_ASKER + number, QUESTION, 10)))
            await asyncio.sleep(1 / ASKED)
