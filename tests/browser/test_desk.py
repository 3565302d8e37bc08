"""The desk on a phone: three languages, audience, picture, preview, approval by another admin, watching; then a
correction, approved likewise, and the recall."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.page import Screen, opened
from tests.fakes.pictures import courthouse
from tests.telegram.desk import subscribed, two_owners
from tests.telegram.house import House, Person

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "images"


async def walk(data: Path, folder: Path, pictures: Path | None = None) -> None:
    """`pictures`: where the README's are kept, when they are to be taken anew."""
    (folder / "court.png").write_bytes(courthouse())
    async with two_owners(data) as (house, first, second):
        await subscribed(house, 0, 1)
        async with opened(house, width=390, height=844, scale=2) as screen:
            await screen.be(first)
            await screen.write("/alert The court sits on Monday.")
            await screen.sees("Above is exactly what readers will get.")
            for name, text in (("Русский", "Суд в понедельник."), ("Қазақша", "Сот дүйсенбіде.")):
                await screen.press("Text")
                await screen.sees("Choose a language, then send its text as a message.")
                await screen.press(name)
                await screen.sees("Send the text in ")
                await screen.write(text)
                await screen.sees(f"{name}: ✓")
            await screen.press("Audience")
            await screen.press("Everyone")
            await screen.sees("everyone")
            await screen.press("Back")
            await screen.press("Attach")
            await screen.press("Picture or document")
            await screen.sees("Send the picture or document")
            await screen.page.get_by_test_id("files").set_input_files(folder / "court.png")
            await screen.page.get_by_test_id("send").click()
            await screen.sees("With a picture.")
            await taken(screen, pictures, "desk-draft.png")
            await screen.press("Preview")
            await screen.sees("Above, in this order: English, Русский, Қазақша.")
            await screen.press("Send now")
            await screen.sees("Copies cannot be recalled")
            await taken(screen, pictures, "desk-preflight.png")
            await screen.press("Ask for approval")
            await screen.sees("1 person is asked to approve.")
            await screen.be(second)
            await screen.sees("Approval is asked for.")
            await taken(screen, pictures, "desk-approval.png")
            await screen.press("Approve")
            await screen.sees("2 of 2 delivered.")
            await screen.be(house.person(0))
            await screen.sees("Сот дүйсенбіде.")
            await correct(screen, house, (second, first), pictures)
            await recall(screen, house, second, pictures)
            sideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert await screen.page.evaluate(sideways) is False


async def correct(screen: Screen, house: House, people: tuple[Person, Person], pictures: Path | None) -> None:
    """One of them writes in three languages what is right, the other approves; a reader sees both messages."""
    writer, other = people
    await screen.be(writer)
    await screen.press("Correct")
    await screen.sees("Correct every language in which it was wrong")
    texts = (("English", "The court sits on Tuesday."), ("Русский", "Суд во вторник."), ("Қазақша", "Сот сейсенбіде."))
    for name, text in texts:
        if name != "English":
            await screen.press("Text")
            await screen.sees("Correct every language in which it was wrong")
        await screen.press(name)
        await screen.sees("Send the corrected text in ")
        await screen.write(text)
        await screen.sees(f"{name}: ✓")
    await screen.sees("Above is exactly what readers will see, and what tells them of it.")
    await taken(screen, pictures, "desk-correct.png")
    await screen.press("Correct now")
    await screen.sees("It is edited for 2 readers, who are told.")
    await screen.press("Ask for approval")
    await screen.sees("1 person is asked to approve.")
    await screen.be(other)
    await screen.sees("By the admin")
    await screen.sees("Correction of № 1")
    await screen.press("Approve")
    await screen.sees("Told of the correction: 2 of 2.")
    await screen.be(house.person(0))
    await screen.sees("✎ Түзетілді, ")
    await screen.sees("Түзету: Сот сейсенбіде.")
    await taken(screen, pictures, "reader-corrected.png")


async def recall(screen: Screen, house: House, admin: Person, pictures: Path | None) -> None:
    await screen.be(admin)
    await screen.write("/broadcasts")
    await screen.sees("What went out")
    await screen.last("What went out").get_by_role("button").first.click()
    await screen.sees("2 of 2 delivered.")
    await screen.press("Recall")
    await screen.sees("It is deleted for 2 readers.")
    await taken(screen, pictures, "desk-recall.png")
    await screen.press("Delete for 2 readers")
    await screen.sees("Deleted for 2 of 2; forwards and screenshots remain.")
    await screen.sees("Notices of corrections deleted: 2 of 2.")
    await screen.be(house.person(0))
    await expect(screen.log.get_by_text("Сот сейсенбіде.")).to_have_count(0)


async def taken(screen: Screen, pictures: Path | None, name: str) -> None:
    await screen.page.get_by_test_id("log").evaluate("log => log.scrollTo(0, log.scrollHeight)")
    await expect(screen.newest).to_be_in_viewport()
    if pictures is not None:
        await screen.page.screenshot(path=pictures / name)


async def test_an_alert_in_three_languages_approved_by_another_corrected_and_recalled(tmp_path: Path) -> None:
    await walk(tmp_path / "data", tmp_path)
