"""Hostile updates through the real intake: nothing breaks, nothing changes, an honest reader is answered."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.wire.intake import Intake
from bot.wire.journal import Journal
from bot.wire.poller import Poller
from storage.open import open_storage
from storage.records import Topic
from tests.fakes.written import written
from tests.safety.hostile import CORPUS, FORGED, filled, lines, read
from tests.safety.hostile.samples import DATE, MESSAGE, PERSON, SAMPLES, message
from tests.telegram.documented import StrictSandbox
from tests.telegram.house import TOKEN, House, until
from tests.unit.wire.test_intake import Telegram, run_until_idle

FIRST = 6_660_000_001
"""The first of those whom the updates name; each is subscribed."""
CASES = read()
BATCH = 60
BY_ITSELF = ("tidy",)
"""What the bot notes for itself whatever comes."""
Json = dict[str, Any]


def dump(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, whole."""
    with contextlib.closing(sqlite3.connect(folder / "dauys.sqlite3")) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        whole = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608 - names of our own tables
    whole["meta"] = [row for row in whole["meta"] if row[0] not in BY_ITSELF]
    return {name: sorted(found, key=repr) for name, found in whole.items()}


@contextlib.asynccontextmanager
async def besieged(folder: Path, people: int) -> AsyncIterator[House]:
    """A bot with so many subscribers, and Telegram's people for them."""
    sandbox = StrictSandbox(TOKEN)
    await sandbox.start()
    house = House(sandbox, folder / "data", {"rate": 1000.0, "inline": True})
    storage = await open_storage(
        url=None, data=house.data, key_file=house.data / "master.key", bot_id=sandbox.world.bot_id
    )
    for number in range(people):
        while FIRST + number not in sandbox.world.people:
            sandbox.world.people[FIRST + number] = type(sandbox.world.people[house.person(1).id])(
                FIRST + number, "X", "en", started=True
            )
        await storage.subscribers.subscribe(FIRST + number, "en", frozenset(Topic))
    await storage.close()
    try:
        await house.start()
        await until(lambda: ("publications-begun", "1") in dump(house.data)["meta"])
        yield house
        await house.stop()
        assert sandbox.strange == set(), "only what the Bot API documents may be called"
    finally:
        await sandbox.stop()


async def answered(house: House) -> None:
    """The bot still answers an honest reader."""
    assert "Oksana Shevchuk" in await house.person(1).say("Oksana Shevchuk")


@pytest.fixture
def words() -> Iterator[io.StringIO]:
    with written() as stream:
        yield stream


async def test_the_corpus_breaks_nothing_and_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: io.StringIO,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    async with besieged(tmp_path, len(CASES)) as house:
        await answered(house)
        before, world = dump(house.data), house.sandbox.world
        for start in range(0, len(CASES), BATCH):
            for number, (_, update) in enumerate(CASES[start : start + BATCH], start):
                world._update_for(filled(update, FIRST + number))
            await patiently(house)
        assert changed(before, dump(house.data)) == {}
        await asyncio.sleep(1)
        await answered(house)
        spoken = len(readers_answered(house))
        assert spoken > 100, "most of them are read, and answered"
    assert broken(words) == []
    record_property("told", f"{len(CASES)} updates of the corpus, {spoken} answered, no failure, no row changed")
    assert "Traceback" not in words.getvalue()


def broken(words: io.StringIO) -> list[str]:
    """Handlers that failed, save where Telegram knew no such chat."""
    return [line for line in words.getvalue().splitlines() if "failed" in line and "BadRequest at" not in line]


