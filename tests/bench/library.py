"""A large library: 10,000 cases and as many people in YAML files, read and indexed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import yaml

from content.asker import LibraryAsker
from content.loader import load
from tests.bench.figures import Figure, Report
from tests.bench.memory import resident
from tests.bench.population import Person, Town

SEED = 20_190_627
SOURCE = "example-source"
CHECKED = "2026-01-01"
SOURCE_RECORD = {
    "id": SOURCE,
    "title": "Example",
    "language": "en",
    "publisher": "Example",
    "seen": CHECKED,
    "url": "https://example.org/",
    "kind": "press",
    "checked": CHECKED,
}
PERSON_MORE = {
    "role": {"en": "example", "ru": "пример"},
    "role_sources": [SOURCE],
    "naming_basis": "press",
    "review_by": "2036-01-01",
    "checked": CHECKED,
}
CASE_MORE = {
    "kind": "individual",
    "summary": {"en": "Nobody; written for a measurement.", "ru": "Никто; написано для измерения."},
    "summary_sources": [SOURCE],
    "summary_date": CHECKED,
    "statuses": [
        {"status": "arrested", "date": CHECKED, "text": {"en": "Example.", "ru": "Пример."}, "sources": [SOURCE]}
    ],
    "events": [
        {"date": f"2025-0{month}-01", "text": {"en": "Example.", "ru": "Пример."}, "sources": [SOURCE]}
        for month in range(1, 6)
    ],
    "checked": CHECKED,
}


def run(quick: bool = False) -> Report:
    count = 1_000 if quick else 10_000
    report = Report("library", f"A library of {count:,} cases", "names.md")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, Town(SEED).people(count))
        before, begun = resident(), time.perf_counter()
        library = load(root)
        read = time.perf_counter() - begun
        asker = LibraryAsker(library)
        spent = time.perf_counter() - begun
        grown = resident() - before
    person = next(iter(library.people.values()))
    found = asker.ask(person.name["ru"].text)
    assert found.hits, "the library that was read answers"
    report.figures += [
        Figure(f"load and index, {len(library.cases):,} cases", "≤ 5 s" if not quick else "", f"{spent:.1f} s",
               None if quick else spent <= 5),
        Figure("of which reading the files", "", f"{read:.1f} s"),
        Figure("memory of records and index", "", f"{grown:.0f} MB"),
    ]  # fmt: skip
    return report


def write(root: Path, people: list[Person]) -> None:
    """One person in one case each; text in two languages, one source for all."""
    for kind in ("sources", "people", "cases", "declarations", "updates"):
        (root / kind).mkdir()
    _yaml(root / "sources" / f"{SOURCE}.yaml", SOURCE_RECORD)
    for person in people:
        russian, latin = person.names()
        names = {
            "en": {"text": latin.text, "basis": "seen", "source": SOURCE},
            "ru": {"text": russian.text, "basis": "seen", "source": SOURCE},
        }
        _yaml(root / "people" / f"{person.key}.yaml", {"id": person.key, "name": names} | PERSON_MORE)
        _yaml(root / "cases" / f"{person.key}.yaml", {"id": person.key, "people": [person.key]} | CASE_MORE)


def _yaml(path: Path, record: object) -> None:
    path.write_text(yaml.dump(record, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), "utf-8")
