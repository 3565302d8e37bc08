"""kill -9 after every step at the desk: the next tap, on the message that was there before, goes on at that step."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from bot.sandbox.files import Upload
from tests.fakes.pictures import png
from tests.faults.process import Killable, killable
from tests.telegram import house as houses
from tests.telegram.desk import FIRST, SECOND
from tests.telegram.house import Person, until, worded
from tests.telegram.test_afterwards import press_exactly
from tests.telegram.test_bypass_jobs import opened

ENGLISH, RUSSIAN, KAZAKH = "The court sits on Monday.", "Суд в понедельник.", "Сот дүйсенбіде."
NEW = "The court sits on Tuesday."
READERS = 32
PATIENCE = 60.0
"""Seconds; a machine may be slow, and what is watched for comes."""


def select(house: Killable, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{house.data / 'dauys.sqlite3'}?mode=ro", uri=True, timeout=PATIENCE) as connection:
        return connection.execute(query).fetchall()


def states(house: Killable) -> list[object]:
    return [row[0] for row in select(house, "SELECT state FROM broadcast ORDER BY id")]


async def composed(house: Killable, writer: Person) -> None:
    """Three languages, audience, picture; a kill after each step."""
    await writer.say("/start")
    house.sandbox.world.say(writer.id, f"/alert {ENGLISH}")
    await writer.sees("Above is exactly what readers will get.")
    await house.again()
    for language, text in (("Русский", RUSSIAN), ("Қазақша", KAZAKH)):
        await writer.press("Text")
        await writer.press(language)
        await house.again()
        house.sandbox.world.say(writer.id, text)
        await writer.sees(f"{language}: ✓")
    await house.again()
    await writer.press("Audience")
    await writer.press("Everyone")
    await house.again()
    await writer.press("Back")
    await writer.press("Attach")
    await writer.press("Picture or document")
    await house.again()
    house.sandbox.world.send_files(writer.id, [Upload("a.png", png())], "", as_files=False)
    await writer.sees("With a picture.")
    await house.again()
    await writer.press("Preview")
    await writer.sees("Above, in this order: English, Русский, Қазақша.")
    await house.again()


async def approved(house: Killable, writer: Person, other: Person) -> None:
    await writer.press("Send now")
    assert f"{READERS} readers, about" in worded(await writer.sees("Copies cannot be recalled."))
    await house.again()
    await writer.press("Ask for approval")
    await other.sees("Approval is asked for.")
    await house.again()
    assert states(house) == ["draft"]
    message, data = other.button("Approve")
    house.sandbox.world.press(other.id, message["message_id"], data)


def got(house: Killable, text: str) -> Counter[int]:
    """Reader -> how often they hold this."""
    people = [id_ for id_ in house.sandbox.world.people if id_ not in (FIRST, SECOND)]
    counted = {id_: sum(text in worded(one) for one in Person(house.sandbox, id_).seen()) for id_ in people}
    return Counter({id_: count for id_, count in counted.items() if count})


def foreseen(house: Killable, broadcast: int) -> int:
    """How many may have got it twice, as the report says."""
    query = f"SELECT possible_duplicates FROM broadcast WHERE id = {broadcast}"  # noqa: S608 - a number
    return int(str(select(house, query)[0][0]))


def landed(house: Killable, kind: str) -> dict[str, int]:
    """State -> how many rows of such jobs stand there."""
    query = f"""SELECT state, count(*) FROM delivery WHERE broadcast_id IN
        (SELECT id FROM broadcast WHERE kind = '{kind}') GROUP BY state"""  # noqa: S608 - a word of this file
    return {str(state): int(str(count)) for state, count in select(house, query)}


async def test_the_desk_goes_on_where_it_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(houses, "PATIENCE", PATIENCE)
    owners = f"{FIRST},{SECOND}"
    async with killable(tmp_path / "data", READERS + 1, owners=owners, rate=8, undo=0) as house:
        # The first of the added people is the second owner, who reads nothing.
        writer, other = house.person(2), Person(house.sandbox, SECOND)
        await other.say("/stop")
        await composed(house, writer)
        await approved(house, writer, other)
        await until(lambda: got(house, ENGLISH).total() >= 1)
        await house.kill()  # while it goes out
        assert 0 < got(house, ENGLISH).total() < READERS
        await house.start()
        await until(lambda: states(house) == ["done"])
        await other.sees(f"{READERS} of {READERS} delivered.")
        reached = got(house, ENGLISH)
        assert len(reached) == READERS
        assert reached.total() - READERS <= foreseen(house, 1)
        await corrected(house, writer, other)
        await recalled(house, writer)


async def corrected(house: Killable, writer: Person, other: Person) -> None:
    await opened(writer)
    await press_exactly(writer, "Correct")
    await writer.press("English")
    await writer.sees("Send the corrected text in English, whole, as your next message.")
    await house.again()
    house.sandbox.world.say(writer.id, NEW)
    await writer.sees("what tells them of it.")
    await house.again()
    await writer.press("Correct now")
    await writer.press("Ask for approval")
    await other.sees("Correction of № 1")
    await house.again()
    await other.press("Approve")
    await until(lambda: got(house, "Corrected, ").total() >= 2)
    await house.again()  # while it is edited
    await until(lambda: got(house, "Correction: ").total() >= 2)
    assert len(got(house, "Correction: ")) < READERS
    await house.again()  # while its readers are told
    await until(lambda: set(states(house)) == {"done"})
    assert set(got(house, "Corrected, ").values()) == {1}
    assert len(got(house, "Corrected, ")) == READERS
    assert landed(house, "correct") == {"sent": READERS}, "an edit that is done again is done"
    assert set(got(house, "Correction: ")) == set(got(house, NEW))
    assert got(house, "Correction: ").total() - READERS <= foreseen(house, 3)


async def recalled(house: Killable, writer: Person) -> None:
    await opened(writer)
    await press_exactly(writer, "Recall")
    await house.again()
    held = got(house, NEW).total()
    await writer.press("Delete")
    await until(lambda: got(house, NEW).total() < held)
    await house.again()
    await until(lambda: set(states(house)) == {"done"})
    assert sum(landed(house, "recall").values()) == 2 * READERS, "of the message and of what told of its correction"
    assert got(house, "Correction: ").total() <= foreseen(house, 3)
    # Of a copy that was on its way at a kill nobody knows the number: it cannot be deleted, and was told as possible.
    assert got(house, ENGLISH).total() <= foreseen(house, 1)
