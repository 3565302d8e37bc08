"""What a reader asks is in no log, at any level, and in no file of the bot."""

from __future__ import annotations

import logging

import pytest

from tests.telegram.house import House, Person

MARKS = ("Zzyqmarkova", "Ыщъметкин", "қызыққұпия", "7788996655")
QUESTIONS = (
    "Zzyqmarkova Jane",
    "/ask Ыщъметкин Пётр",
    "қызыққұпия туралы айтып берші",
    "What of Zhanbota Alzhanova, Ыщъметкин and Zzyqmarkova?",
    "7788996655",
    "Zzyqmarkova " * 300,
)


def marked(text: str) -> set[str]:
    return {mark for mark in MARKS if mark.lower() in text.lower()}


async def test_no_log_and_no_file_holds_a_question(
    house: House, reader: Person, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await reader.say("/start")
    await reader.press("Subscribe to all")
    for question in QUESTIONS:
        await reader.say(question)
    await house.stop()
    told = capfd.readouterr()
    assert marked(told.out) | marked(told.err) | marked(caplog.text) == set()
    files = [path for path in house.data.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) > 10_000, "a database was written"
    for path in files:
        assert not [mark for mark in MARKS if mark.encode() in path.read_bytes()], path.name
    await house.start()
