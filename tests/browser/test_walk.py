"""What a newcomer does on the page: as a reader, then as an owner; in English and in Russian."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.browser.page import opened
from tests.telegram.house import House

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Say:
    """What stands on the buttons and in the answers of one language."""

    language: str
    subscribe: str
    done: str
    sources: str
    hint: str
    card: str
    declaration: str
    no: str
    send_now: str
    send: str
    delivered: str


ENGLISH = Say("en", "Subscribe to all", "Done. Messages may show", "Sources", "Did you mean", "Zhanbota Alzhanova",
              "Written Declaration No. 682", "No record under this name.", "Send now", "Send to 1 reader",
              "1 of 1 delivered.")  # fmt: skip
RUSSIAN = Say("ru", "Подписаться на всё", "Готово. Сообщения могут", "Источники", "Может быть, вы имели в виду",
              "Жанбота Алжанова", "Письменная декларация № 682", "Записи под этим именем нет.",
              "Отправить сейчас", "Отправить 1 читателю", "Доставлено 1 из 1.")  # fmt: skip


@pytest.mark.parametrize("say", [ENGLISH, RUSSIAN], ids=lambda say: say.language)
async def test_a_newcomers_walk(house: House, say: Say) -> None:
    for person in house.sandbox.world.people.values():
        person.language = say.language
    reader, owner = house.person(1), house.person(2)
    async with opened(house) as screen:
        await screen.be(reader)
        await screen.press(say.subscribe)
        await screen.sees(say.done)
        await screen.ask("Alzhanova", say.hint)
        await screen.ask("Жанбота Алжанова", say.card)
        await screen.ask("682", say.declaration)
        first = screen.newest.get_by_role("link", name="[1]").first
        assert await first.get_attribute("href") == "https://pace.coe.int/en/files/28063/html"
        await screen.press(say.sources)
        await screen.sees("Doc. 14933 — PACE")
        link = screen.newest.get_by_role("link", name="Written Declaration No. 682, Doc. 14933")
        assert await link.get_attribute("href") == "https://pace.coe.int/en/files/28063/html"
        assert await link.get_attribute("rel") == "noopener noreferrer"
        await screen.ask("John Smith", say.no)
        await screen.be(owner)
        await screen.write("/alert The court sits on Monday.")
        await screen.press(say.send_now)
        await screen.press(say.send)
        await screen.sees(say.delivered)
        badge = screen.page.get_by_test_id(f"person-{reader.id}").locator(".unread")
        assert await badge.inner_text() == "1"
        await screen.be(reader)
        await screen.sees("The court sits on Monday.")


async def test_the_page_on_a_phone_by_keyboard_alone(house: House) -> None:
    async with opened(house, width=390, height=844, dark=True) as screen:
        assert await screen.page.get_attribute("html", "data-theme") == "dark"
        first = screen.page.get_by_test_id(f"person-{house.person(1).id}")
        await first.focus()
        await screen.page.keyboard.press("Enter")
        start = screen.page.get_by_test_id("start")
        await start.focus()
        await screen.page.keyboard.press("Enter")
        await screen.sees("Send a name in any spelling")
        button = screen.log.get_by_role("button", name="Cases", exact=True)
        await button.focus()
        await screen.page.keyboard.press("Enter")
        await screen.sees("Page 1 of")
        sideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert await screen.page.evaluate(sideways) is False
        await screen.page.locator("#menu").focus()
        await screen.page.keyboard.press("Enter")
        await screen.page.get_by_role("menuitem").first.wait_for()
        await screen.page.keyboard.press("Escape")
        await screen.page.locator("#commands").wait_for(state="hidden")


async def test_live_in_two_windows_blocking_and_adding_a_person(house: House) -> None:
    async with opened(house) as one, opened(house) as two:
        await one.be(house.person(1))
        await two.page.get_by_test_id(f"person-{house.person(1).id}").click()
        await two.sees("Send a name in any spelling")
        await one.page.get_by_test_id("block").click()
        await two.page.locator("#people").get_by_text("blocked").wait_for()
        await two.page.locator("#add-name").fill("Marat")
        await two.page.keyboard.press("Enter")
        await two.page.get_by_test_id("start").click()
        await two.sees("Send a name in any spelling")
        await one.page.locator("#people").get_by_text("Marat").wait_for()


async def test_what_a_bot_sends_cannot_run_in_the_page(house: House) -> None:
    reader = house.person(1)
    async with opened(house) as screen:
        await screen.be(reader)
        await screen.sees("Send a name in any spelling")
        house.sandbox.world.post(reader.id, {
            "text": "<img src=x onerror=alert(1)> click",
            "entities": [{"type": "text_link", "offset": 29, "length": 5, "url": "javascript:alert(1)"}],
        })  # fmt: skip
        await screen.sees("<img src=x onerror=alert(1)>")
        assert await screen.newest.locator("img").count() == 0
        assert await screen.newest.get_by_text("click").last.get_attribute("href") is None
