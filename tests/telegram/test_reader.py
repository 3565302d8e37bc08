"""A reader's conversations, through the real bot and the stand-in for Telegram."""

from __future__ import annotations

import sqlite3

import pytest

from tests.telegram.desk import execute
from tests.telegram.house import House, Person, until


def rows(house: House, table: str = "subscriber") -> int:
    return int(house.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - a test's own name


async def test_start_shows_languages_and_enrols_nobody(house: House, reader: Person) -> None:
    text = await reader.say("/start")
    assert text.startswith("Declarations and cases, dated and sourced.")
    assert reader.labels()[:4] == ["• English", "Русский", "Қазақша", "Subscribe to all"]
    assert rows(house) == 0


async def test_subscribing_takes_one_tap_and_stopping_leaves_nothing(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    assert "Done. Messages may show on your locked screen." in reader.text
    assert {"Hide message text", "Silent", "Unsubscribe"} <= set(reader.labels())
    assert (rows(house), rows(house, "subscription")) == (1, 4)
    assert "erased" in await reader.say("/stop")
    assert (rows(house), rows(house, "subscription")) == (0, 0)


async def test_two_taps_at_once_make_one_subscription(house: House, reader: Person) -> None:
    await reader.say("/start")
    message, data = reader.button("Subscribe to all")
    presses = [house.sandbox.world.press(reader.id, message["message_id"], data) for _ in range(2)]
    await until(lambda: all(press.done() for press in presses))
    assert (rows(house), rows(house, "subscription")) == (1, 4)


async def test_topics_are_toggles_and_the_last_one_off_erases(house: House, reader: Person) -> None:
    await reader.say("/subscribe")
    await reader.press("○ Alerts")
    assert "✓ Alerts" in reader.labels()
    assert rows(house) == 1
    said = await reader.press("✓ Alerts")
    assert said["text"] == "Nothing is left to send: your record is erased."
    assert rows(house) == 0


async def test_a_language_without_a_row_travels_in_the_buttons(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Русский")
    assert reader.text.startswith("Декларации и дела")
    await reader.press("Дела")
    assert reader.text.startswith("Дела")
    assert rows(house) == 0
    await reader.press("Назад")
    await reader.press("Подписаться на всё")
    assert "Готово." in reader.text
    assert (await reader.say("/help")).startswith("Отправьте имя")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Alzhanova", "Did you mean"),
        ("Жанбота Алжанова", "Zhanbota Alzhanova"),
        ("what happened to Oksana Shevchuk?", "Oksana Shevchuk"),
        ("/ask Serik Zhakhin", "Serik Zhakhin"),
        ("John Smith", "No record under this name."),
        ("Гульмира Халыкова", "Did you mean"),
        ("что с Гульмирой Халыковой", "Может быть, вы имели в виду"),
        ("Oksana Shevchenko", "No record under this name."),
        ("682", "Written Declaration No. 682"),
        ("/ask", "Write a name after the command"),
    ],
)
async def test_questions(reader: Person, question: str, expected: str) -> None:
    assert expected in await reader.say(question)


async def test_back_from_the_report_of_an_error_leads_to_its_card(reader: Person) -> None:
    await reader.say("Oksana Shevchuk")
    await reader.press("Report an error")
    await reader.press("Back")
    assert "Last known status: sentenced" in reader.text


async def test_kazakh_letters_get_a_kazakh_answer(reader: Person) -> None:
    assert "Гүлзипа Жәукерова" in await reader.say("Гүлзипа Жәукерова")
    assert "Соңғы белгілі жағдай" in reader.text


async def test_no_record_says_where_to_turn_and_none_of_these_is_the_same(reader: Person) -> None:
    text = await reader.say("John Smith")
    assert "Contact: desk@example.org." in text
    assert "In danger now: +1." in text
    await reader.say("Alzhanova")
    await reader.press("None")
    assert reader.text == text


async def test_a_deep_link_opens_a_card_and_enrols_nobody(house: House, reader: Person) -> None:
    assert "Written Declaration No. 682" in await reader.say("/start decl_wd-682")
    assert "Zhakhin" in await reader.say("/start case_serik-zhakhin")
    assert "Rampi" in await reader.say("/start person_roberto-rampi")
    told = await reader.say("/start case_nobody-at-all")
    assert told.startswith("The record that this link names is not here. Here is the start.\n\nDeclarations and cases")
    assert (await reader.say("/start decl_../../etc")).startswith("Declarations and cases")
    assert rows(house) == 0


async def test_following_says_what_is_stored_and_unfollowing_erases(house: House, reader: Person) -> None:
    await reader.say("Oksana Shevchuk")
    said = await reader.press("Follow")
    assert "we now store your encrypted chat number" in said["text"]
    assert "Unfollow" in reader.labels()
    assert rows(house, "follow") == 1
    await reader.press("Unfollow")
    assert (rows(house), rows(house, "follow")) == (0, 0)


async def test_settings_hide_silent_pause(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    await reader.say("/settings")
    for label in ("Hide message text", "Silent", "Pause"):
        await reader.press(f"○ {label}")
        assert f"✓ {label}" in reader.labels()
    assert "Status: paused" in reader.text
    assert "joining week" in await reader.say("/privacy")


async def test_settings_without_a_row_keep_nothing(house: House, reader: Person) -> None:
    assert "nothing about you is kept" in await reader.say("/settings")
    assert "nothing about you is kept" in await reader.say("/privacy")
    assert rows(house) == 0


async def test_a_reader_who_blocks_is_suspended_and_comes_back(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    house.sandbox.world.set_blocked(reader.id, True)
    await until(lambda: _status(house) == "blocked")
    await reader.say("/settings")
    assert _status(house) == "active"


async def test_who_was_taken_for_gone_and_writes_is_there_again(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    found = []
    for taken_for in (
        "UPDATE subscriber SET status = 'unreachable'",
        "UPDATE subscriber SET status = 'blocked', erase_at = 1",
        "UPDATE subscriber SET status = 'paused'",
    ):
        await execute(house, taken_for)
        await reader.say("Nemo Nihil")
        found.append(_status(house))
    assert found == ["active", "active", "paused"]


def _status(house: House) -> str:
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        return str(connection.execute("SELECT status FROM subscriber").fetchone()[0])


async def test_commands_are_registered_by_language_and_for_owners(house: House) -> None:
    world = house.sandbox.world
    await until(lambda: ("description", "kk") in world.texts and ("short_description", "kk") in world.texts)
    names = {scope: {command["command"] for command in commands} for scope, commands in world.commands.items()}
    assert "alert" not in names["all_private_chats", "ru"]
    assert {"start", "stop", "ask", "whoami"} <= names["all_private_chats", "ru"]
    owner = house.person(2)
    await owner.say("/start")
    assert f"chat:{owner.id}" not in {scope for scope, _ in names} or "alert" in names[f"chat:{owner.id}", "ru"]
    assert world.texts["description", "ru"].startswith("Декларации")


BAD = [
    ("/nonsense", "No such command"),
    ("/alert hello", "No such command"),
    ("/broadcasts", "No such command"),
    ("x" * 4096, "No record under"),
    ("😀" * 200, "No record under"),
    ("\u202eabc \u2066def", "No record under"),
    ("a\x00b", "No record under"),
    ("(((((((((((((((((", "No record under"),
    ("/start " + "x" * 64, "Declarations and cases"),
    ("/ask@dauys_sandbox_bot Serik Zhakhin", "Serik Zhakhin"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
async def test_bad_input_gets_a_short_answer(house: House, reader: Person, text: str, expected: str) -> None:
    assert expected in await reader.say(text)
    assert rows(house) == 0


async def test_files_are_never_fetched_and_nobody_reads(house: House, reader: Person) -> None:
    await reader.say("/start")
    sticker = {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1}
    before = len(reader.seen())
    house.sandbox.world.send_raw(reader.id, sticker={**sticker, "is_animated": False, "is_video": False})
    await until(lambda: len(reader.seen()) > before)
    assert reader.text.startswith("Nobody reads this chat, and files are never opened.")


@pytest.mark.parametrize(
    "data",
    ["", "1en.C.no-such-case.0.h", "0en.h", "1en.zz", "1xx.h", "1en.tg.no-topic", "1en.al.ok.1", "1en.rd.99999999999",
     "1en.f.no-such-case.h", "1en.D.wd-682.99999.h", "1en.c.99999", "x" * 64, "1en.sl.xx", "1en.uf.a"],
)  # fmt: skip
async def test_forged_and_stale_buttons_are_answered(house: House, reader: Person, data: str) -> None:
    await reader.say("/start")
    message_id = reader.last["message_id"]
    await reader.press_data(message_id, data)
    assert rows(house) == 0
    assert reader.text
    assert (await reader.say("/help")).startswith("Send a name")


async def test_edited_messages_do_not_count(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    said = house.sandbox.world.say(reader.id, "hello")
    await reader.sees("No record under")
    await reader.silence(lambda: house.sandbox.world.edit_own(reader.id, said["message_id"], "/stop"))
    assert rows(house) == 1


async def test_a_forwarded_command_does_nothing(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    assert "No such command" in await reader.say("/stop", forward_origin=origin)
    assert rows(house) == 1


async def test_the_bot_says_nothing_in_groups_and_leaves_them(house: House, reader: Person) -> None:
    await reader.say("/start")
    group = {"id": -1001234567890, "type": "supergroup", "title": "g"}
    await reader.silence(lambda: house.sandbox.world.say(reader.id, "/start", chat=group))
    house.sandbox.world.add_to_group(-1001234567890, reader.id)
    await until(lambda: house.sandbox.world.left == [-1001234567890])


async def test_a_restart_keeps_the_subscription(house: House, reader: Person) -> None:
    await reader.say("/start")
    await reader.press("Subscribe to all")
    await house.stop()
    house.sandbox.world.say(reader.id, "/settings")
    await house.start()
    await reader.sees("Topics: Alerts, Declarations, Cases, Updates")
