"""A first alert: drafted, previewed, confirmed, delivered once, reported. And who may not."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.wire import gate_budget
from tests.telegram.house import House, Person, running, until


async def subscribed(house: House, *indexes: int) -> list[Person]:
    people = []
    for index in indexes:
        person = house.person(index)
        await person.say("/start")
        await person.press_data(person.last["message_id"], f"1{'kk' if index == 0 else 'en'}.sa")
        people.append(person)
    return people


def times(person: Person, text: str) -> int:
    return sum(message["text"] == text for message in person.seen())


async def drafted(owner: Person, text: str = "Court on Monday.") -> None:
    await owner.say("/start")
    owner.sandbox.world.say(owner.id, f"/alert {text}")
    await owner.sees("Above is exactly what readers will get.")


async def test_an_alert_reaches_every_subscriber_once_and_is_reported(house: House, owner: Person) -> None:
    readers = await subscribed(house, 0, 1)
    await drafted(owner)
    assert times(owner, "Court on Monday.") == 1
    assert "2 readers would get it." in owner.text
    await owner.press("Send now")
    assert "2 readers, about 1 second." in owner.text
    assert "Sourced? Safe to name?" in owner.text
    await owner.press("Send to 2 readers")
    await owner.sees("2 of 2 delivered.")
    assert [times(reader, "Court on Monday.") for reader in readers] == [1, 1]
    assert "Done" in await owner.say("/broadcasts") or "2/2" in owner.labels()[0]
    await owner.press("2/2")
    assert "2 of 2 delivered." in owner.text


async def test_the_preview_is_what_readers_get_with_its_formatting(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await owner.say("/start")
    text = "/alert 😀 Bold and link"
    entities = [
        {"type": "bot_command", "offset": 0, "length": 6},
        {"type": "bold", "offset": 10, "length": 4},
        {"type": "text_link", "offset": 19, "length": 4, "url": "https://example.org/"},
    ]
    house.sandbox.world.say(owner.id, text, entities=entities)
    await owner.sees("Above is exactly")
    preview = owner.seen()[-2]
    assert preview["text"] == "😀 Bold and link"
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    got = await reader.sees("Bold and link")
    for name in ("text", "entities"):
        assert got[name] == preview[name]
    assert [(e["type"], e["offset"], e["length"]) for e in got["entities"]] == [("bold", 3, 4), ("text_link", 12, 4)]


async def test_alert_alone_waits_for_the_text_also_over_a_restart(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await owner.say("/start")
    assert "as your next message" in await owner.say("/alert")
    await house.stop()
    await house.start()
    house.sandbox.world.say(owner.id, "The text itself")
    await owner.sees("Above is exactly")
    assert times(owner, "The text itself") == 1


async def test_a_draft_survives_a_restart_and_can_be_discarded(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await drafted(owner)
    await house.stop()
    await house.start()
    await owner.press("Discard")
    assert owner.text == "Discarded. Nothing was sent."
    assert times(reader, "Court on Monday.") == 0


async def test_two_confirming_taps_send_once(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await drafted(owner)
    await owner.press("Send now")
    message, data = owner.button("Send to 1 reader")
    presses = [house.sandbox.world.press(owner.id, message["message_id"], data) for _ in range(3)]
    await until(lambda: all(press.done() for press in presses))
    await owner.sees("1 of 1 delivered.")
    await asyncio.sleep(0.3)
    assert times(reader, "Court on Monday.") == 1


async def test_undo_before_the_first_message_makes_it_a_draft_again(tmp_path: Path) -> None:
    async with running(tmp_path / "data", undo=60.0) as house:
        (reader,) = await subscribed(house, 1)
        owner = house.person(2)
        await drafted(owner)
        await owner.press("Send now")
        await owner.press("Send to 1 reader")
        assert "Going out in 60 seconds." in owner.text
        await owner.press("Undo")
        assert "1 reader would get it." in owner.text
        await asyncio.sleep(0.3)
        assert times(reader, "Court on Monday.") == 0


async def test_a_hidden_reader_gets_a_notice_and_reads_behind_a_button(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await reader.press("Hide message text")
    await drafted(owner)
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    notice = await reader.sees("New message")
    assert times(reader, "Court on Monday.") == 0
    await reader.press("Read")
    assert (reader.last["message_id"], reader.text) == (notice["message_id"], "Court on Monday.")


async def test_silent_paused_and_gone_readers(house: House, owner: Person) -> None:
    silent, paused = await subscribed(house, 0, 1)
    await silent.press("Дыбыссыз")
    await paused.say("/settings")
    await paused.press("Pause")
    await drafted(owner)
    assert "1 reader would get it." in owner.text
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    assert (await silent.sees("Court on Monday."))["silent"] is True
    await owner.sees("1 of 1 delivered.")
    assert times(paused, "Court on Monday.") == 0


async def test_a_reader_who_blocked_unseen_is_reported_by_cause_and_suspended(house: House, owner: Person) -> None:
    await subscribed(house, 0, 1)
    house.sandbox.world.people[house.person(1).id].blocked = True
    await drafted(owner)
    await owner.press("Send now")
    await owner.press("Send to 2 readers")
    await owner.sees("blocked the bot: 1")
    assert "1 of 2 delivered." in owner.text
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        states = connection.execute("SELECT status FROM subscriber ORDER BY status").fetchall()
    assert states == [("active",), ("blocked",)]


async def test_without_subscribers_there_is_nobody_to_send_to(house: House, owner: Person) -> None:
    await drafted(owner)
    assert "there is nobody to send it to" in owner.text
    assert "Send now" not in owner.labels()


async def test_a_text_over_the_limit_is_refused_before_anything_is_sent(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await owner.say("/alert")
    assert "Telegram takes 4096" in await owner.say("x" * 4000 + "😀" * 60)


GUARDS = [
    ("a reader", {}, 1),
    ("a forwarded command", {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"}}, 2),
    ("an anonymous admin's channel", {"chat": {"id": -100123456, "type": "supergroup", "title": "g"}}, 2),
]


@pytest.mark.parametrize(("what", "more", "index"), GUARDS, ids=[guard[0] for guard in GUARDS])
async def test_who_may_not(house: House, what: str, more: dict[str, object], index: int) -> None:
    person = house.person(index)
    await person.say("/start")
    house.sandbox.world.say(person.id, "/alert Pay attention", **more)
    await person.handled()
    await asyncio.sleep(0.2)
    assert not any("Above is exactly" in message["text"] for message in person.seen())
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM broadcast").fetchone() == (0,)


async def test_an_edited_message_is_no_command(house: House, owner: Person) -> None:
    await owner.say("/start")
    said = house.sandbox.world.say(owner.id, "hello")
    await owner.sees("No record")
    await owner.silence(lambda: house.sandbox.world.edit_own(owner.id, said["message_id"], "/alert now"))


@pytest.mark.parametrize("verb", ["go", "ok", "no", "bk", "un", "ps", "rs", "cn", "rp"])
async def test_a_readers_forged_button_moves_nothing(house: House, owner: Person, verb: str) -> None:
    (reader,) = await subscribed(house, 1)
    await drafted(owner)
    before = [dict(message) for message in reader.seen()]
    await reader.press_data(reader.last["message_id"], f"1en.al.{verb}.1")
    await asyncio.sleep(0.1)
    assert reader.seen() == before
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        assert connection.execute("SELECT state FROM broadcast").fetchall() == [("draft",)]


async def test_pause_resume_and_cancel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_budget, "PANEL_SHARE", 1.0)  # at one message a second the panel had its turn once in 20 s
    async with running(tmp_path / "data", rate=1.0) as house:
        for number in range(10):
            house.sandbox.world.add_person(f"R{number}", "en")
        people = [Person(house.sandbox, id_) for id_ in list(house.sandbox.world.people)[3:]]
        for person in people:
            person.sandbox.world.people[person.id].started = True
            await house_subscribes(house, person)
        owner = house.person(2)
        await drafted(owner)
        await owner.press("Send now")
        await owner.press("Send to 10 readers")
        await owner.sees("of 10 delivered")
        await owner.press("Pause")
        await owner.sees("Paused")
        count = sum(times(person, "Court on Monday.") for person in people)
        await asyncio.sleep(1.3)
        assert sum(times(person, "Court on Monday.") for person in people) - count <= 1
        assert count < 10
        await owner.press("Cancel")
        await owner.sees("Cancelled")


async def house_subscribes(house: House, person: Person) -> None:
    """Straight into storage's own format through a button: at one message a second the talk takes too long."""
    answered = house.sandbox.world.press(person.id, 0, "1en.sa")
    await asyncio.wait_for(answered, 8)
    await person.handled()
