"""/hide: within a second a person is nowhere; over restarts and reloads too; only an owner may."""

from __future__ import annotations

import io
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from bot.desk.shelf import names_of
from bot.handlers.hide import sweep
from bot.shell.ask import ask_library
from storage.open import open_storage
from storage.records import Audience, BroadcastState
from tests.telegram.house import TOKEN, House, Person, running
from tests.telegram.test_alert import subscribed, times
from tests.telegram.test_control import READERS, settings_of, slow
from tests.telegram.test_panels import Telegram, services_of

__all__ = ["slow"]

ID = "oksana-shevchuk"
NAME = "Oksana Shevchuk"
TEXT = "В понедельник суд над Оксаной Шевчук."


def states(house: House) -> list[str]:
    return [row[0] for row in house.rows("SELECT state FROM broadcast ORDER BY id")]


async def asked(reader: Person) -> str:
    return await reader.say(NAME)


async def test_once_the_owner_is_told_the_answer_is_the_ordinary_no(
    house: House, owner: Person, reader: Person
) -> None:
    """How long that takes with a large library: `python -m tests.bench desk:hide`."""
    ordinary = await reader.say("Nemo Nihil")
    assert NAME in await asked(reader)
    button = reader.last["message_id"], reader.button("Sources")[1]
    said = await owner.say(f"/hide {ID}")
    assert f"Hidden: {NAME}." in said
    assert await asked(reader) == ordinary
    assert await reader.say("Shevchuk") == ordinary
    assert await reader.say("Шевчук") == await reader.say("Никто Нигде")
    await reader.press_data(*button)
    assert NAME not in reader.text
    other = house.person(0)
    assert NAME not in await other.say(f"/start person_{ID}")
    assert NAME not in await other.say(f"/start case_{ID}")
    await other.say("/cases")
    assert not any("Шевчук" in label for label in other.labels())
    await owner.say(f"/unhide {ID}")
    assert NAME in await asked(reader)
    assert "Шевчук" in await other.say(f"/start person_{ID}")


async def test_inline_answers_follow_at_once(tmp_path: Path) -> None:
    async with running(tmp_path / "data", inline=True) as house:
        owner, reader = house.person(2), house.person(1)
        found = []
        for command in ("/start", f"/hide {ID}", f"/unhide {ID}"):
            await owner.say(command)
            answered = await house.sandbox.world.ask_inline(reader.id, NAME)
            found.append(any(NAME in str(result) for result in answered["results"]))
        assert found == [True, False, True]


async def shell(house: House) -> str:
    written = io.StringIO()
    out = Console(file=written, width=200)
    await ask_library(settings_of(house), NAME, "en", datetime.now(UTC).date(), explain=False, out=out, err=out)
    return written.getvalue()


async def test_the_shells_answer_leaves_them_out_too_with_and_without_a_running_bot(
    house: House, owner: Person
) -> None:
    assert NAME in await shell(house)
    await owner.say(f"/hide {ID}")
    assert "No record" in await shell(house)
    await house.stop()
    assert "No record" in await shell(house)
    (house.data / "master.key").rename(house.data / "away")
    told = await shell(house)
    assert NAME in told
    assert "the list of them cannot be read" in told
    (house.data / "away").rename(house.data / "master.key")
    await house.start()
    await owner.say(f"/unhide {ID}")
    assert NAME in await shell(house)


async def test_hidden_stays_hidden_over_a_restart_and_a_reload_until_shown(
    house: House, owner: Person, reader: Person
) -> None:
    await owner.say(f"/hide {ID}")
    await house.stop()
    await house.start()
    assert "No record" in await asked(reader)
    assert "Read again" in await owner.say("/reload")
    assert "No record" in await asked(reader)
    assert "Hidden now: 1." in await owner.say("/hide")
    await owner.press(f"Show {NAME} again")
    assert f"Shown again: {NAME}." in owner.text
    assert NAME in await asked(reader)
    assert "Nobody to change" in await owner.say(f"/unhide {ID}")


