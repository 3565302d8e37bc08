"""What a database server costs: the processor time of all its processes."""

from __future__ import annotations

from pathlib import Path

from bot.bench.processes import TICKS


def processor_time(postmaster: int) -> float:
    """Seconds so far, of the server's first process, its children, and those of them that have ended."""
    own = _fields(postmaster)
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    ticks = sum(own[11:15])
    for child in map(int, children):
        try:
            ticks += sum(_fields(child)[11:15])
        except FileNotFoundError:  # it has ended, and its time is the postmaster's by the next look
            continue
    return ticks / TICKS


def _fields(process: int) -> list[int]:
    """The numbers of man 5 proc_pid_stat behind the name; the state, a letter, as 0."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return [0, *map(int, words[1:])]
