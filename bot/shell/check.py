"""`dauys check` and `dauys schema`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.views.words import RELEASE_CONTEXTS, unreviewed
from content.check import check
from content.models import KINDS
from content.schema import schema, write

BAR_FROM = 1000
"""Files from which on a progress bar is shown."""


@contextmanager
def file_bar(console: Console, label: str) -> Iterator[Callable[[int, int], None]]:
    """A callback for `done, total`; the bar appears only for large libraries."""
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=None, visible=False)

        def step(done: int, total: int) -> None:
            if total >= BAR_FROM:
                progress.update(task, completed=done, total=total, visible=True)

        yield step


def check_library(path: Path, *, release: bool, out: Console, err: Console) -> int:
    """Exit code. Faults and warnings go to standard error, one a line; the count to standard output."""
    with file_bar(err, "Checking") as progress:
        report = check(path, release=release, today=datetime.now(UTC).date(), progress=progress)
    for warning in report.warnings:
        err.print(f"{warning}", markup=False)
    faults = [str(fault) for fault in report.faults]
    if release:
        faults += [
            f"bot/locales/{language}: {count} texts of {context} are not reviewed by a native speaker; expected none"
            for language, context, count in unreviewed(RELEASE_CONTEXTS)
        ]
    for fault in faults:
        err.print(fault, markup=False)
    counted = ", ".join(f"{count} {kind}" for kind, count in report.counts.items())
    warned = "1 warning" if len(report.warnings) == 1 else f"{len(report.warnings)} warnings"
    if faults:
        many = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        out.print(f"{many}, {warned} in {path}", markup=False)
        return 1
    out.print(f"{counted}: no faults, {warned}", markup=False)
    return 0


def print_schema(folder: Path | None, *, out: Console) -> None:
    if folder is not None:
        write(folder)
        out.print(f"{len(KINDS)} schemas written to {folder}", markup=False)
        return
    schemas = {kind: schema(kind) for kind in KINDS}
    out.print(json.dumps(schemas, ensure_ascii=False, indent=2), markup=False)
