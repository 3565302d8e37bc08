"""Chromium on the sandbox's page, as a person would use it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from playwright.async_api import Locator, Page, async_playwright, expect

from tests.conftest import CHROMIUM
from tests.telegram.house import House, Person

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000
"""Milliseconds; enough for a machine on which everything else runs too."""
expect.set_options(timeout=PATIENCE)


@dataclass
class Screen:
    """The page, and the talk of whoever is chosen on it."""

    page: Page
    house: House

    @property
    def log(self) -> Locator:
        return self.page.get_by_test_id("log")

    @property
    def newest(self) -> Locator:
        return self.page.get_by_test_id("from-bot").last

    async def be(self, person: Person) -> None:
        """Chooses a person on the left, and presses START in a new chat."""
        if await self.page.locator("#back").is_visible():
            await self.page.locator("#back").click()
        await self.page.get_by_test_id(f"person-{person.id}").click()
        start = self.page.get_by_test_id("start")
        if await start.is_visible():
            await start.click()
            await self.newest.wait_for()

    async def write(self, text: str) -> None:
        await self.page.get_by_test_id("text").fill(text)
        await self.page.keyboard.press("Enter")

    async def ask(self, text: str, expected: str) -> None:
        """Until the bot's next message is there, and holds what is expected."""
        messages = self.page.get_by_test_id("from-bot")
        before = await messages.count()
        await self.write(text)
        await expect(messages.nth(before)).to_contain_text(expected)

    async def sees(self, text: str) -> None:
        """Until a message of the bot's holds the text."""
        await self.last(text).wait_for()

    def last(self, text: str) -> Locator:
        """The newest of the bot's messages that hold the text; others may have come after it."""
        return self.page.get_by_test_id("from-bot").filter(has_text=text).last

    async def press(self, label: str) -> None:
        await self.log.get_by_role("button", name=label, exact=True).last.click()


@contextlib.asynccontextmanager
async def opened(
    house: House, *, width: int = 1180, height: int = 800, dark: bool = False, scale: float = 1
) -> AsyncIterator[Screen]:
    """Fails on any error that the page logs, and on any request that leaves this machine."""
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            device_scale_factor=scale,
            locale="en-GB",
            reduced_motion="reduce",
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        here = (house.sandbox.url, f"blob:{house.sandbox.url}", "data:")
        page.on("request", lambda request: None if request.url.startswith(here) else faults.append(request.url))
        await page.goto(house.sandbox.url)
        await page.get_by_test_id(f"person-{house.person(0).id}").wait_for(state="attached")
        try:
            yield Screen(page, house)
        finally:
            await browser.close()
    assert faults == []
