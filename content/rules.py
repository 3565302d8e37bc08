"""What must hold between the records of a library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from content.errors import Fault

if TYPE_CHECKING:
    from content.loader import Drafts


def broken(drafts: Drafts) -> Iterator[Fault]:
    """Every fault between records that are each sound."""
    yield from ()
