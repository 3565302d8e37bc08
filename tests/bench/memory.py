"""Memory of this process."""

from __future__ import annotations

from pathlib import Path


def resident(process: str = "self") -> float:
    """Megabytes in memory now, as Linux counts them."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
