"""A draft at the desk: a text a language, audience, card, picture, schedule, preview, pre-flight; over restarts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.files import Upload
from tests.fakes.pictures import png
from tests.telegram.desk import drafted, states, subscribed, times
from tests.telegram.house import House, Person, running, until


async def sent(owner: Person) -> None:
    await owner.press("Send now")
    await owner.press("Send to")


async def test_each_reader_gets_their_language_or_the_labelled_fallback(house: House, owner: Person) -> None:
    kazakh, english = await subscribed(house, 0, 1)
    await drafted(owner, "Court on Monday.")
    assert "Русский: the text in English goes out" in owner.text
    await owner.press("Text")
    await owner.press("Русский")
    assert "Send the text in Russian as your next message." in owner.text
    house.sandbox.world.say(owner.id, "Суд в понедельник.")
    await owner.sees("Қазақша: the text in Russian goes out")
    assert owner.seen()[-2]["text"] == "Суд в понедельник."
    await owner.press("Send now")
    assert "1 has no text in Kazakh: Russian goes out." in owner.text
    await owner.press("Send to 2 readers")
    await english.sees("Court on Monday.")
    assert times(kazakh, "Court on Monday.") == 0
    got = await kazakh.sees("Суд в понедельник.")
    label = got["reply_markup"]["inline_keyboard"][0][0]
    assert label["text"] == "🌐 орысша"
    said = await kazakh.press_data(got["message_id"], label["callback_data"])
    assert said["text"] == "Бұл хабардың сіздің тіліңіздегі мәтіні жоқ."


async def test_the_audience_is_set_by_taps_with_a_live_count(house: House, owner: Person) -> None:
    await subscribed(house, 0, 1)
    await drafted(owner)
    assert "2 readers would get it." in owner.text
    await owner.press("Audience")
    await owner.press("Қазақша")
    assert "Alerts · Қазақша" in owner.text
    assert "1 reader would get it." in owner.text
    await owner.press("✓ Қазақша")
    await owner.press("Everyone")
    assert owner.text.splitlines()[1:] == ["everyone", "2 readers would get it."]
    await owner.press("Back")
    assert "Audience: everyone" in owner.text


async def test_followers_of_a_case_are_not_counted_out_below_ten(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await reader.say("/start case_oksana-shevchuk")
    await reader.press("Follow")
    await drafted(owner)
    await owner.press("Audience")
    await owner.press("Followers of a case")
    while not any("Shevchuk" in label for label in owner.labels()):
        await owner.press("›")
    await owner.press("Oksana Shevchuk")
    await owner.press("Back")
    assert "Fewer than 10 readers would get it." in owner.text
    await owner.press("Back")
    await owner.press("Send now")
    assert "Fewer than 10 readers, about" in owner.text
    await owner.press("Send to fewer than 10 readers")
    await reader.sees("Court on Monday.")
    await owner.sees("they are not counted out")


async def test_an_attached_card_opens_below_the_alert(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await drafted(owner)
    await owner.press("Attach")
    await owner.press("Declaration")
    await owner.press("682")
    await owner.sees("Card: Declaration 682 (2019)")
    await sent(owner)
    got = await reader.sees("Court on Monday.")
    await reader.press("Declaration 682")
    assert "Written Declaration No. 682" in reader.text
    assert reader.last["message_id"] != got["message_id"]
    assert times(reader, "Court on Monday.") == 1


async def test_a_picture_carries_the_text_and_is_never_fetched(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await drafted(owner)
    await owner.press("Attach")
    await owner.press("Picture or document")
    house.sandbox.world.send_files(owner.id, [Upload("a.png", png())], "", as_files=False)
    await owner.sees("With a picture.")
    preview = owner.seen()[-2]
    assert (preview["caption"], len(preview["photo"]) > 0) == ("Court on Monday.", True)
    await sent(owner)
    got = await reader.sees("Court on Monday.")
    assert got["photo"] == preview["photo"]


async def test_a_text_too_long_for_a_caption_cannot_go_out_with_a_picture(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await drafted(owner, "x" * 1100)
    await owner.press("Attach")
    await owner.press("Picture or document")
    house.sandbox.world.send_files(owner.id, [Upload("a.png", png())], "", as_files=False)
    await owner.sees("With a picture.")
    await owner.press("Send now")
    assert "English cannot go out: the text has 1100 characters; Telegram takes 1024." in owner.text
    assert not any("Send to" in label for label in owner.labels())


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("tomorrow", "no date that can be read"),
        ("2020-01-01 10:00", "that moment is past."),
        ("2199-01-01 10:00", "more than a year away"),
    ],
)
async def test_a_typed_date_that_does_not_do_is_refused_with_the_reason(
    house: House, owner: Person, typed: str, told: str
) -> None:
    await subscribed(house, 1)
    await drafted(owner)
    await owner.press("Schedule")
    assert told in await owner.say(typed)


async def test_a_schedule_is_shown_in_full_and_waits(tmp_path: Path) -> None:
    async with running(tmp_path / "data", timezone="Asia/Almaty") as house:
        (reader,) = await subscribed(house, 1)
        owner = house.person(2)
        await owner.say("/start")
        await drafted(owner)
        await owner.press("Schedule")
        await owner.press("Tomorrow at 09:00")
        assert "09:00 (Asia/Almaty, UTC+05:00)" in owner.text
        await owner.press("Send at that time")
        await owner.press("Send to 1 reader")
        assert owner.text.startswith("Scheduled\nGoes out: ")
        await asyncio.sleep(0.3)
        assert states(house) == ["approved"]
        assert times(reader, "Court on Monday.") == 0
        await owner.press("Undo")
        assert "09:00 (Asia/Almaty, UTC+05:00)" in owner.text
        assert states(house) == ["draft"]


async def test_the_preflight_names_what_to_look_at(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await drafted(owner, "Oksana Shevchuk and Ivan Nobodyev: https://example.org/a and https://example.org/b")
    await owner.press("Send now")
    assert "· Oksana Shevchuk: in the records" in owner.text
    assert "· Ivan Nobodyev: NOT in the records" in owner.text
    assert "Links: 2 outside our sources." in owner.text
    assert "Sourced? Safe to name? No children, addresses, health? Copies cannot be recalled." in owner.text


async def test_two_drafts_at_once_and_a_restart_between_every_step(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)

    async def again() -> None:
        await house.stop()
        await house.start()

    await drafted(owner, "The first.")
    first = owner.button("Text")
    await drafted(owner, "The second.")
    await again()
    await owner.press_data(first[0]["message_id"], first[1])
    await owner.press("Русский")
    await again()
    house.sandbox.world.say(owner.id, "Первое.")
    await owner.sees("Русский: ✓")
    await again()
    assert owner.seen()[-2]["text"] == "Первое."
    await owner.press("Send now")
    await again()
    await owner.press("Send to 1 reader")
    await reader.sees("The first.")
    await until(lambda: states(house) == ["done", "draft"])


async def test_an_open_draft_is_found_again_when_its_panel_is_gone(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await drafted(owner)
    await drafted(owner, "Another one.")
    listed = await owner.say("/broadcasts")
    assert "Your open drafts\n№ 2 · Another one.\n№ 1 · Court on Monday." in listed
    await owner.press("Draft № 1")
    await owner.sees("Above, in this order: English.")
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    await reader.sees("Court on Monday.")
    await until(lambda: states(house) == ["done", "draft"])


async def test_what_another_device_changed_after_the_preflight_is_not_sent(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await drafted(owner)
    text = owner.button("Text")
    await owner.press("Send now")
    seen = owner.button("Send to 1 reader")
    await owner.press_data(*[text[0]["message_id"], text[1]])
    await owner.press("English")
    house.sandbox.world.say(owner.id, "Something else.")
    await owner.sees("Something else.")
    said = await owner.press_data(seen[0]["message_id"], seen[1])
    assert "changed since" in said["text"]
    assert states(house) == ["draft"]
    assert times(reader, "Something else.") == 0
