"""/admins: naming by number, contact or forward; what each role may; everybody is told."""

from __future__ import annotations

from tests.telegram.desk import drafted, execute, rows, states, subscribed
from tests.telegram.house import House, Person


async def named(house: House, owner: Person, person: Person, role: str) -> None:
    await owner.say("/admins")
    await owner.press("Name an admin")
    assert "Send their numeric id" in owner.text
    await owner.say(str(person.id))
    assert f"What may {person.id} do?" in owner.text
    await owner.press(role)
    await person.sees(f": {person.id}, ")


async def test_an_editor_writes_and_an_approver_counts_after_a_day(house: House, owner: Person) -> None:
    editor, approver = await subscribed(house, 1, 0)
    await owner.say("/start")
    await named(house, owner, editor, "Write alerts")
    await named(house, owner, approver, "Approve alerts")
    assert f"{approver.id}, approver, counting in a day" in (await owner.sees(f"{approver.id}, approver"))["text"]
    await drafted(editor)
    await editor.press("Send now")
    assert "Send to 2 readers" in editor.labels()
    await execute(house, "UPDATE admin SET counts_from = 1")
    await house.stop()
    await house.start()
    await editor.press("Back")
    await editor.press("Send now")
    await editor.press("Ask for approval")
    assert "2 people are asked to approve." in editor.text
    assert "Белгісіз" not in await approver.say("/broadcasts")
    assert (await approver.say("/alert x")).startswith("Бұған құқығыңыз жоқ.")
    assert states(house) == ["draft"]


async def test_who_was_removed_may_nothing_and_all_are_told(house: House, owner: Person) -> None:
    (editor,) = await subscribed(house, 1)
    await owner.say("/start")
    await named(house, owner, editor, "Both")
    await drafted(editor)
    held = editor.button("Send now")
    await editor.press("Text")
    await editor.press("English")
    await owner.say("/admins")
    await owner.press(f"Remove {editor.id}")
    await owner.press("Yes, remove")
    await editor.sees(f"removed the admin {editor.id}.")
    await editor.press_data(held[0]["message_id"], held[1])
    assert "No record" in await editor.say("Another text")
    assert rows(house, "SELECT count(*) FROM admin") == [(0,)]
    assert "Another text" not in str(rows(house, "SELECT content FROM draft"))


async def test_a_contact_or_a_forward_names_somebody(house: House, owner: Person) -> None:
    reader = house.person(1)
    await owner.say("/admins")
    await owner.press("Name an admin")
    house.sandbox.world.send_raw(owner.id, contact={"phone_number": "+7", "first_name": "Anna", "user_id": reader.id})
    await owner.sees(f"What may {reader.id} do?")
    await owner.press("Back")
    await owner.press("Name an admin")
    origin = {"type": "user", "date": 1, "sender_user": {"id": reader.id, "is_bot": False, "first_name": "Anna"}}
    house.sandbox.world.say(owner.id, "hello", forward_origin=origin)
    await owner.handled()
    assert f"What may {reader.id} do?" in owner.text
    await owner.press("Back")
    await owner.press("Name an admin")
    assert "No id can be read" in await owner.say("Anna")


async def test_ids_of_admins_are_kept_encrypted(house: House, owner: Person) -> None:
    reader = house.person(1)
    await reader.say("/start")
    await owner.say("/start")
    await named(house, owner, reader, "Both")
    await house.stop()
    for file in house.data.glob("dauys.sqlite3*"):
        assert str(reader.id).encode() not in file.read_bytes()
        assert reader.id.to_bytes(8, "big") not in file.read_bytes()
    await house.start()
