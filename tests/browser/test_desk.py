"""The desk on a phone: three languages, audience, picture, preview, approval by another admin, watching."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.page import PATIENCE, Screen, opened
from tests.fakes.pictures import png
from tests.telegram.desk import subscribed, two_owners

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "images"


async def walk(data: Path, folder: Path, pictures: Path | None = None) -> None:
    """`pictures`: where the README's are kept, when they are to be taken anew."""
    (folder / "court.png").write_bytes(png(640, 400))
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
                await screen.sees(f"Send the text in {name} as your next message.")
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
            sideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert await screen.page.evaluate(sideways) is False
            await screen.be(house.person(0))
            await screen.sees("Сот дүйсенбіде.")


async def taken(screen: Screen, pictures: Path | None, name: str) -> None:
    await screen.newest.scroll_into_view_if_needed(timeout=PATIENCE)
    if pictures is not None:
        await screen.page.screenshot(path=pictures / name)


async def test_an_alert_in_three_languages_approved_by_another(tmp_path: Path) -> None:
    await walk(tmp_path / "data", tmp_path)
