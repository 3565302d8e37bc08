"""The engine over the real ledger and a played wire: nobody twice, nobody lost, faults stop it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.broadcast.decide import MOST_UNKNOWNS
from bot.broadcast.engine import Engine
from bot.wire.gate import Gate
from bot.wire.pace import BroadcastPace, SystemClock
from storage.open import Storage, open_storage
from storage.records import (
    Audience,
    Broadcast,
    BroadcastState,
    Cause,
    Delivery,
    DeliveryState,
    Outcome,
    Topic,
    Verb,
)

SENT = Outcome(Verb.SENT, message_id=1)
Play = Callable[[Delivery, int], Outcome]


class Wire:
    """Fits Sender: answers by chat and by how often it was asked."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.calls: Counter[int] = Counter()

    @property
    def capacity(self) -> int:
        return 64

    def alone(self, job: Broadcast) -> bool:
        return False

    def take_back(self, sent: asyncio.Future[Outcome]) -> bool:
        return False

    async def send(self, delivery: Delivery, job: Broadcast) -> Outcome:
        self.calls[delivery.chat_id] += 1
        await asyncio.sleep(0.001)
        return self.play(delivery, self.calls[delivery.chat_id])


class Quick(SystemClock):
    """A clock whose backoffs are over soon: a second lasts a hundredth."""

    def monotonic(self) -> float:
        return super().monotonic() * 100

    def time(self) -> float:
        return 1e9 + self.monotonic()


class Stage:
    def __init__(self, storage: Storage, play: Play) -> None:
        self.storage, self.wire = storage, Wire(play)
        self.engine = Engine(storage.deliveries, self.wire, BroadcastPace(Gate(500)), Quick())

    async def begin(self, readers: int = 20) -> int:
        for chat in range(1, readers + 1):
            await self.storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
        id_ = await self.storage.broadcasts.draft(1, "p", Audience(), 0)
        await self.storage.broadcasts.approve(id_, 0, 0)
        return id_

    async def until(self, id_: int, true: Callable[[Broadcast], bool]) -> Broadcast:
        async with asyncio.timeout(8):
            while True:
                found = await self.storage.broadcasts.get(id_)
                assert found is not None
                if true(found):
                    return found
                await asyncio.sleep(0.02)


async def play(tmp_path: Path, wire: Play, end: BroadcastState, readers: int = 20) -> tuple[Broadcast, Counter[int]]:
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "k", bot_id=1)
    stage = Stage(storage, wire)
    id_ = await stage.begin(readers)
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.engine.run())
        found = await stage.until(id_, lambda broadcast: broadcast.state is end)
        await stage.engine.stop()
    last = await storage.broadcasts.get(id_)
    await storage.close()
    assert last is not None
    assert sum(last.counts.values()) == last.total == readers
    assert found.state is end
    return last, stage.wire.calls


async def test_everybody_gets_it_once(tmp_path: Path) -> None:
    found, calls = await play(tmp_path, lambda d, n: SENT, BroadcastState.DONE)
    assert found.counts == {DeliveryState.SENT: 20}
    assert set(calls.values()) == {1}
    assert found.possible_duplicates == 0


async def test_each_kind_of_answer_ends_where_it_should(tmp_path: Path) -> None:
    answers: dict[int, Play] = {
        1: lambda d, n: Outcome(Verb.GONE, Cause.BLOCKED),
        2: lambda d, n: Outcome(Verb.GONE, Cause.DEACTIVATED),
        3: lambda d, n: Outcome(Verb.RETRY, Cause.NOT_SENT) if n < 3 else SENT,
        4: lambda d, n: Outcome(Verb.UNCERTAIN, Cause.UNCERTAIN) if n < 3 else SENT,
        5: lambda d, n: Outcome(Verb.UNCERTAIN, Cause.SERVER),
        6: lambda d, n: Outcome(Verb.FLOOD, Cause.FLOOD, wait=0.05) if n < 4 else SENT,
        7: lambda d, n: Outcome(Verb.RETRY, Cause.MIGRATED, migrate_to=700),
    }

    def wire(delivery: Delivery, n: int) -> Outcome:
        known = answers.get(delivery.chat_id)
        return known(delivery, n) if known is not None else SENT

    found, calls = await play(tmp_path, wire, BroadcastState.DONE)
    assert found.counts == {DeliveryState.SENT: 17, DeliveryState.GONE: 2, DeliveryState.PARKED: 1}
    assert found.causes == {Cause.BLOCKED: 1, Cause.DEACTIVATED: 1, Cause.SERVER: 1}
    assert (calls[3], calls[4], calls[5], calls[6]) == (3, 3, MOST_UNKNOWNS, 4)
    assert (calls[7], calls[700]) == (1, 1)
    assert found.possible_duplicates == 4


async def test_a_refused_content_pauses_with_the_recipients_pending(tmp_path: Path) -> None:
    fault = Outcome(Verb.FAULT, Cause.CONTENT, detail="400 Bad Request: message is too long")
    found, calls = await play(tmp_path, lambda d, n: fault, BroadcastState.PAUSED, readers=200)
    assert found.counts == {DeliveryState.QUEUED: 200}
    assert "too long" in found.note
    assert sum(calls.values()) < 120


async def test_a_refused_bot_halts_with_the_recipients_pending(tmp_path: Path) -> None:
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "k", bot_id=1)
    stage = Stage(storage, lambda d, n: Outcome(Verb.HALT, Cause.HALT, detail="401 Unauthorized"))
    id_ = await stage.begin(100)
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.engine.run())
        await asyncio.sleep(0.5)
        seen = sum(stage.wire.calls.values())
        await asyncio.sleep(0.3)
        assert sum(stage.wire.calls.values()) == seen
        stage.wire.play = lambda d, n: SENT
        await stage.engine.pause(id_)
        await stage.engine.resume(id_)
        await stage.until(id_, lambda broadcast: broadcast.state is BroadcastState.DONE)
        await stage.engine.stop()
    found = await storage.broadcasts.get(id_)
    await storage.close()
    assert found is not None
    assert found.counts == {DeliveryState.SENT: 100}


async def test_a_storage_that_fails_for_a_while_loses_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "k", bot_id=1)
    stage = Stage(storage, lambda d, n: SENT)
    id_ = await stage.begin(30)
    tick, failures = storage.deliveries.tick, iter([True, False, True, True, False, True])

    async def flaky(*args: object) -> object:
        if next(failures, False):
            raise OSError("disk full")
        return await tick(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(storage.deliveries, "tick", flaky)
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.engine.run())
        await stage.until(id_, lambda broadcast: broadcast.state is BroadcastState.DONE)
        await stage.engine.stop()
    await storage.close()
    assert stage.wire.calls == Counter(dict.fromkeys(range(1, 31), 1))


async def test_a_stop_awaits_what_is_on_its_way(tmp_path: Path) -> None:
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "k", bot_id=1)
    stage = Stage(storage, lambda d, n: SENT)
    id_ = await stage.begin(400)
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.engine.run())
        await stage.until(id_, lambda broadcast: broadcast.counts.get(DeliveryState.SENT, 0) > 20)
        await stage.engine.stop()
    found = await storage.broadcasts.get(id_)
    unsure = await storage.deliveries.recover()
    await storage.close()
    assert found is not None
    assert found.counts[DeliveryState.SENT] == sum(stage.wire.calls.values())
    assert unsure == 0
