"""kill -9 in every phase of a broadcast, at a small count; `dauys bench kills` runs the full one."""

from __future__ import annotations

import pytest

from bot.bench.campaign import Kills, campaign
from bot.bench.kills import PHASES, Kill
from bot.bench.marks import FAN_OUT, NOTHING, SHUTDOWN, Seen


@pytest.mark.parametrize("rate", [30, 1000])
async def test_nothing_is_lost_and_every_duplicate_was_known_beforehand(rate: float) -> None:
    found = await campaign(rate, kills=5, seed=2019)
    assert found.faults() == [], found
    assert {kill.phase for kill in found.kills} >= set(PHASES)
    assert found.lost == found.unforeseen == 0
    assert found.duplicated <= sum(len(kill.uncertain) for kill in found.kills)


def test_what_a_campaign_must_not_pass() -> None:
    every = [Kill(phase, 1, frozenset({1}), 1) for phase in PHASES]
    assert Kills(30, every, duplicated=5).faults() == []
    assert Kills(30, every, duplicated=6).faults() == ["6 duplicates, and only 5 were in flight"]
    assert Kills(30, every[1:]).faults() == ["no kill fell into fan-out"]
    assert Kills(30, every, lost=1).faults() == ["1 readers got nothing"]
    assert Kills(30, every, unforeseen=2).faults() == ["2 duplicates had not been recorded as uncertain"]
    over = Kill("tick", 1, frozenset({1, 2}), 2)
    assert Kills(30, [*every, over]).faults() == ["a kill in tick: 2 had arrived, and only 1 were in flight"]


def test_the_phase_of_a_kill() -> None:
    assert Seen(FAN_OUT, 1, 2, 3).kind == "fan-out"
    assert Seen(SHUTDOWN, 0, 2, 3).kind == "shutdown"
    assert [Seen(NOTHING, 1, 2, 3).kind, Seen(NOTHING, 0, 2, 3).kind, Seen(NOTHING, 0, 0, 3).kind] == [
        "retry",
        "wire",
        "idle",
    ]
