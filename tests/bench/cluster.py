"""PostgreSQL and several replicas: the rows of `dauys bench cluster`, into docs/scaling.md."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from rich.console import Console

from bot.bench.cluster.command import ROWS
from bot.bench.processes import Broken
from tests.bench.figures import Figure, Report

NOTES = (
    "PostgreSQL (with fsync, as it comes), the stand-in for Telegram and all replicas are processes on one machine of "
    "two cores. The stand-in takes 60 ms for an answer and floods above a bucket of one second's worth.",
)


def run(quick: bool, only: Sequence[str] = ()) -> Report:
    """`quick` is not for these: tests/replicas runs each shortly."""
    unknown = [name for name in only if name not in ROWS]
    if unknown or quick:
        raise ValueError(f"rows of cluster, in full only: {', '.join(ROWS)}")
    report = Report("cluster", "PostgreSQL and replicas", "scaling.md", partial=bool(only))
    with Console(stderr=True).status("") as said:
        for name in only or ROWS:
            try:
                found = asyncio.run(ROWS[name](said.update))
            except Broken as broken:
                report.figures.append(Figure(name, "it can be measured", str(broken), held=False))
            else:
                report.figures += [Figure(one.what, one.bar, one.measured, one.held) for one in found]
    load = os.getloadavg()
    report.notes += [
        *NOTES,
        f"Load of the machine at the last measurement's end (1, 5, 15 minutes): {load[0]:.1f}, {load[1]:.1f}, "
        f"{load[2]:.1f}.",
    ]
    return report
