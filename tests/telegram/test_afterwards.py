"""After a message went out: its report, *Retry the failed* and *Recall*, each confirmed with how many it touches."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from tests.telegram.desk import drafted, execute, rows, subscribed, times
from tests.telegram.house import House, Person, running, until
from tests.telegram.test_alert import house_subscribes
from tests.telegram.test_control import settings_of, written

TEXT = "Court on Monday."


async def gone_out(house: House, owner: Person, readers: int, failing: tuple[int, ...] = (), text: str = TEXT) -> None:
    """An alert that has ended; `failing`: whom it could not reach."""
    await owner.say("/start")
    for index in failing:
        house.sandbox.world.people[house.person(index).id].started = False
    await drafted(owner, text)
    await owner.press("Send now")
    await owner.press("Send to")
    await owner.sees(f"{readers - len(failing)} of {readers} delivered.")
    await owner.sees("Done\n")
    for index in failing:
        house.sandbox.world.people[house.person(index).id].started = True


async def report(owner: Person) -> str:
    await owner.say("/broadcasts")
    await owner.press("№ 1")
    return owner.text


async def press_exactly(person: Person, label: str) -> None:
    """The newest button that says this and no more."""
    for message in reversed(person.seen()):
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if button["text"] == label:
                    await person.press_data(message["message_id"], button["callback_data"])
                    return
    raise AssertionError(f"no button {label!r}")


async def test_the_report_says_who_did_not_get_it_and_the_retry_reaches_them(house: House, owner: Person) -> None:
    kazakh, english = await subscribed(house, 0, 1)
    await gone_out(house, owner, 2, failing=(1,))
    text = await report(owner)
    assert "Court on Monday." in text
    assert "1 of 2 delivered." in text
    assert "· cannot be reached: 1" in text
    await owner.press("Retry the failed")
    assert "1 reader, about 1 second." in owner.text
    assert "who can still be written to" in owner.text
    message, data = owner.button("Send again to 1 reader")
    presses = [house.sandbox.world.press(owner.id, message["message_id"], data) for _ in range(2)]
    await until(lambda: all(press.done() for press in presses))
    await owner.sees("Retry of № 1: done")
    assert (times(kazakh, TEXT), times(english, TEXT)) == (1, 1)
    text = await report(owner)
    assert "Retry the failed" not in owner.labels()
    assert "Retry of № 1: done" in owner.labels()
    assert (await owner.press_data(message["message_id"], data))["text"] == (
        "The draft has changed since. Look at it again."
    )
    await asyncio.sleep(0.2)
    assert times(english, TEXT) == 1
    assert rows(house, "SELECT count(*) FROM broadcast WHERE kind = 'retry'") == [(1,)]


async def test_who_blocked_the_bot_is_not_tried_again(house: House, owner: Person) -> None:
    await subscribed(house, 0, 1)
    house.sandbox.world.people[house.person(1).id].blocked = True
    await drafted(owner)
    await owner.press("Send now")
    await owner.press("Send to 2 readers")
    await owner.sees("blocked the bot: 1")
    await report(owner)
    assert "Retry the failed" not in owner.labels()


async def test_a_recall_deletes_it_everywhere_and_says_for_how_many(house: House, owner: Person) -> None:
    readers = await subscribed(house, 0, 1)
    await gone_out(house, owner, 2)
    await report(owner)
    await owner.press("Recall")
    assert "It is deleted for 2 readers." in owner.text
    assert "Telegram deletes for 48 hours: until" in owner.text
    message, data = owner.button("Delete for 2 readers")
    (gone,) = [m["message_id"] for m in readers[0].seen() if m["text"] == TEXT]
    house.sandbox.world.remove(readers[0].id, gone)
    presses = [house.sandbox.world.press(owner.id, message["message_id"], data) for _ in range(2)]
    await until(lambda: all(press.done() for press in presses))
    await owner.sees("Deleted for 1 of 2; forwards and screenshots remain.")
    assert "· the message is not there any more: 1" in owner.text
    assert [times(reader, TEXT) for reader in readers] == [0, 0]
    await owner.say("/broadcasts")
    assert "· Recalled · 2/2" in owner.labels()[0]
    await report(owner)
    assert owner.labels() == ["Recall of № 1: done"]
    said = await owner.press_data(message["message_id"], data)
    assert said["text"] == "The draft has changed since. Look at it again."
    assert rows(house, "SELECT count(*) FROM broadcast WHERE kind = 'recall'") == [(1,)]


async def test_telegram_does_not_delete_what_is_older_than_two_days(
    house: House, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reader,) = await subscribed(house, 1)
    await gone_out(house, owner, 1)
    (message,) = [m for m in house.sandbox.world.messages(reader.id) if m.get("text") == TEXT]
    message["date"] -= 49 * 3600
    house.sandbox.world.chats[reader.id][message["message_id"]]["date"] = message["date"]
    await execute(house, "UPDATE broadcast SET started = started - 49 * 3600")
    await report(owner)
    await owner.press("Recall")
    assert "for some of them it is too late" in owner.text
    await owner.press("Delete for 1 reader")
    await owner.sees("Deleted for 0 of 1; forwards and screenshots remain.")
    assert "· older than 48 hours: Telegram does not delete it any more: 1" in owner.text
    assert times(reader, TEXT) == 1


async def test_a_recall_while_it_still_goes_out_stops_it_first(tmp_path: Path) -> None:
    async with running(tmp_path / "data", rate=1.0) as house:
        world, owner = house.sandbox.world, house.person(2)
        people = [Person(house.sandbox, world.add_person(f"R{number}", "en").id) for number in range(6)]
        for person in people:
            world.people[person.id].started = True
            await house_subscribes(house, person)
        await drafted(owner)
        await owner.press("Send now")
        await owner.press("Send to 6 readers")
        await until(lambda: sum(times(person, TEXT) for person in people) >= 2)
        await report(owner)  # its own panel is redrawn every twenty seconds at this rate: too late
        await owner.press("Recall")
        assert "It has not ended: it is stopped first" in owner.text
        await owner.press("Stop and delete")
        await owner.sees("Recall of № 1: ")
        await until(lambda: rows(house, "SELECT state FROM broadcast ORDER BY id") == [("cancelled",), ("done",)])
        assert sum(times(person, TEXT) for person in people) == 0


async def test_a_recall_can_be_paused_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as house:
        readers = await subscribed(house, 0, 1)
        owner = house.person(2)
        await gone_out(house, owner, 2)
        await owner.say("/halt")
        await report(owner)
        await owner.press("Recall")
        await owner.press("Delete for 2 readers")
        assert "Going out" not in owner.text
        await until(lambda: rows(house, "SELECT state FROM broadcast WHERE kind = 'recall'") == [("paused",)])
        await house.stop()
        await house.start()
        assert [times(reader, TEXT) for reader in readers] == [1, 1]
        await owner.say("/resume")
        await until(lambda: [times(reader, TEXT) for reader in readers] == [0, 0])


async def test_what_was_done_stands_in_the_log(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await gone_out(house, owner, 1)
    await report(owner)
    await owner.press("Recall")
    await owner.press("Delete for 1 reader")
    await owner.sees("Deleted for 1 of 1")
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        entries = connection.execute("SELECT action, detail FROM audit ORDER BY id").fetchall()
    assert entries == [("send", "broadcast 1"), ("recall", "broadcast 1")]
    assert "recalled · № 1" in await owner.say("/audit")


async def test_the_shell_says_what_a_job_does(house: House, owner: Person) -> None:
    await subscribed(house, 0, 1)
    await gone_out(house, owner, 2)
    house.sandbox.world.people[house.person(1).id].blocked = True
    await report(owner)
    await press_exactly(owner, "Recall")
    await owner.press("Delete for 2 readers")
    await owner.sees("Deleted for 1 of 2")
    said = await written(settings_of(house), "status")
    assert re.search(r"#2 recall of #1 +done .* 1/2 deleted", said)
    assert "not deleted: 1 blocked" in said
    assert re.search(r"#1 +done .* 2/2 sent", said)
