"""`dauys alert` and `dauys publish`: the running bot sends, under the same roles and approvals."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest
from rich.console import Console

from bot.config import Settings, load_settings
from bot.control import Refused
from bot.shell.alert import Given, alert_readers, publish_update
from tests.telegram.house import TOKEN, House, Person, running
from tests.telegram.test_alert import subscribed, times
from tests.telegram.test_publish import news
from tests.unit.content.folder import SOUND, written

TEXT = "Court on Monday."


def settings_of(house: House) -> Settings:
    return load_settings(token=TOKEN, data=house.data, api_url=house.sandbox.bot_api)


def given(tmp_path: Path, text: str = TEXT, **more: object) -> Given:
    file = tmp_path / "text.txt"
    file.write_text(text, encoding="utf-8")
    chosen = {"language": "en", "topics": ("alerts",), "attach": "", "at": "", "person": None} | more
    return Given(text_file=file, **chosen)  # type: ignore[arg-type]


async def said(house: House, order: Given, *, wait: bool = False) -> str:
    out = Console(file=io.StringIO(), width=200)
    await alert_readers(settings_of(house), order, wait=wait, out=out, err=out)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


async def test_the_running_bot_sends_and_the_shell_watches(house: House, tmp_path: Path) -> None:
    (reader,) = await subscribed(house, 1)
    text = await said(house, given(tmp_path, attach="oksana-shevchuk"), wait=True)
    assert "#1: goes out to 1 reader from" in text
    assert text.endswith("Done: 1 of 1 delivered.\n")
    assert times(reader, TEXT) == 1
    assert "Oksana Shevchuk" in reader.labels()[0]


REFUSED = [
    ({"topics": ("nothing",)}, "no such topic; expected one of alerts"),
    ({"language": "xx"}, "no such language; expected one of en"),
    ({"attach": "nobody"}, "--attach nobody: no such record"),
    ({"at": "yesterday"}, "--at yesterday: .*expected a time to come"),
    ({"person": 5550000102}, "--as 5550000102: may not write alerts"),
    ({"text": " \n"}, "is empty"),
    ({"text": "x" * 4097}, "Telegram takes 4,?096"),
]


@pytest.mark.parametrize(("more", "why"), REFUSED)
async def test_refusals_are_one_line_and_keep_nothing(
    house: House, tmp_path: Path, more: dict[str, object], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await said(house, given(tmp_path, **more))  # type: ignore[arg-type]
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM broadcast").fetchone() == (0,)


async def test_with_two_owners_another_must_approve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = 5550000103, 5550000101
    async with running(tmp_path / "data", owners=frozenset({first, second})) as house:
        (reader,) = await subscribed(house, 1)
        other = house.person(0)
        await other.say("/start")
        with pytest.raises(Refused, match="--as ID: say whose alert it is"):
            await said(house, given(tmp_path))
        text = await said(house, given(tmp_path, person=first))
        assert "for 1 reader; approval is asked of 1 other. Nothing goes out before." in text
        assert times(reader, TEXT) == 0
        button = next(label for label in other.labels() if label in ("Approve", "Бекіту", "Мақұлдау", "Растау"))
        await other.press(button)
        await reader.sees(TEXT)
        assert times(reader, TEXT) == 1


async def test_without_a_bot_nothing_is_sent(house: House, tmp_path: Path) -> None:
    await house.stop()
    with pytest.raises(Refused, match=r"the running bot sends; start it: dauys run"):
        await said(house, given(tmp_path))
    await house.start()


async def test_an_update_is_published_from_the_shell_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = written(tmp_path / "library", SOUND)
    async with running(tmp_path / "data", library=folder) as house:
        (reader,) = await subscribed(house, 1)
        out = Console(file=io.StringIO(), width=200)
        written(folder, news("u-2"))
        owner: Person = house.person(2)
        await owner.say("/start")
        house.sandbox.world.say(owner.id, "/reload")
        await owner.sees("New in the library.")
        await publish_update(settings_of(house), "", None, wait=False, out=out, err=out)
        assert "u-2  " in out.file.getvalue()  # type: ignore[attr-defined]
        await publish_update(settings_of(house), "u-2", None, wait=True, out=out, err=out)
        assert "Done: 1 of 1 delivered." in out.file.getvalue()  # type: ignore[attr-defined]
        assert sum("News of u-2" in str(message.get("text")) for message in reader.seen()) == 1
        with pytest.raises(Refused, match="u-2: no update that has not gone out yet"):
            await publish_update(settings_of(house), "u-2", None, wait=False, out=out, err=out)
