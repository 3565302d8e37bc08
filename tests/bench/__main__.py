"""`make bench`: what was measured, measured again. Sections by name; without one, all of them."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer
from rich.console import Console

SECTIONS = ("names", "library")
"""Modules beside this one, each with `run(quick: bool) -> Report`."""


def main(
    sections: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(SECTIONS)}; none: all")] = None,
    quick: Annotated[bool, typer.Option(help="a tenth of the work, to see that it runs")] = False,
    write: Annotated[bool, typer.Option(help="write the table into the section's document")] = False,
) -> None:
    console = Console()
    for name in sections or SECTIONS:
        if name not in SECTIONS:
            raise typer.BadParameter(f"no section {name!r}; there are: {', '.join(SECTIONS)}")
        report = importlib.import_module(f"tests.bench.{name}").run(quick)
        report.show(console)
        if write:
            console.print(f"written to docs/{report.write().name}")


if __name__ == "__main__":
    typer.run(main)