async def test_by_name_it_asks_whom(house: House, owner: Person, reader: Person) -> None:
    assert "Whom?" in await owner.say("/hide Oksana Shevchuk")
    assert NAME in await asked(reader)
    await owner.press(f"Hide {NAME}")
    assert "No record" in await asked(reader)
    assert "Nobody of this name" in await owner.say("/hide Nemo Nihil")
    log = await owner.say("/audit")
    assert "you · hid a person · oksana-shevchuk" in log


async def test_a_broadcast_on_its_way_is_stopped_and_a_draft_discarded(slow: House) -> None:
    owner = slow.person(2)
    await drafted(owner, TEXT)
    await owner.press("Send now")
    await owner.press(f"Send to {READERS} readers")
    slow.sandbox.world.say(owner.id, f"/alert Another: {TEXT}")
    await owner.sees("Another")
    slow.sandbox.world.say(owner.id, f"/hide {ID}")
    said = (await owner.sees("Hidden: "))["text"]
    assert "1 broadcast was stopped." in said
    assert "1 draft was discarded." in said
    assert states(slow) == ["cancelled"]
    readers = [Person(slow.sandbox, id_) for id_ in slow.sandbox.world.people]
    assert sum(times(reader, TEXT) for reader in readers if reader.id > owner.id) < READERS


async def test_a_draft_that_is_approved_while_the_desk_is_swept_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = await open_storage(
        url=None, data=tmp_path, key_file=tmp_path / "key", bot_id=int(TOKEN.partition(":")[0])
    )
    services = services_of(storage, Telegram())
    id_ = await storage.broadcasts.draft(42, json.dumps({"text": TEXT}), Audience(), 0)
    seen = await storage.broadcasts.open()
    assert await storage.broadcasts.approve(id_, 0, 0)

    async def a_moment_ago() -> object:
        return seen

    monkeypatch.setattr(storage.broadcasts, "open", a_moment_ago)
    assert await sweep(services, names_of(services.shelf.whole, {ID})) == (1, 0)
    after = await storage.broadcasts.get(id_)
    await storage.close()
    assert after is not None
    assert after.state is BroadcastState.CANCELLED


async def test_the_text_behind_read_is_gone_too(house: House, owner: Person) -> None:
    (reader,) = await subscribed(house, 1)
    await reader.press("Hide message text")
    await drafted(owner, TEXT)
    await owner.press("Send now")
    await owner.press("Send to 1 reader")
    await reader.sees("New message")
    await owner.say(f"/hide {ID}")
    said = await reader.press("Read")
    assert said["text"] == "This message is no longer kept."
    assert times(reader, TEXT) == 0


async def test_only_an_owner_may(house: House, owner: Person, reader: Person) -> None:
    for command in (f"/hide {ID}", f"/unhide {ID}", "/hide"):
        assert "No such command" in await reader.say(command)
    await owner.say(f"/hide {NAME}")
    _, data = owner.button(f"Hide {NAME}")
    forged = data[:-1] + ("a" if data[-1] != "a" else "b")
    for person, said in ((reader, data), (reader, f"1en.hP.{ID}"), (owner, forged), (owner, f"1en.hP.{ID}")):
        await person.press_data(person.last["message_id"], said)
    assert NAME in await asked(reader)
    with sqlite3.connect(house.data / "dauys.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM hidden_person").fetchone() == (0,)


async def drafted(owner: Person, text: str) -> None:
    await owner.say("/start")
    owner.sandbox.world.say(owner.id, f"/alert {text}")
    await owner.sees("Above is exactly what readers will get.")


async def test_a_text_that_names_somebody_hidden_cannot_go_out(house: House, owner: Person) -> None:
    await subscribed(house, 1)
    await owner.say(f"/hide {ID}")
    await drafted(owner, TEXT)
    await owner.press("Send now")
    assert "· Шевчук: HIDDEN by an owner" in owner.text
    assert owner.labels() == ["Edit", "Back"]
    await owner.say(f"/unhide {ID}")
    await owner.press("Back")
    await owner.press("Send now")
    owner.button("Send to 1 reader")
