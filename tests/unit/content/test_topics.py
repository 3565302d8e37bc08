"""Declarations and themes by question: a table that an editor can extend, and what holds of every question."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import SHIPPED_LIBRARY
from content.ask import Target
from content.asker import LibraryAsker
from content.library import Library
from content.loader import load
from content.names.answer import Verdict
from content.topics import TopicIndex
from content.vocabulary import fold, tokens, vocabulary

TABLE = """
# question                                                    verdict  records, declarations first
682                                                         | card   | wd-682
declaration 682                                             | card   | wd-682
Declaration No. 682                                         | card   | wd-682
what does declaration 682 say?                              | card   | wd-682
декларация 682                                              | card   | wd-682
Декларации №682                                             | card   | wd-682
что говорится в декларации 682?                             | card   | wd-682
расскажите о письменной декларации 675                      | card   | wd-675
WD 682                                                      | card   | wd-682
wd682                                                       | card   | wd-682
WD-695                                                      | card   | wd-695
№ 682 жазбаша декларация                                    | card   | wd-682
682-декларация                                              | card   | wd-682
682 декларациясы туралы айтып берші                         | card   | wd-682
682-мәлімдемеде не айтылған?                                | card   | wd-682
deklaratsiya 682                                            | card   | wd-682
Doc. 14933                                                  | card   | wd-682
declarations 675 and 682                                    | choice | wd-675 wd-682
declarations                                                | choice | wd-695 wd-682 wd-675
декларации                                                  | choice | wd-695 wd-682 wd-675
Co-operation with Kazakhstan must be reconsidered           | card   | wd-682
сотрудничество с Казахстаном должно быть пересмотрено       | card   | wd-682
бұл елмен ынтымақтастық қайта қаралуға тиіс                 | card   | wd-682
Magnitsky laws                                              | card   | wd-675
законов Магнитского                                         | card   | wd-675
declaration 999                                             | no     |
682 people were held                                        | no     |
the year 2019                                               | no     |
internet                                                    | card   | internet-blockages
Internet?                                                   | card   | internet-blockages
why was the internet blocked in May 2019                    | card   | internet-blockages
интернет                                                    | card   | internet-blockages
блокировки                                                  | card   | internet-blockages
что известно о блокировках интернета?                       | card   | internet-blockages
blokirovki                                                  | card   | internet-blockages
социальных сетях                                            | card   | internet-blockages
интернетті бұғаттау                                         | card   | internet-blockages
интернет бугаттау                                           | card   | internet-blockages
интернеттің өшірілуі туралы айтып берші                     | card   | internet-blockages
internte                                                    | hint   | internet-blockages
mothers                                                     | card   | five-mothers
the five mothers                                            | card   | five-mothers
матерей                                                     | card   | five-mothers
о пяти матерях                                              | card   | five-mothers
аналар                                                      | card   | five-mothers
аналарға не болды?                                          | card   | five-mothers
бес ана туралы                                              | card   | five-mothers
letter to Tusk                                              | card   | letter-to-tusk
открытом письме                                             | card   | letter-to-tusk
ашық хат                                                    | card   | letter-to-tusk
выборах                                                     | card   | post-election-arrests
сайлаудан кейінгі тұтқындаулар                              | card   | post-election-arrests
mothers and the internet                                    | choice | five-mothers internet-blockages
Ерлан Досов задержан                                        | no     | post-election-arrests
John Smith arrested                                         | no     | post-election-arrests
who was arrested                                            | card   | post-election-arrests
материал                                                    | no     |
материалы                                                   | no     |
анализ                                                      | no     |
internal                                                    | no     |
"""
ROWS = [
    tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines() if not line.startswith("#")
]


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SHIPPED_LIBRARY)


@pytest.fixture(scope="module")
def asker(library: Library) -> LibraryAsker:
    return LibraryAsker(library)


@pytest.fixture(scope="module")
def topics(library: Library) -> TopicIndex:
    return TopicIndex(library)


@pytest.mark.parametrize(("question", "verdict", "records"), ROWS, ids=[row[0] for row in ROWS])
def test_questions(asker: LibraryAsker, question: str, verdict: str, records: str) -> None:
    reply = asker.ask(question)
    assert (reply.verdict, [hit.id for hit in reply.hits]) == (verdict, records.split())


def test_people_come_first_and_a_declaration_beside_them_only_by_number(asker: LibraryAsker) -> None:
    both = asker.ask("what does declaration 682 say about Oksana Shevchuk?")
    assert [(hit.target, hit.id) for hit in both.hits] == [
        (Target.PERSON, "oksana-shevchuk"),
        (Target.DECLARATION, "wd-682"),
    ]
    assert both.verdict is Verdict.CHOICE
    for question in ("Oksana Shevchuk arrests", "Oksana Shevchuk, five mothers", "Оксана Шевчук интернет"):
        alone = asker.ask(question)
        assert (alone.verdict, [hit.id for hit in alone.hits]) == (Verdict.CARD, ["oksana-shevchuk"])


def test_every_keyword_and_title_leads_to_its_record(library: Library, topics: TopicIndex) -> None:
    for case in library.cases.values():
        for text in (*case.keywords, *(case.title or {}).values()):
            assert case.id in {hit.id for hit in topics.find(text).hits}, text
    for declaration in library.declarations.values():
        for text in (declaration.title, *(declaration.title_translation or {}).values(), *declaration.keywords):
            assert declaration.id in {hit.id for hit in topics.find(text).hits}, text


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_folding_is_idempotent_and_spaces_do_not_matter(topics: TopicIndex, text: str) -> None:
    assert [fold(token) for token in tokens(text)] == tokens(text)
    assert topics.find(f"  {text.replace(' ', '   ')}\n") == topics.find(text)


@given(st.sampled_from([row[0] for row in ROWS if row[1] != "hint"]), st.booleans())
def test_letter_case_does_not_matter(topics: TopicIndex, question: str, up: bool) -> None:
    assert topics.find(question.upper() if up else question.lower()).hits == topics.find(question).hits


@pytest.mark.parametrize(
    "question",
    [
        "интернет " * 450,
        "682 " * 1000,
        "declaration 682 " * 250,
        "x" * 4096,
        "е́" * 2048,
        "лар" * 1365,
        "😀" * 4096,
        "\u202e" * 4096,
        "Kazakhstan election mass arrests " * 120,
    ],
    ids=range(9),
)
def test_hostile_questions_cost_little(topics: TopicIndex, question: str) -> None:
    topics.find(question)
    took = []
    for _ in range(3):
        before = time.process_time()
        topics.find(question)
        took.append(time.process_time() - before)
    assert min(took) < 0.03


def test_the_vocabulary_is_data_of_three_languages() -> None:
    words = vocabulary()
    assert {"declaration", "deklarats"} <= words.markers
    assert "materi" in words.stems(fold("матери"))
    assert words.stems(fold("матерями")) & words.stems(fold("матери"))
    assert words.stems(fold("аналарымыздан")) & words.stems(fold("аналар"))
    assert not words.stems(fold("материал")) & words.stems(fold("матери"))
