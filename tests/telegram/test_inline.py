"""`@bot name` in any chat: the same answers as in the bot's own, and none unless the settings allow it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telegram.house import PATIENCE, QUIET, House, Json, running


@pytest.fixture
async def inline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path / "data", inline=True) as house:
        yield house


async def asked(house: House, text: str) -> Json:
    return await asyncio.wait_for(house.sandbox.world.ask_inline(house.person(1).id, text), PATIENCE)


def posted(result: Json) -> str:
    return str(result["input_message_content"]["message_text"])


async def test_a_whole_name_gives_the_card_with_its_sources(inline: House) -> None:
    answer = await asked(inline, "Жанбота Алжанова")
    (only,) = answer["results"]
    assert only["title"].startswith("Zhanbota Alzhanova")
    assert "Last known status" in posted(only)
    links = [entity["url"] for entity in only["input_message_content"]["entities"] if entity["type"] == "text_link"]
    assert "https://pace.coe.int/en/files/28063/html" in links
    (button,) = only["reply_markup"]["inline_keyboard"][0]
    assert re.fullmatch(r"https://t\.me/\w+\?start=person_zhanbota-alzhanova", button["url"])


@pytest.mark.parametrize("question", ["Alzhanova", "Гульмира Халыкова", "Zhanbota Alshanoba"])
async def test_a_near_name_posts_no_claim(inline: House, question: str) -> None:
    results = (await asked(inline, question))["results"]
    assert results
    for result in results:
        assert result["description"] == "A similar name is not the same person."
        assert "status" not in posted(result)
        assert "entities" not in result["input_message_content"] or not any(
            entity["type"] == "text_link" for entity in result["input_message_content"]["entities"]
        )


@pytest.mark.parametrize("question", ["John Smith", "Oksana Shevchenko", "Сабыржан Хасенов"])
async def test_nobody_is_an_honest_no(inline: House, question: str) -> None:
    answer = await asked(inline, question)
    assert answer["results"] == []
    assert answer["button"]["text"] in ("No record under this name.", "Записи под этим именем нет.")


async def test_several_names_give_several_articles(inline: House) -> None:
    titles = [result["title"] for result in (await asked(inline, "Khasenov Daniyar and Serik Zhakhin"))["results"]]
    assert [title.split(" · ")[0] for title in titles] == ["Daniyar Khassenov", "Serik Zhakhin"]


async def test_an_empty_query_is_answered_with_nothing(inline: House) -> None:
    assert await asked(inline, "  ") == {"results": [], "button": None}


async def test_typing_letter_by_letter_is_answered_and_draws_no_warning(inline: House) -> None:
    name = "Zhanbota Alzhanova"
    for end in range(1, len(name) + 1):
        await asked(inline, name[:end])
    assert inline.person(1).seen() == []


async def test_without_the_setting_there_is_no_answer(house: House) -> None:
    waiting = house.sandbox.world.ask_inline(house.person(1).id, "Zhanbota Alzhanova")
    await house.person(1).handled()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), QUIET)
    assert not waiting.done()
