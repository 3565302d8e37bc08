"""What is usually built: rapidfuzz over anyascii, and SQLite's FTS5 by trigrams. On the same data, in the same run."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Sequence

from anyascii import anyascii
from rapidfuzz import fuzz, process

from content.names import NameIndex, Verdict
from tests.bench.figures import Figure, Report
from tests.bench.population import Person

Rival = Callable[[str], tuple[int, float] | None]
"""A question -> the row of the best name and its score from 0 to 100, or nothing."""
CUT = 90.0
"""A score from which a rival shows the card; below it offers its best as a hint."""


def plain(text: str) -> str:
    return anyascii(text).lower()


def rapidfuzz_over_anyascii(names: Sequence[str]) -> Rival:
    folded = [plain(name) for name in names]

    def ask(question: str) -> tuple[int, float] | None:
        found = process.extractOne(plain(question), folded, scorer=fuzz.WRatio, score_cutoff=60)
        return None if found is None else (found[2], found[1])

    return ask


def fts5_by_trigrams(names: Sequence[str]) -> Rival:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE name USING fts5(text, tokenize='trigram')")
    folded = [plain(name) for name in names]
    database.executemany("INSERT INTO name (rowid, text) VALUES (?, ?)", enumerate(folded, 1))

    def ask(question: str) -> tuple[int, float] | None:
        typed = plain(question)
        grams = {typed[at : at + 3] for at in range(len(typed) - 2)}
        match = " OR ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams)[:60])
        if not match:
            return None
        rows = database.execute("SELECT rowid FROM name WHERE name MATCH ? ORDER BY rank LIMIT 60", (match,)).fetchall()
        scored = [(fuzz.token_sort_ratio(typed, folded[row - 1]), row - 1) for (row,) in rows]
        best = max(scored, default=None)
        return None if best is None else (best[1], best[0])

    return ask


def compare(
    report: Report,
    people: Sequence[Person],
    known: Sequence[tuple[str, str]],
    strangers: Sequence[str],
    index: NameIndex,
    count: int,
) -> None:
    chance = random.Random(count)
    asked, unknown = chance.sample(known, count), chance.sample(strangers, count)
    names = [name for person in people for name in person.names()]
    owners = [name.key for name in names]
    texts = [name.text for name in names]
    makers = (("rapidfuzz over anyascii", rapidfuzz_over_anyascii), ("FTS5 trigrams, reranked", fts5_by_trigrams))
    _row(report, "this index", asked, unknown, lambda text: _ours(index, text))
    for title, make in makers:
        rival = make(texts)
        _row(report, title, asked, unknown, lambda text, rival=rival: _theirs(rival(text), owners))  # type: ignore[misc]


def _ours(index: NameIndex, text: str) -> tuple[str | None, bool]:
    answer = index.ask(text)
    return (answer.candidates[0].key if answer.candidates else None), answer.verdict is Verdict.CARD


def _theirs(found: tuple[int, float] | None, owners: Sequence[str]) -> tuple[str | None, bool]:
    return (None, False) if found is None else (owners[found[0]], found[1] >= CUT)


def _row(
    report: Report,
    title: str,
    asked: Sequence[tuple[str, str]],
    unknown: Sequence[str],
    ask: Callable[[str], tuple[str | None, bool]],
) -> None:
    """One line a way: right first, wrong cards, time; the same questions to each."""
    spent, right = [], 0
    for key, text in asked:
        begun = time.perf_counter()
        found, _ = ask(text)
        spent.append((time.perf_counter() - begun) * 1000)
        right += found == key
    wrong = sum(card for _, card in map(ask, unknown))
    spent.sort()
    measured = (
        f"right first {right / len(asked):.1%}, wrong cards {wrong / len(unknown):.1%}, "
        f"p50 {spent[len(spent) // 2]:.2f} ms, p99 {spent[int(len(spent) * 0.99)]:.2f} ms"
    )
    report.figures.append(Figure(f"side by side, {len(asked)} + {len(unknown)} questions: {title}", "", measured))
