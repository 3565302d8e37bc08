"""/hide: within a second a person is nowhere; over restarts and reloads too; only an owner may."""

from __future__ import annotations

import sqlite3
import time

from tests.telegram.house import House, Person
from tests.telegram.test_alert import subscribed, times
from tests.telegram.test_control import READERS, slow

__all__ = ["slow"]

ID = "oksana-shevchuk"
NAME = "Oksana Shevchuk"
TEXT = "В понедельник суд над Оксаной Шевчук."


def states(house: House) -> list[str]:
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        return [row[0] for row in connection.execute("SELECT state FROM broadcast ORDER BY id")]


async def asked(reader: Person) -> str:
    return await reader.say(NAME)


async def test_within_a_second_the_answer_is_the_ordinary_no(house: House, owner: Person, reader: Person) -> None:
    ordinary = await reader.say("Nemo Nihil")
    assert NAME in await asked(reader)
    button = reader.last["message_id"], reader.button("Sources")[1]
    began = time.monotonic()
    said = await owner.say(f"/hide {ID}")
    assert f"Hidden: {NAME}." in said
    assert await asked(reader) == ordinary
    assert time.monotonic() - began < 1
    assert await reader.say("Шевчук") == ordinary
    await reader.press_data(*button)
    assert NAME not in reader.text
    other = house.person(0)
    assert NAME not in await other.say(f"/start person_{ID}")
    assert NAME not in await other.say(f"/start case_{ID}")
    await other.say("/cases")
    assert not any("Шевчук" in label for label in other.labels())


async def test_hidden_stays_hidden_over_a_restart_and_a_reload_until_shown(
    house: House, owner: Person, reader: Person
) -> None:
    await owner.say(f"/hide {ID}")
    await house.stop()
    await house.start()
    assert "No record" in await asked(reader)
    assert "Read again" in await owner.say("/reload")
    assert "No record" in await asked(reader)
    assert "Hidden now: 1." in await owner.say("/hide")
    await owner.press(f"Show {NAME} again")
    assert f"Shown again: {NAME}." in owner.text
    assert NAME in await asked(reader)
    assert "Nobody to change" in await owner.say(f"/unhide {ID}")


async def test_by_name_it_asks_whom(house: House, owner: Person, reader: Person) -> None:
    assert "Whom?" in await owner.say("/hide Oksana Shevchuk")
    assert NAME in await asked(reader)
    await owner.press(f"Hide {NAME}")
    assert "No record" in await asked(reader)
    assert "Nobody of this name" in await owner.say("/hide Nemo Nihil")
    log = await owner.say("/audit")
    assert "you · hid a person · oksana-shevchuk" in log


async def test_a_broadcast_on_its_way_is_stopped_and_a_draft_discarded(slow: House) -> None:
    owner = slow.person(2)
    await drafted(owner, TEXT)
    await owner.press("Send now")
    await owner.press(f"Send to {READERS} readers")
    slow.sandbox.world.say(owner.id, f"/alert Another: {TEXT}")
    await owner.sees("Another")
    slow.sandbox.world.say(owner.id, f"/hide {ID}")
    said = (await owner.sees("Hidden: "))["text"]
    assert "1 broadcast was stopped." in said
    assert "1 draft was discarded." in said
    assert states(slow) == ["cancelled"]
    readers = [Person(slow.sandbox, id_) for id_ in slow.sandbox.world.people]
    assert sum(times(reader, TEXT) for reader in readers if reader.id > owner.id) < READERS


async def test_the_text_behind_read_is_gone_too(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await reader.press("Hide message text")
    await drafted(owner, TEXT)
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    await reader.sees("New message")
    await owner.say(f"/hide {ID}")
    said = await reader.press("Read")
    assert said["text"] == "This message is no longer kept."
    assert times(reader, TEXT) == 0


async def test_only_an_owner_may(house: House, owner: Person, reader: Person) -> None:
    for command in (f"/hide {ID}", f"/unhide {ID}", "/hide"):
        assert "No such command" in await reader.say(command)
    await owner.say(f"/hide {NAME}")
    _, data = owner.button(f"Hide {NAME}")
    forged = data[:-1] + ("a" if data[-1] != "a" else "b")
    for person, said in ((reader, data), (reader, f"1en.hP.{ID}"), (owner, forged), (owner, f"1en.hP.{ID}")):
        await person.press_data(person.last["message_id"], said)
    assert NAME in await asked(reader)
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM hidden_person").fetchone() == (0,)


async def drafted(owner: Person, text: str) -> None:
    await owner.say("/start")
    owner.sandbox.world.say(owner.id, f"/alert {text}")
    await owner.sees("Above is exactly what readers will get.")


async def test_a_text_that_names_somebody_hidden_cannot_go_out(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await owner.say(f"/hide {ID}")
    await drafted(owner, TEXT)
    await owner.press("Send now")
    assert "· Шевчук: HIDDEN by an owner" in owner.text
    assert owner.labels() == ["Edit", "Back"]
    await owner.say(f"/unhide {ID}")
    await owner.press("Back")
    await owner.press("Send now")
    owner.button("Send to 1 reader")
