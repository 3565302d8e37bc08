"""Figures beside their bars, on the terminal and in a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

DOCS = Path(__file__).resolve().parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    bar: str
    """What is asked for, in words; empty where nothing is."""
    measured: str
    held: bool | None = None
    """None: nothing is asked, the figure is for comparison."""

    @property
    def sign(self) -> str:
        return {True: "yes", False: "NO", None: ""}[self.held]


@dataclass(slots=True)
class Report:
    """What one section measured. `document` is a file in docs/ with the section's markers."""

    section: str
    title: str
    document: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    partial: bool = False
    """Only some of the section's rows: the document keeps the others."""

    def show(self, console: Console) -> None:
        table = Table("figure", "bar", "measured", "held", title=self.title, title_justify="left")
        for figure in self.figures:
            table.add_row(figure.what, figure.bar, figure.measured, figure.sign)
        console.print(table)
        for note in self.notes:
            console.print(f"  {note}", style="dim")

    @property
    def markdown(self) -> str:
        return self._markdown([self._row(one) for one in self.figures])

    @staticmethod
    def _row(one: Figure) -> str:
        return f"| {one.what} | {one.bar} | {one.measured} | {one.sign} |"

    def _markdown(self, rows: list[str]) -> str:
        lines = ["| Figure | Bar | Measured | Held |", "|---|---|---|---|", *rows]
        return "\n".join([*lines, "", *(f"* {note}" for note in self.notes)])

    def _merged(self, old: str) -> str:
        """The rows that were there, each measured one in its old place or behind them."""
        fresh = {one.what: self._row(one) for one in self.figures}
        kept = [line for line in old.splitlines() if line.startswith("| ") and not line.startswith("| Figure")]
        rows = [fresh.pop(line[2:].partition(" |")[0], line) for line in kept]
        return self._markdown([*rows, *fresh.values()])

    def write(self) -> Path:
        """Between the section's markers. ValueError: the document has none."""
        path = DOCS / self.document
        begin, end = f"<!-- bench {self.section} -->", f"<!-- end {self.section} -->"
        head, found, rest = path.read_text("utf-8").partition(begin)
        old, ended, tail = rest.partition(end)
        if not found or not ended:
            raise ValueError(f"{path.name} needs a line {begin} and a line {end}")
        table = self._merged(old) if self.partial else self.markdown
        path.write_text(f"{head}{begin}\n{table}\n{end}{tail}", "utf-8")
        return path
