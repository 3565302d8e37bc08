"""A figure beside its bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    bar: str
    """What is asked for, in words; empty where nothing is."""
    measured: str
    held: bool | None = None
    """None: nothing is asked, the figure is for comparison."""


Say = Callable[[str], None]
