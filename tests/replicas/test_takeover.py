"""Two and three real bots on a real PostgreSQL: the leader dies, sleeps, or goes in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bench.cluster.fleet import Fleet, fleet
from bot.bench.cluster.reach import reach
from bot.bench.processes import StandIn, stand_in
from bot.bench.stage import Stage
from tests.storage.server import Server

RATE = 30.0
READERS = 150
LONGEST = 15.0
"""Seconds within which the next leader sends."""


@contextlib.asynccontextmanager
async def sending(folder: Path, server: Server) -> AsyncIterator[tuple[Fleet, StandIn]]:
    """Two replicas, and a broadcast of which the first messages have arrived."""
    with server.fresh("template0") as address:
        async with stand_in() as telegram:
            stage = Stage(folder, READERS, settings={"DAUYS_DATABASE": address})
            await stage.fill()
            await telegram.order("limit", rate=RATE, latency=0.05)
            async with fleet(stage, telegram.url, RATE, 2) as replicas:
                async with stage.storage() as storage:
                    await stage.approve_in(storage)
                await beyond(telegram, READERS // 5)
                yield replicas, telegram


async def beyond(telegram: StandIn, delivered: int) -> float:
    """Until more messages than that have arrived; seconds that it took."""
    began = time.monotonic()
    async with asyncio.timeout(90):
        while (await telegram.order("summary"))["delivered"] <= delivered:
            await asyncio.sleep(0.02)
    return time.monotonic() - began


async def everybody(telegram: StandIn) -> dict[str, int]:
    """Until everybody was reached; who got it how often beyond the first time."""
    async with asyncio.timeout(120):
        while (await telegram.order("summary"))["chats"] < READERS:
            await asyncio.sleep(0.1)
    counts = await telegram.order("counts", audience=READERS)
    assert counts["missing"] == []
    return dict(counts["twice"])


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_when_the_leader_goes_another_sends(how: signal.Signals, tmp_path: Path, server: Server) -> None:
    async with sending(tmp_path, server) as (replicas, telegram):
        leader = await replicas.leader()
        child = replicas.replicas[leader]
        before = (await telegram.order("summary"))["delivered"]
        child.process.send_signal(how)
        await child.process.wait()
        at_end = (await telegram.order("summary"))["delivered"]
        assert await beyond(telegram, max(before, at_end)) < LONGEST
        twice = await everybody(telegram)
        if how is signal.SIGTERM:
            assert twice == {}, "an orderly stop repeats nothing"
        status = await replicas.status(1 - leader)
        assert sum(twice.values()) <= status["broadcasts"][0]["possible_duplicates"]
        assert (await telegram.order("summary"))["floods"] == 0


async def test_a_leader_that_slept_sends_nothing_more(tmp_path: Path, server: Server) -> None:
    async with sending(tmp_path, server) as (replicas, telegram):
        leader = await replicas.leader()
        sleeper = replicas.replicas[leader]
        sleeper.process.send_signal(signal.SIGSTOP)
        before = (await telegram.order("summary"))["delivered"]
        try:
            assert await beyond(telegram, before + 3) < LONGEST
        finally:
            sleeper.process.send_signal(signal.SIGCONT)
        twice = await everybody(telegram)
        status = await replicas.status(1 - leader)
        assert sum(twice.values()) <= status["broadcasts"][0]["possible_duplicates"]
        assert [one["leads"] for one in status["replicas"]].count(True) == 1
        assert await replicas.leader() == 1 - leader


async def test_what_one_is_told_the_others_act_on() -> None:
    """The row `reach` of `bench cluster`, once; how long it takes is measured there."""
    [figure] = await reach(lambda said: None, rounds=1)
    named = ("/halt", "/hide", "/unhide", "/reload", "closed-until", "key rotation")
    assert all(what in figure.measured for what in named)
