"""Pictures, files and faults on the page, as a person meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.sandbox.files import Upload
from tests.browser.page import opened
from tests.fakes.pictures import png
from tests.telegram.house import House

pytestmark = pytest.mark.browser


async def test_what_the_bot_sends_is_seen(house: House) -> None:
    world, reader = house.sandbox.world, house.person(1)
    async with opened(house) as screen:
        await screen.be(reader)
        await screen.sees("Send a name in any spelling")
        photo = world.files.keep("photo", Upload("a.png", png(640, 400)))
        paper = world.files.keep("document", Upload("Doc 682.pdf", b"%PDF" * 900))
        words = {"caption": "Monday", "caption_entities": [{"type": "bold", "offset": 0, "length": 6}]}
        world.post(reader.id, {**photo.in_message(), **words})
        world.post(reader.id, {**paper.in_message()})
        for _ in range(2):
            world.post(reader.id, {**photo.in_message(), "media_group_id": "7"})
        await expect(screen.log.locator("img.picture")).to_have_count(3)
        shown = screen.log.locator("img.picture").first
        await expect(shown).to_have_js_property("naturalWidth", 640)
        assert await screen.log.locator("strong").last.inner_text() == "Monday"
        await expect(screen.log.locator(".album .row")).to_have_count(2)
        link = screen.log.get_by_role("link", name="Doc 682.pdf 4 KB")
        assert await link.get_attribute("download") == "Doc 682.pdf"


async def test_a_person_sends_pictures_and_a_file(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "b.txt").write_text("words")
    (tmp_path / "c.png").write_bytes(b"no picture")
    owner = house.person(2)
    async with opened(house, width=390, height=844) as screen:
        await screen.be(owner)
        page = screen.page
        files = page.get_by_test_id("files")
        await files.set_input_files([tmp_path / "a.png", tmp_path / "a.png"])
        await screen.write("Two of them")
        mine = page.get_by_test_id("from-me")
        await expect(mine.locator("img.picture")).to_have_count(2)
        await expect(mine.filter(has_text="Two of them")).to_have_count(1)
        await files.set_input_files(tmp_path / "b.txt")
        await expect(page.locator("#as-files")).to_be_checked()
        await page.get_by_test_id("send").click()
        await expect(mine.get_by_role("link", name="b.txt")).to_be_visible()
        await expect(page.locator("#chosen")).to_be_hidden()
        await files.set_input_files(tmp_path / "c.png")
        before = await mine.count()
        async with page.expect_response("**/page/upload"):
            await page.get_by_test_id("send").click()
        await expect(page.locator("#toast")).to_contain_text("IMAGE_PROCESS_FAILED")
        assert await mine.count() == before
        await page.get_by_role("button", name="Remove").click()
        await expect(page.locator("#chosen")).to_be_hidden()
        sideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert await page.evaluate(sideways) is False


async def test_faults_are_played_by_keyboard_alone(house: House) -> None:
    reader = house.person(1)
    async with opened(house, width=390, height=844, dark=True) as screen:
        await screen.be(reader)
        await screen.sees("Send a name in any spelling")
        page = screen.page
        await page.get_by_test_id("faults").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("fault")).to_be_focused()
        await page.get_by_test_id("fault").select_option("500")
        await page.get_by_test_id("play").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("playing")).to_contain_text("500 · everyone · 1 more")
        await page.keyboard.press("Escape")
        await expect(page.locator("#faults")).to_be_hidden()
        await expect(page.get_by_test_id("faults")).to_be_focused()
        await expect(page.get_by_test_id("faults")).to_have_text("Faults · 1")
        await screen.write("/help")
        await expect(page.get_by_test_id("faults")).to_have_text("Faults")
        await page.get_by_test_id("faults").press("Enter")
        await page.get_by_test_id("fault").select_option("blocked")
        await page.get_by_label("Times").select_option("until cleared")
        await page.get_by_test_id("play").press("Enter")
        await expect(page.get_by_test_id("calm")).to_be_visible()
        await page.get_by_test_id("calm").press("Enter")
        await expect(page.get_by_test_id("calm")).to_be_hidden()
        await screen.ask("/whoami", str(reader.id))
