"""*Correct*: new words, seen beforehand as readers will see them, edited wherever the old ones arrived, and told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.desk import permit
from bot.sandbox.files import Upload
from tests.fakes.pictures import png
from tests.telegram.desk import FIRST, drafted, execute, rows, subscribed, times, two_owners
from tests.telegram.house import House, Person, running, until, worded
from tests.telegram.test_afterwards import TEXT, gone_out, press_exactly, report
from tests.telegram.test_alert import house_subscribes

MARK = "✎ Corrected, "
NEW = "Court on Tuesday."


async def correcting(owner: Person, text: str = NEW) -> None:
    """From the report to the panel below the preview of the correction."""
    await report(owner)
    await press_exactly(owner, "Correct")
    await owner.sees("Send the corrected text in English, whole, as your next message.")
    owner.sandbox.world.say(owner.id, text)
    await owner.sees("Above is exactly what readers will see, and what tells them of it.")


def with_text(person: Person, text: str) -> list[dict[str, object]]:
    return [message for message in person.seen() if text in worded(message)]


async def test_edited_everywhere_with_a_mark_and_answered(house: House, owner: Person) -> None:
    kazakh, english = await subscribed(house, 0, 1)
    await gone_out(house, owner, 2)
    await correcting(owner)
    seen, told = owner.seen()[-3:-1]
    assert seen["text"].startswith(f"{NEW}\n\n{MARK}")
    assert told["text"] == f"Correction: {NEW}"
    assert told["reply_to_message"]["message_id"] == seen["message_id"]
    assert "It is edited for 2 readers, who are told." in owner.text
    await owner.press("Correct now")
    assert "2 readers, about" in owner.text
    assert "Sourced? Safe to name?" in owner.text
    await owner.press("Correct for 2 readers")
    await owner.sees("Correction of № 1: done")
    assert "Told of the correction: 2 of 2." in owner.text
    assert "Corrected for 2 of 2." in owner.text
    (got,) = with_text(english, MARK)
    assert got["text"] == seen["text"]
    assert got["entities"] == seen["entities"]
    answer = await english.sees("Correction:")
    assert (answer["text"], answer["entities"]) == (told["text"], told["entities"])
    assert answer["reply_to_message"]["message_id"] == got["message_id"]
    assert [times(reader, TEXT) for reader in (kazakh, english)] == [0, 0]
    (marked,) = with_text(kazakh, "✎ Түзетілді, ")
    assert str(marked["text"]).startswith(NEW)


async def test_another_person_approves_exactly_what_will_be_seen(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        (reader,) = await subscribed(house, 1)
        await drafted(first)
        await first.press("Send now")
        await first.press("Ask for approval")
        await second.press("Approve")
        await second.sees("1 of 1 delivered.")
        await correcting(first)
        await first.press("Correct now")
        await first.press("Ask for approval")
        await second.sees("Correction of № 1")
        assert f"By the admin {FIRST}." in second.text
        assert "It is edited for 1 reader, who is told." in second.text
        seen, told = second.seen()[-3:-1]
        assert times(reader, TEXT) == 1
        await second.press("Approve")
        await second.sees("Told of the correction: 1 of 1.")
        assert with_text(reader, MARK)[0]["text"] == seen["text"]
        assert (await reader.sees("Correction:"))["text"] == told["text"]
        await first.sees("Correction of № 1: approved.")
        actions = [row[0] for row in rows(house, "SELECT action FROM audit ORDER BY id")]
        assert actions[-2:] == ["ask to correct", "approve correction"]


async def test_a_rejected_correction_changes_nothing_and_can_be_written_anew(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data", approvals="2") as (house, first, second):
        (reader,) = await subscribed(house, 1)
        await drafted(first)
        await first.press("Send now")
        await first.press("Ask for approval")
        await second.press("Approve")
        await second.sees("1 of 1 delivered.")
        await correcting(first)
        await first.press("Correct now")
        await first.press("Ask for approval")
        await second.press("Reject")
        house.sandbox.world.say(second.id, "It was Wednesday.")
        await first.sees("Reason: It was Wednesday.")
        assert "Correction of № 1: rejected" in first.text
        await first.press("Open the draft")
        await first.sees("Above, in this order: English.")
        await first.press("Text")
        await first.press("English")
        house.sandbox.world.say(first.id, "Court on Wednesday.")
        await first.sees("Correction: Court on Wednesday.")
        assert times(reader, TEXT) == 1


async def test_a_question_is_not_drawn_over_by_a_panel_that_still_lives(house: House, owner: Person) -> None:
    """It does for a moment after the end, and while a correction goes out."""
    await subscribed(house, 1)
    await gone_out(house, owner, 1)
    await drafted(owner, "Another one.")
    await report(owner)
    shown = owner.last["message_id"]
    await execute(house, f"UPDATE panel SET broadcast_id = 1, message_id = {shown}")  # noqa: S608 - a number
    await press_exactly(owner, "Recall")
    await until(lambda: not rows(house, "SELECT 1 FROM panel"))
    assert with_text(owner, "It is deleted for 1 reader.")


async def test_corrected_twice_then_recalled(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await gone_out(house, owner, 1)
    for text in (NEW, "Court on Friday."):
        await correcting(owner, text)
        await owner.press("Correct now")
        await owner.press("Correct for 1 reader")
        await reader.sees(f"Correction: {text}")
        await until(lambda: not rows(house, "SELECT id FROM broadcast WHERE state NOT IN ('done', 'draft')"))
    assert with_text(reader, NEW) == [], "the first correction's notice is gone too"
    assert len(with_text(reader, "Court on Friday.")) == 2
    await owner.sees("Notices of corrections deleted: 1 of 1.")
    await report(owner)
    await press_exactly(owner, "Recall")
    assert "What told them of its correction is deleted too." in owner.text
    await owner.press("Delete for 1 reader")
    await owner.sees("Deleted for 1 of 1; forwards and screenshots remain.")
    await until(lambda: not with_text(reader, "Court on Friday."))
    await report(owner)
    assert "Correct" not in owner.labels()


async def test_a_retry_after_a_correction_sends_the_corrected_words(house: House, owner: Person) -> None:
    kazakh, english = await subscribed(house, 0, 1)
    await gone_out(house, owner, 2, failing=(1,))
    await correcting(owner)
    await owner.press("Correct now")
    await owner.press("Correct for 1 reader")
    await kazakh.sees(f"Түзету: {NEW}")
    await report(owner)
    await owner.press("Retry the failed")
    assert "They get it as it was corrected." in owner.text
    await owner.press("Send again to 1 reader")
    await owner.sees("Retry of № 1: done")
    (got,) = with_text(english, MARK)
    assert str(got["text"]).startswith(NEW)
    assert times(english, TEXT) == 0


async def test_who_hides_texts_is_told_without_words_and_reads_the_corrected_ones(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await reader.press("Hide message text")
    await gone_out(house, owner, 1)
    await reader.press("Read")
    assert reader.text == TEXT
    await correcting(owner)
    await owner.press("Correct now")
    await owner.press("Correct for 1 reader")
    await reader.sees("A message was corrected")
    assert with_text(reader, "Court on") == []
    await reader.press("Read")
    assert reader.text.startswith(f"{NEW}\n\n{MARK}")


FILES = {"photo": Upload("a.png", png(64, 40)), "document": Upload("Решение суда.pdf", b"%PDF-1.4 court")}


@pytest.mark.parametrize("kind", FILES)
async def test_a_caption_is_corrected_also_where_it_was_hidden_or_read(house: House, owner: Person, kind: str) -> None:
    """Attached, previewed, sent, read, corrected and recalled; the file is the same one all along."""
    hidden, shown = await subscribed(house, 0, 1)
    await hidden.press("Мәтінді жасыру")
    await owner.say("/start")
    await drafted(owner)
    await owner.press("Attach")
    await owner.press("Picture or document")
    sent = house.sandbox.world.files.keep(kind, FILES[kind]).in_message()
    house.sandbox.world.say(owner.id, "", **sent)
    await owner.sees("With a picture." if kind == "photo" else "With a document.")
    await owner.press("Preview")
    await owner.sees("Above, in this order: English.")
    assert (owner.seen()[-2][kind], owner.seen()[-2]["caption"]) == (sent[kind], TEXT)
    await owner.press("Send now")
    await owner.press("Send to 2 readers")
    await owner.sees("2 of 2 delivered.")
    await hidden.press("Оқу")
    assert (hidden.last[kind], hidden.last["caption"]) == (sent[kind], TEXT)
    assert [message[kind] for message in shown.seen() if kind in message] == [sent[kind]]
    await shown.say("/settings")
    await shown.press("Hide message text")
    await correcting(owner)
    assert owner.seen()[-3][kind] == sent[kind]
    await owner.press("Correct now")
    await owner.press("Correct for 2 readers")
    await owner.sees("Told of the correction: 2 of 2.")
    assert "Corrected for 2 of 2." in owner.text
    assert with_text(shown, TEXT) == with_text(hidden, TEXT) == []
    for person in (shown, hidden):
        (got,) = [message for message in person.seen() if kind in message]
        assert got[kind] == sent[kind]
        assert got["caption"].startswith(NEW)
    await report(owner)
    await press_exactly(owner, "Recall")
    await owner.press("Delete for 2 readers")
    await owner.sees("Deleted for 2 of 2; forwards and screenshots remain.")
    assert not any(kind in message for person in (hidden, shown) for message in person.seen())


async def test_after_two_days_a_new_message_says_what_it_corrects(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await gone_out(house, owner, 1)
    await execute(house, "DELETE FROM delivery")
    await report(owner)
    await press_exactly(owner, "Correct")
    await owner.sees("This goes out as a new message.")
    house.sandbox.world.say(owner.id, NEW)
    await owner.sees("Above is exactly what readers will get.")
    assert owner.seen()[-2]["text"].startswith("Correction of our message of ")
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    got = await reader.sees(NEW)
    assert got["text"] == with_text(owner, NEW)[0]["text"]
    assert times(reader, TEXT) == 1


async def test_a_text_that_leaves_no_room_for_the_mark_is_refused(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await gone_out(house, owner, 1)
    await report(owner)
    await press_exactly(owner, "Correct")
    await owner.sees("Send the corrected text")
    assert "Not taken: the text has 4090 characters" in await owner.say("x" * 4090)
    assert rows(house, "SELECT payload FROM broadcast WHERE kind = 'correct'")[0][0] != ""


async def test_in_three_languages_what_nobody_rewrote_is_named(house: House, owner: Person) -> None:
    kazakh, english = await subscribed(house, 0, 1)
    await owner.say("/start")
    await drafted(owner)
    await owner.press("Text")
    await owner.press("Қазақша")
    house.sandbox.world.say(owner.id, "Сот дүйсенбіде.")
    await owner.sees("Қазақша: ✓")
    await owner.press("Send now")
    await owner.press("Send to 2 readers")
    await owner.sees("2 of 2 delivered.")
    await report(owner)
    await press_exactly(owner, "Correct")
    await owner.sees("Correct every language in which it was wrong")
    await owner.press("English")
    await owner.sees("Send the corrected text in English")
    house.sandbox.world.say(owner.id, NEW)
    await owner.sees("Қазақша: as it went out")
    await owner.press("Correct now")
    assert "Not corrected: Kazakh. Its readers are told all the same." in owner.text
    await owner.press("Back")
    await owner.press("Text")
    await owner.press("Қазақша")
    await owner.sees("Send the corrected text in Kazakh")
    assert with_text(owner, "Сот дүйсенбіде.")
    house.sandbox.world.say(owner.id, "Сот сейсенбіде.")
    await owner.sees("Қазақша: ✓")
    await owner.press("Correct now")
    await owner.press("Correct for 2 readers")
    assert (await kazakh.sees("Түзету:"))["text"] == "Түзету: Сот сейсенбіде."
    assert (await english.sees("Correction:"))["text"] == f"Correction: {NEW}"


async def test_a_correction_is_drafted_over_a_restart_and_discarded_without_a_trace(
    house: House, owner: Person
) -> None:
    (reader,) = await subscribed(house, 1)
    await gone_out(house, owner, 1)
    await correcting(owner)
    await house.stop()
    await house.start()
    await owner.press("Correct now")
    await owner.press("Back")
    await owner.press("Discard")
    assert owner.text == "Discarded. Nothing was sent."
    await asyncio.sleep(0.1)
    assert times(reader, TEXT) == 1
    assert rows(house, "SELECT kind FROM broadcast") == [("send",)]


async def test_not_while_it_still_goes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data", undo=60.0) as house:
        await subscribed(house, 1)
        owner = house.person(2)
        await drafted(owner)
        await owner.press("Send now")
        await owner.press("Send to 1 reader")
        await owner.say("/broadcasts")
        await owner.press("№ 1")
        assert owner.labels() == ["Undo"]


async def test_a_wrong_name_that_is_halfway_out_is_stopped_corrected_and_then_reaches_the_rest(tmp_path: Path) -> None:
    async with running(tmp_path / "data", rate=8.0) as house:
        world, owner = house.sandbox.world, house.person(2)
        people = [Person(house.sandbox, world.add_person(f"R{number}", "en").id) for number in range(32)]
        for person in people:
            world.people[person.id].started = True
            await house_subscribes(house, person)
        await drafted(owner)
        await owner.press("Send now")
        await owner.press("Send to 32 readers")
        await until(lambda: any(times(person, TEXT) for person in people))
        await report(owner)
        panel = owner.last["message_id"]
        await press_exactly(owner, "Correct")
        await owner.sees("of 32 have it.")
        assert owner.last["message_id"] != panel, "the panel goes on below which it is asked"
        assert owner.labels() == ["Stop and correct", "Back"]
        await press_exactly(owner, "Stop and correct")
        await owner.sees("Send the corrected text in English, whole, as your next message.")
        await until(lambda: rows(house, "SELECT state FROM broadcast WHERE id = 1") == [("cancelled",)])
        await owner.sees("· not sent any more, because it was cancelled: ")
        world.say(owner.id, NEW)
        await owner.sees("Above is exactly what readers will see, and what tells them of it.")
        await owner.press("Correct now")
        await owner.press("Correct for ")
        await until(lambda: rows(house, "SELECT state FROM broadcast WHERE kind = 'notice'") == [("done",)])
        had = [person for person in people if with_text(person, MARK)]
        assert 0 < len(had) < 32
        assert [person for person in people if with_text(person, "Court on")] == had, (
            "nobody else has got anything of it"
        )
        await report(owner)
        await press_exactly(owner, "Send to the rest")
        assert "They get it as it was corrected." in owner.text
        await owner.press(f"Send again to {32 - len(had)} reader")
        await until(lambda: rows(house, "SELECT state FROM broadcast WHERE kind = 'retry'") == [("done",)])
        assert all(len(with_text(person, MARK)) == 1 for person in people)
        assert sum(times(person, TEXT) for person in people) == 0


async def test_before_its_first_message_it_is_taken_back_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(permit.GUARDS, "sealed", lambda *_: True)
    async with running(tmp_path / "data", undo=60.0) as house:
        await subscribed(house, 1)
        owner = house.person(2)
        await drafted(owner)
        await owner.press("Send now")
        await owner.press("Send to 1 reader")
        for verb in ("co", "cs"):
            said = await owner.press_data(owner.last["message_id"], f"1en.al.{verb}.1..x")
            assert said["text"] == "Nothing of it has gone out yet: Undo makes it a draft again."
        assert owner.labels() == ["Undo"]
        assert rows(house, "SELECT state FROM broadcast") == [("approved",)]
