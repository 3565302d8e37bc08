"""`make bench`: what was measured, measured again; `make bench-faults`: every fault and promise. Sections by name."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer
from rich.console import Console

FIGURES = ("names", "library", "delivery", "desk")
"""What is measured when no section is named."""
SECTIONS = (*FIGURES, "faults", "promises", "cluster")
"""Modules beside this one, each with `run(quick: bool) -> Report`; a section named with rows, such as
`delivery:free,paid`, takes them as `only`."""


def main(
    sections: Annotated[
        list[str] | None, typer.Argument(help=f"{', '.join(SECTIONS)}; none: {', '.join(FIGURES)}")
    ] = None,
    quick: Annotated[bool, typer.Option(help="a tenth of the work, to see that it runs")] = False,
    write: Annotated[bool, typer.Option(help="write the table into the section's document")] = False,
) -> None:
    console = Console()
    for section in sections or FIGURES:
        name, _, rows = section.partition(":")
        if name not in SECTIONS:
            raise typer.BadParameter(f"no section {name!r}; there are: {', '.join(SECTIONS)}")
        run = importlib.import_module(f"tests.bench.{name}").run
        report = run(quick, rows.split(",")) if rows else run(quick)
        report.show(console)
        if write:
            console.print(f"written to docs/{report.write().name}")


if __name__ == "__main__":
    typer.run(main)
