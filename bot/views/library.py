"""What an admin sees of the library: that it was read again, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.views.scene import Scene
from bot.views.view import Text, View
from content.errors import Fault

MOST = 15
"""Faults that are listed; `dauys check` shows them all."""
LONGEST = 200
"""Characters of one fault."""


def read(scene: Scene, records: int) -> View:
    words = scene.words
    return Text().line(words.n("Read again: {n} record.", "Read again: {n} records.", records, n=records)).view()


def faulty(scene: Scene, faults: Sequence[Fault], root: Path) -> View:
    """Each fault as file:line:column, from the library's folder on."""
    words, n = scene.words, len(faults)
    text = Text().bold(words.n("Not taken: {n} fault.", "Not taken: {n} faults.", n, n=n)).line()
    text.line(words("The library read before goes on serving."))
    for fault in faults[:MOST]:
        text.line().span("code", located(fault, root)).line().line(fault.message[:LONGEST])
    if n > MOST:
        text.line().line(words("And {n} more: dauys check lists them all.", n=n - MOST))
    return text.view()


def located(fault: Fault, root: Path) -> str:
    path = fault.path.removeprefix(str(root)).lstrip("/") or root.name
    return f"{path}:{fault.line}:{fault.column}"
