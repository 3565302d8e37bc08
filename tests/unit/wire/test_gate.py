"""The gate's arithmetic: the bound in any window, the lanes' order and shares, floods, cancelled waits."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wire.gate import PANEL_SHARE, SLACK, Gate, Policy
from bot.wire.lanes import Lane


def grants(policy: Policy, seconds: float, step: float = 0.005, stall: tuple[float, float] = (0, 0)) -> list[float]:
    """Moments at which an endless queue is served, looked at every `step`; nothing happens during the stall."""
    served: list[float] = []
    now = 100.0
    while now < 100.0 + seconds:
        if not stall[0] <= now - 100.0 < stall[1]:
            while policy.wait(now) == 0:
                policy.grant(now, Lane.BROADCAST)
                served.append(now)
        now += step
    return served


@given(
    rate=st.sampled_from([5.0, 30.0, 1000.0]),
    step=st.floats(0.001, 0.2),
    stall=st.tuples(st.floats(0, 2), st.floats(0, 4)),
    window=st.floats(0.05, 3),
)
@settings(max_examples=60, deadline=None)
def test_never_more_than_the_rate_in_any_window(
    rate: float, step: float, stall: tuple[float, float], window: float
) -> None:
    served = grants(Policy(rate), 5, step, stall)
    first = 0
    for last, moment in enumerate(served):
        while served[first] < moment - window:
            first += 1
        assert last - first + 1 <= rate * (window + SLACK) + 1


def test_the_rate_is_reached_and_a_short_stall_is_caught_up() -> None:
    assert len(grants(Policy(30), 20)) >= 30 * 20 * 0.99
    with_stalls = len(grants(Policy(1000), 10, step=0.05))
    assert with_stalls >= 1000 * 10 * 0.98


def test_a_flood_closes_until_the_latest_moment_and_slows_then_climbs() -> None:
    policy = Policy(30)
    policy.flood(100, 5)
    policy.flood(101, 1)
    assert policy.wait(102) == pytest.approx(3)
    assert policy.pace(105) < 30
    assert policy.pace(105) < policy.pace(110) <= 30
    assert policy.pace(300) == 30


@pytest.mark.parametrize(
    ("waiting", "replies", "panels", "expected"),
    [
        ({Lane.ADMIN: 1, Lane.REPLY: 5, Lane.BROADCAST: 9}, 0, 0, Lane.ADMIN),
        ({Lane.REPLY: 5, Lane.BROADCAST: 9}, 0, 0, Lane.REPLY),
        ({Lane.REPLY: 5, Lane.BROADCAST: 9}, 80, 0, Lane.BROADCAST),
        ({Lane.REPLY: 5}, 99, 0, Lane.REPLY),
        ({Lane.BROADCAST: 9, Lane.PANEL: 1}, 0, 0, Lane.PANEL),
        ({Lane.BROADCAST: 9, Lane.PANEL: 1}, 0, 3, Lane.BROADCAST),
        ({Lane.PANEL: 1}, 0, 99, Lane.PANEL),
    ],
)
def test_whose_turn_it_is(waiting: dict[Lane, int], replies: int, panels: int, expected: Lane) -> None:
    policy = Policy(10)
    for lane, count in ((Lane.REPLY, replies), (Lane.PANEL, panels)):
        for _ in range(count):
            policy.grant(100, lane)
    assert policy.choose(105, waiting) is expected


def test_nobody_starves() -> None:
    policy = Policy(20)
    served = dict.fromkeys(Lane, 0)
    now = 100.0
    while now < 160:
        while policy.wait(now) == 0:
            lane = policy.choose(now, {Lane.REPLY: 1, Lane.BROADCAST: 1, Lane.PANEL: 1})
            policy.grant(now, lane)
            served[lane] += 1
        now += 0.01
    total = sum(served.values())
    assert served[Lane.BROADCAST] / total > 0.15
    assert 0.01 < served[Lane.PANEL] / total < PANEL_SHARE * 2


async def test_a_cancelled_wait_takes_nothing_and_the_next_goes_on() -> None:
    gate = Gate(5)
    await gate.turn(Lane.REPLY)
    first = asyncio.ensure_future(gate.turn(Lane.REPLY))
    second = asyncio.ensure_future(gate.turn(Lane.REPLY))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait_for(second, 1)
    assert first.cancelled()
    assert gate.room() > 0


async def test_an_urgent_call_overtakes_a_broadcast() -> None:
    gate = Gate(20)
    order: list[str] = []

    async def go(name: str, lane: Lane) -> None:
        await gate.turn(lane)
        order.append(name)

    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(go(f"broadcast {number}", Lane.BROADCAST))
        await asyncio.sleep(0)
        group.create_task(go("admin", Lane.ADMIN))
    assert order.index("admin") <= 4
