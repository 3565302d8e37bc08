"""`@bot name` typed on the page: what is offered in any chat, and what a choice would post there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.page import PATIENCE, opened
from tests.telegram.house import running

pytestmark = pytest.mark.browser


async def test_a_name_after_the_bots_own_is_offered_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data", inline=True) as house, opened(house, width=390, height=844) as screen:
        await screen.be(house.person(1))
        await screen.sees("Send a name in any spelling")
        page, offers = screen.page, screen.page.get_by_test_id("offers")
        box = page.get_by_test_id("text")
        name = f"@{house.sandbox.world.username}"
        await box.fill(f"{name} John Smith")
        await expect(offers).to_contain_text("No record under this name.", timeout=PATIENCE)
        await box.fill(f"{name} Жанбота Алжанова")
        await offers.get_by_role("option", name="Zhanbota Alzhanova").click()
        posting = page.get_by_test_id("posting")
        await expect(posting).to_contain_text(f"via {name}")
        await expect(posting).to_contain_text("Last known status")
        opens = posting.get_by_role("link", name="Open in the bot")
        assert str(await opens.get_attribute("href")).endswith("?start=person_zhanbota-alzhanova")
        await posting.get_by_role("button", name="Close").click()
        await page.keyboard.press("Escape")
        await expect(offers).to_be_hidden()
        await box.fill("Жанбота Алжанова")
        await expect(offers).to_be_hidden()
        assert await page.get_by_test_id("from-me").count() == 1
