"""The table of questions beside this file, put to the shipped library."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from content.asker import LibraryAsker
from content.loader import load
from content.names import Verdict

HERE = Path(__file__).parent
LIBRARY = Path(__file__).parents[4] / "content" / "data"


class Question(NamedTuple):
    text: str
    verdict: Verdict
    people: frozenset[str]
    line: int


def questions() -> list[Question]:
    found = []
    for number, line in enumerate((HERE / "questions.tsv").read_text("utf-8").splitlines(), 1):
        if line and not line.startswith(("# ", "## ")):
            text, verdict, people, _why = line.split("\t")
            found.append(Question(text, Verdict(verdict), frozenset(people.split(",")) - {"-"}, number))
    return found


@pytest.fixture(scope="module")
def asker() -> LibraryAsker:
    return LibraryAsker(load(LIBRARY))


@pytest.mark.parametrize("question", questions(), ids=lambda question: f"{question.line}: {question.text}")
def test_answer_of_the_table(asker: LibraryAsker, question: Question) -> None:
    reply = asker.ask(question.text)
    assert (reply.verdict, frozenset(hit.id for hit in reply.hits)) == (question.verdict, question.people)


def test_table_is_large_and_a_third_of_it_says_no() -> None:
    verdicts = Counter(question.verdict for question in questions())
    assert verdicts.total() >= 150
    assert verdicts[Verdict.NO] * 3 >= verdicts.total()
