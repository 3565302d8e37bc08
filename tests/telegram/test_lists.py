"""What a question finds, as lists: several people, pages, the way back, and nothing kept of it."""

from __future__ import annotations

import pytest

from bot.config import SHIPPED_LIBRARY
from bot.views.callback import Action, unpack
from bot.views.found import PAGES
from bot.views.view import units
from content.loader import load
from tests.telegram.house import House, Json, Person, until
from tests.telegram.test_reader import rows

COURT_LIST = (
    "Список осуждённых: Шевчук Оксана, Демеуова Жазира, Гульзипа Джаукерова, Иванов Иван Иванович, Акмарал Керимбаева, "
    "Serik Zhakhin, Жанбота Алжанова; Dana Zhanay, Алимжана Избасарова, Данияру Хасенову, Максат Мукаров, "
    "Petrov Petr, Роберто Рампи."
)
IN_THE_LIST = 11


def buttons(message: Json) -> list[Json]:
    return [button for row in message["reply_markup"]["inline_keyboard"] for button in row]


def people(message: Json) -> list[str]:
    found = (unpack(button.get("callback_data")) for button in buttons(message))
    return [target.arg(0) for target in found if target is not None and target.action is Action.PERSON]


async def test_everybody_in_a_pasted_list_is_found_on_its_pages(house: House, reader: Person) -> None:
    text = await reader.say(COURT_LIST)
    assert text.startswith("Several records fit. Choose one:")
    assert "Who is not in this list is not in our records." in text
    assert "Page 1 of 2" in text
    found = people(reader.last)
    await reader.press("2")
    assert "Page 2 of 2" in reader.text
    found += people(reader.last)
    assert len(found) == len(set(found)) == IN_THE_LIST
    assert {"oksana-shevchuk", "daniyar-khassenov", "roberto-rampi", "alimzhan-izbassarov"} <= set(found)
    assert rows(house) == 0


async def test_from_a_card_the_way_back_leads_to_its_page_of_the_list(reader: Person) -> None:
    await reader.say(COURT_LIST)
    await reader.press("2")
    page = reader.text
    label = next(label for label in reader.labels() if "Rampi" in label)
    await reader.press(label)
    assert reader.text.startswith("Roberto Rampi")
    await reader.press("Back")
    assert reader.text == page


@pytest.mark.parametrize(
    "question",
    ["Alzhanova", "/ask Alzhanova", "/ask\nAlzhanova", "Khasenov Daniyar and Serik Zhakhin"],
)
async def test_from_a_card_the_way_back_leads_to_the_hint(reader: Person, question: str) -> None:
    before = await reader.say(question)
    await reader.press(next(label for label in reader.labels() if "·" in label))
    assert reader.text != before
    await reader.press("Back")
    assert reader.text == before


async def test_a_list_whose_question_was_deleted_says_that_nothing_was_kept(house: House, reader: Person) -> None:
    await reader.say(COURT_LIST)
    message, data = reader.button("2")
    house.sandbox.world.remove(reader.id, message["reply_to_message"]["message_id"])
    said = await reader.press_data(message["message_id"], data)
    assert said["text"] == "Nothing of your question is kept: please send it again."
    assert reader.text.startswith("Declarations and cases")


async def test_a_message_full_of_names_is_at_most_two_taps_from_every_card(house: House, reader: Person) -> None:
    library = load(SHIPPED_LIBRARY)
    names = [person.name["en"].text for person in library.people.values()]
    question = ("; ".join(names) + "; ") * 40
    await reader.say(question[:4096])
    shown = reader.last
    assert len(people(shown)) >= 8
    assert len(buttons(shown)) <= 100
    pages = {button["callback_data"] for button in buttons(shown) if ".q." in button["callback_data"]}
    assert 1 < len(pages) <= PAGES
    found: set[str] = set()
    for data in pages:
        await reader.press_data(shown["message_id"], data)
        await until(lambda: bool(reader.seen()))
        found |= set(people(reader.last))
        assert units(reader.text) <= 4096
    assert found == set(library.people)
