"""`make screenshots`: the README's pictures, taken from the running page."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.browser.page import Screen, opened
from tests.browser.test_desk import walk
from tests.conftest import CHROMIUM
from tests.telegram.desk import two_owners
from tests.telegram.house import House, running

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"


async def reader(house: House) -> None:
    async with opened(house, width=1080, height=900) as screen:
        await screen.be(house.person(1))
        await screen.ask("what happened to Oksana Shevchuk?", "Last known status")
        await top(screen)
        await screen.page.screenshot(path=FOLDER / "reader-card.png")
    async with opened(house, width=390, height=844, dark=True, scale=2) as screen:
        await screen.be(house.person(0))
        await screen.ask("Alzhanova", "Мүмкін")
        await screen.page.screenshot(path=FOLDER / "phone-dark.png")


async def top(screen: Screen) -> None:
    await screen.newest.evaluate("node => node.scrollIntoView({block: 'start'})")


async def editor(data: Path) -> None:
    async with two_owners(data) as (house, first, second), opened(house, width=1080, height=900) as screen:
        await screen.be(house.person(1))
        await screen.press("Subscribe to all")
        await screen.sees("Done. Messages may show")
        await screen.be(first)
        await screen.write("/alert Three women were moved to custody on 4 July 2019. Details: /cases")
        await screen.press("Send now")
        await screen.press("Ask for approval")
        await screen.sees("1 person is asked to approve.")
        await screen.be(second)
        await screen.press("Approve")
        await screen.sees("1 of 1 delivered.")
        await screen.be(first)
        await screen.sees("1 of 1 delivered.")
        await screen.write("/alert A second alert, still a draft.")
        await screen.press("Send now")
        await screen.sees("Copies cannot be recalled")
        await screen.page.screenshot(path=FOLDER / "admin-alert.png")


async def main() -> None:
    if CHROMIUM is None:
        raise SystemExit("no chromium here; install Debian's package chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder) / "data") as house:
            await reader(house)
    with tempfile.TemporaryDirectory() as folder:
        await editor(Path(folder) / "data")
    with tempfile.TemporaryDirectory() as folder:
        await walk(Path(folder) / "data", Path(folder), FOLDER)


if __name__ == "__main__":
    asyncio.run(main())
