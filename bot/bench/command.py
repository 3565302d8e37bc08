"""`dauys bench broadcast`: one or more paired runs, printed side by side."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.bench.broadcast import Figures, Plan, measure
from bot.bench.campaign import Kills, campaign
from bot.bench.kills import PHASES
from bot.bench.peers import SCRIPTS, environment, measure_peer
from bot.bench.processes import Broken, StandIn, stand_in
from bot.bench.stage import Stage
from bot.bench.unlimited import rounds as unlimited_rounds

MARGIN = 90.0
"""Seconds beyond what the rate needs, after which a run is given up."""
Runs = list[Figures]
"""One sender's, in the order of the rounds."""


async def broadcast(
    *,
    subscribers: int,
    rate: float,
    latency: float,
    kills: int,
    peers: bool,
    rounds: int = 1,
    seed: int | None = None,
    out: Console,
) -> None:
    """Broken with one line when it could not be measured."""
    plan = Plan(subscribers, rate, latency, limit=rate, kills=kills, patience=subscribers / rate * 3 + MARGIN)
    out.print(
        f"{subscribers:,} readers, {rate:g} messages a second allowed, {latency * 1000:g} ms of latency, "
        f"kills: {kills}, rounds: {rounds}"
    )
    chance = random.Random(seed)  # noqa: S311 - moments of kills, no secrets
    with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder, out.status("") as said:
        stage = Stage(Path(folder), subscribers)
        await stage.fill()
        async with stand_in() as telegram:
            runs = await pairs(plan, rounds, telegram, stage, chance, list(SCRIPTS) if peers else [], said.update)
    out.print(table(runs))
    if kills:
        faults = _found(rate, runs[0]).faults(every_phase=kills >= len(PHASES))
        if faults:
            raise Broken("; ".join(faults))


async def unlimited(*, subscribers: int, peers: bool, rounds: int, out: Console) -> None:
    """`dauys bench broadcast --no-limit`: a constant answer at once, as fast as each sender can."""
    with tempfile.TemporaryDirectory(prefix="dauys-bench-") as folder, out.status("") as said:
        names = list(SCRIPTS) if peers else []
        runs = await unlimited_rounds(subscribers, rounds, names, Path(folder), said.update)
    out.print(table(runs))


async def kills(*, kills: int, rates: Sequence[float], seed: int | None = None, out: Console) -> None:
    """`dauys bench kills`. Broken, with what must not be, when something of it was found."""
    faults: list[str] = []
    for rate in rates:
        with out.status("") as said:
            found = await campaign(rate, kills, seed, said.update)
        out.print(told(found))
        faults += [f"{rate:g}/s: {fault}" for fault in found.faults()]
    if faults:
        raise Broken("; ".join(faults))


def told(found: Kills) -> str:
    """A campaign in one line."""
    phases = ", ".join(f"{phase} {found.phases[phase]}" for phase in (*PHASES, "idle"))
    again = f"{max(found.first_again):.2f} s" if found.first_again else "-"
    return (
        f"{found.rate:g}/s, {len(found.kills)} kills ({phases}): {found.lost} lost, {found.duplicated} duplicated of "
        f"{found.in_flight} in flight, {found.unforeseen} of them unforeseen; {found.uncertain} recorded as uncertain; "
        f"restart to first message at most {again}"
    )


def _found(rate: float, runs: Runs) -> Kills:
    found = Kills(rate)
    for run in runs:
        found.add(run)
    return found


async def pairs(
    plan: Plan,
    rounds: int,
    telegram: StandIn,
    stage: Stage,
    chance: random.Random,
    peers: list[str],
    say: Callable[[str], None],
) -> list[Runs]:
    """Ours, then each peer, so many rounds; one list of runs a sender, ours first."""
    python = await environment() if peers else Path()
    runs: list[Runs] = [[] for _ in range(1 + len(peers))]
    for number in range(1, rounds + 1):
        say(f"Round {number} of {rounds}: Dauys …")
        await stage.approve()
        runs[0].append(await measure(plan, telegram, stage, chance))
        for mine, peer in zip(runs[1:], peers, strict=True):
            say(f"Round {number} of {rounds}: {peer} …")
            mine.append(await measure_peer(peer, plan, telegram, stage.folder, python))
    return runs


def middle(runs: Runs, of: Callable[[Figures], float | None]) -> float | None:
    """The median of what is known."""
    known = [value for value in map(of, runs) if value is not None]
    return statistics.median(known) if known else None


def ratio(ours: Runs, theirs: Runs, of: Callable[[Figures], float]) -> float | None:
    """Ours by theirs: the median over the pairs."""
    pairs = [of(mine) / of(other) for mine, other in zip(ours, theirs, strict=True) if of(other)]
    return statistics.median(pairs) if pairs else None


def _shown(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"


def _total(runs: Runs, of: Callable[[Figures], int | None]) -> str:
    known = [value for value in map(of, runs) if value is not None]
    return f"{sum(known):,}" if known else "nothing is kept"


_ROWS: tuple[tuple[str, Callable[[Runs, Runs], str]], ...] = (
    ("rate", lambda runs, _: _shown(middle(runs, lambda run: run.rate), ",.1f", "/s")),
    ("share of the allowed rate", lambda runs, _: _shown(middle(runs, lambda run: run.share), ".1%")),
    ("floods", lambda runs, _: _shown(middle(runs, lambda run: run.floods), ",.0f")),
    ("CPU a message", lambda runs, _: _shown(middle(runs, lambda run: run.cpu), ".2f", " ms")),
    ("peak memory", lambda runs, _: _shown(middle(runs, lambda run: run.peak), ".0f", " MiB")),
    ("lost, all rounds", lambda runs, _: _total(runs, lambda run: run.lost)),
    ("kills", lambda runs, _: _kills(runs)),
    ("duplicated, all rounds", lambda runs, _: _total(runs, lambda run: run.duplicated)),
    ("known as uncertain beforehand", lambda runs, _: _total(runs, lambda run: run.uncertain)),
    (
        "restart to first message, longest",
        lambda runs, _: _shown(max((s for run in runs for s in run.first_again), default=None), ".2f", " s"),
    ),
    ("our rate by theirs", lambda runs, ours: _against(ours, runs, lambda run: run.rate)),
    ("our CPU by theirs", lambda runs, ours: _against(ours, runs, lambda run: run.cpu)),
)


def _kills(runs: Runs) -> str:
    fallen = Counter(kill.phase for run in runs for kill in run.kills)
    return ", ".join(f"{count} {phase}" for phase, count in fallen.items()) or "-"


def _against(ours: Runs, theirs: Runs, of: Callable[[Figures], float]) -> str:
    return "" if theirs is ours else _shown(ratio(ours, theirs, of), ".2f", " ×")


def table(senders: list[Runs]) -> Table:
    """Medians over the rounds unless a row says otherwise."""
    made = Table(box=None, pad_edge=False)
    made.add_column("")
    for runs in senders:
        made.add_column(runs[0].sender, justify="right")
    for label, shown in _ROWS:
        made.add_row(label, *(shown(runs, senders[0]) for runs in senders))
    return made