async def patiently(house: House) -> None:
    async with asyncio.timeout(60):
        while house.sandbox.world.updates:
            await asyncio.sleep(0.01)


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Table -> rows that are new, and rows that are gone."""
    return {
        name: (
            [row for row in after[name] if row not in before[name]],
            [row for row in before[name] if row not in after[name]],
        )
        for name in after
        if after[name] != before[name]
    }


def readers_answered(house: House) -> set[int]:
    return {chat for chat, messages in house.sandbox.world.chats.items() if chat >= FIRST and messages}


def test_it_is_what_its_generator_makes() -> None:
    assert CORPUS.read_text("ascii") == lines(), "python -m tests.safety.hostile writes it anew"


def test_it_covers_every_kind_and_there_are_enough() -> None:
    assert len(CASES) >= 200
    kinds = Counter(kind for _, update in CASES for kind in update)
    known = {str(getattr(kind, "value", kind)) for kind in Update.ALL_TYPES}
    assert known == set(SAMPLES)
    assert all(kinds[kind] >= 5 for kind in known)
    assert sum("64 bytes" in name for name, _ in CASES) == FORGED


@pytest.mark.parametrize("kind", SAMPLES)
def test_its_samples_are_updates_that_the_library_can_read(kind: str) -> None:
    update = Update.de_json({"update_id": 1, kind: filled(SAMPLES[kind], FIRST)}, None)
    assert getattr(update, kind) is not None


async def test_the_comparison_sees_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with besieged(tmp_path, 3) as house:
        before = dump(house.data)
        house.sandbox.world._update_for({"message": filled(message("/stop"), FIRST)})
        await patiently(house)
        assert set(changed(before, dump(house.data))) == {"subscriber", "subscription"}
        kicked = SAMPLES["my_chat_member"] | {"new_chat_member": {"status": "kicked", "user": PERSON, "until_date": 0}}
        house.sandbox.world._update_for({"my_chat_member": filled(kicked, FIRST + 1)})
        await patiently(house)
        assert len(dump(house.data)["subscriber"]) == 2


async def test_one_that_kills_its_handler_is_dropped_after_two_tries_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: io.StringIO
) -> None:
    monkeypatch.chdir(tmp_path)

    def breaks(*_: object) -> None:
        raise ValueError("Zzyqmarkova")

    async with besieged(tmp_path, 2) as house:
        with monkeypatch.context() as patch:
            patch.setattr("bot.views.answers.draw", breaks)
            house.sandbox.world._update_for({"message": filled(message("Zzyqmarkova"), FIRST)})
            number = house.sandbox.world.updates[-1]["update_id"]
            await patiently(house)
        await answered(house)
    dropped = [line.partition(" ")[2] for line in words.getvalue().splitlines() if "dropped" in line]
    assert dropped == [f'level=error event="update dropped: its handler failed twice" update={number} kind=message']
    assert "Zzyqmarkova" not in words.getvalue()


async def test_duplicates_reordered_and_very_old_updates_are_handled_once_each(tmp_path: Path) -> None:
    seen: list[int] = []

    async def handle(update: Json) -> None:
        await asyncio.sleep(0)
        seen.append(update["update_id"])

    some = [{"update_id": 9 - n, "message": filled(message("x", date=DATE - n * 10**8), FIRST + n)} for n in range(5)]
    telegram = Telegram([], [*some, *some, *reversed(some)], some, some[::2])
    journal = Journal(tmp_path)
    await run_until_idle(telegram, Poller(telegram, Intake(handle, journal)))
    journal.close()
    assert sorted(seen) == [5, 6, 7, 8, 9]


NUMBERLESS: list[Any] = [
    {}, [], None, 7, "x", {"update_id": "7"}, {"update_id": None}, {"update_id": True}, {"update_id": -1},
    {"update_id": 0}, {"update_id": 7.5}, {"update_id": 2**63}, {"update_id": [7]}, {"message": MESSAGE},
]  # fmt: skip


async def test_what_has_no_number_is_dropped_and_the_rest_goes_on() -> None:
    seen: list[int] = []

    async def handle(update: Json) -> None:
        seen.append(update["update_id"])

    good = {"update_id": 9, "message": {"chat": {"id": 1}}}
    telegram, intake = Telegram([], [*NUMBERLESS, good, *NUMBERLESS]), Intake(handle)
    await run_until_idle(telegram, Poller(telegram, intake))
    assert seen == [9]
    assert intake.counts["unreadable"] == 2 * len(NUMBERLESS)


# what nobody thought of

_SURROGATES = st.text(st.characters(), max_size=20)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | _SURROGATES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_SURROGATES, inner, max_size=4),
    max_leaves=12,
)
FIELDS = sorted(
    {field for sample in SAMPLES.values() for field in sample} | {"caption", "entities", "reply_to_message"}
)


@st.composite
def updates(draw: st.DrawFn) -> Json:
    """A sample with some fields replaced, left out or added, or anything under any kind."""
    kind = draw(st.sampled_from(sorted(SAMPLES)))
    if draw(st.integers(0, 9)) == 0:
        return {kind: draw(ANYTHING)}
    changes = draw(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3))
    left_out = draw(st.sets(st.sampled_from(sorted(SAMPLES[kind])), max_size=2))
    return {kind: {name: value for name, value in (SAMPLES[kind] | changes).items() if name not in left_out}}


LONG = settings.get_current_profile_name() == "long"


def test_no_update_breaks_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: io.StringIO,
    record_property: Callable[[str, object], None],
) -> None:
    """With `--hypothesis-profile=long` ever others, and many."""
    monkeypatch.chdir(tmp_path)
    people = itertools.count(FIRST)
    with asyncio.Runner() as runner:
        siege = besieged(tmp_path, 1)
        house = runner.run(siege.__aenter__())
        before = dump(house.data)

        @settings(
            max_examples=settings().max_examples if LONG else 30, derandomize=not LONG, database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )  # fmt: skip
        @given(st.lists(updates(), min_size=1, max_size=8))
        def tried(some: list[Json]) -> None:
            for update in some:
                person = next(people)
                house.sandbox.world.people[person] = type(house.sandbox.world.people[FIRST])(
                    person, "X", "en", started=True
                )
                house.sandbox.world._update_for(filled(update, person))
            runner.run(patiently(house))
            assert broken(words) == []

        tried()
        runner.run(answered(house))
        assert changed(before, dump(house.data)) == {}
        runner.run(siege.__aexit__(None, None, None))
    record_property("told", f"{next(people) - FIRST:,} updates of hypothesis, no failure, no row changed")
