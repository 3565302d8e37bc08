"""The ledger: fixed audience, counters that always add up, nothing lost at any point of a crash."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from storage.open import Storage, open_storage
from storage.records import (
    Audience,
    BroadcastState,
    Cause,
    DeliveryState,
    ReaderStatus,
    Result,
    Topic,
)
from tests.storage.conftest import BOT

ALERTS = Audience(topics=frozenset({Topic.ALERTS}))
NOW = 1_800_000_000.0


async def prepared(storage: Storage, readers: int) -> int:
    for chat in range(1000, 1000 + readers):
        await storage.subscribers.subscribe(chat, "en", frozenset({Topic.ALERTS}))
    id_ = await storage.broadcasts.draft(42, "payload", ALERTS, NOW)
    assert await storage.broadcasts.approve(id_, NOW, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    while await storage.deliveries.fan_out(id_, 7):
        pass
    return id_


async def sums(storage: Storage, id_: int) -> dict[DeliveryState, int]:
    found = await storage.broadcasts.get(id_)
    assert found is not None
    assert sum(found.counts.values()) == found.total
    return dict(found.counts)


async def test_every_reader_is_taken_exactly_once(storage: Storage) -> None:
    id_ = await prepared(storage, 25)
    seen: list[int] = []
    results: list[Result] = []
    while taken := await storage.deliveries.tick(results, id_, 10, NOW):
        seen += [delivery.chat_id for delivery in taken]
        results = [Result(id_, d.subscriber, DeliveryState.SENT, message_id=1) for d in taken]
        await sums(storage, id_)
    assert sorted(seen) == list(range(1000, 1025))
    assert await sums(storage, id_) == {DeliveryState.SENT: 25}
    assert await storage.deliveries.next_due(id_) is None


async def test_what_was_sending_is_unknown_after_a_crash_and_counted_beforehand(storage: Storage) -> None:
    id_ = await prepared(storage, 10)
    await storage.deliveries.tick([], id_, 4, NOW)
    assert await storage.deliveries.recover() == 4
    found = await storage.broadcasts.get(id_)
    assert found is not None
    assert found.possible_duplicates == 4
    again = await storage.deliveries.tick([], id_, 100, NOW)
    assert len(again) == 10
    assert sorted(delivery.unknowns for delivery in again) == [0] * 6 + [1] * 4


async def test_who_gave_up_the_topic_or_the_case_before_their_turn_gets_nothing(storage: Storage) -> None:
    for chat in range(1000, 1004):
        await storage.subscribers.subscribe(chat, "en", frozenset(Topic))
    await storage.subscribers.follow(1003, "case", "en")
    audience = Audience(topics=frozenset({Topic.ALERTS}), cases=frozenset({"case"}))
    id_ = await storage.broadcasts.draft(42, "payload", audience, NOW)
    assert await storage.broadcasts.approve(id_, NOW, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    while await storage.deliveries.fan_out(id_, 7):
        pass
    await storage.subscribers.set_topics(1001, frozenset({Topic.UPDATES}))
    await storage.subscribers.set_topics(1003, frozenset({Topic.UPDATES}))
    taken = await storage.deliveries.tick([], id_, 10, NOW)
    assert sorted(delivery.chat_id for delivery in taken) == [1000, 1002, 1003]
    assert await sums(storage, id_) == {DeliveryState.CANCELLED: 1, DeliveryState.SENDING: 3}


async def test_who_left_before_their_turn_gets_nothing(storage: Storage) -> None:
    id_ = await prepared(storage, 4)
    await storage.subscribers.erase(1000)
    await storage.subscribers.set_paused(1001, True)
    await storage.subscribers.suspend(1002, NOW)
    taken = await storage.deliveries.tick([], id_, 10, NOW)
    assert [delivery.chat_id for delivery in taken] == [1003]
    assert await sums(storage, id_) == {DeliveryState.CANCELLED: 3, DeliveryState.SENDING: 1}
    found = await storage.broadcasts.get(id_)
    assert found is not None
    assert found.causes == {Cause.LEFT: 3}


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (Cause.BLOCKED, ReaderStatus.BLOCKED),
        (Cause.DEACTIVATED, None),
        (Cause.UNREACHABLE, ReaderStatus.UNREACHABLE),
        (Cause.OTHER, ReaderStatus.ACTIVE),
    ],
)
async def test_a_refusal_changes_the_reader(storage: Storage, cause: Cause, status: ReaderStatus | None) -> None:
    id_ = await prepared(storage, 1)
    (delivery,) = await storage.deliveries.tick([], id_, 1, NOW)
    await storage.deliveries.tick([Result(id_, delivery.subscriber, DeliveryState.GONE, cause)], None, 0, NOW)
    reader = await storage.subscribers.get(1000)
    assert (reader.status if reader else None) == status
    found = await storage.broadcasts.get(id_)
    assert found is not None
    assert found.causes == {cause: 1}
    assert sum(found.counts.values()) == found.total


async def test_a_chat_that_moved_is_followed_and_merged(storage: Storage) -> None:
    id_ = await prepared(storage, 1)
    (delivery,) = await storage.deliveries.tick([], id_, 1, NOW)
    moved = Result(id_, delivery.subscriber, DeliveryState.RETRY, Cause.MIGRATED, retry_at=NOW, migrate_to=-100777)
    (again,) = await storage.deliveries.tick([moved], id_, 1, NOW)
    assert (again.chat_id, again.attempts) == (-100777, 1)
    assert await storage.subscribers.get(1000) is None


async def test_a_result_counts_once_and_only_for_what_is_sending(storage: Storage) -> None:
    id_ = await prepared(storage, 1)
    (delivery,) = await storage.deliveries.tick([], id_, 1, NOW)
    sent = Result(id_, delivery.subscriber, DeliveryState.SENT)
    for _ in range(3):
        await storage.deliveries.tick([sent, sent], None, 0, NOW)
    assert await sums(storage, id_) == {DeliveryState.SENT: 1}


async def test_cancelling_ends_what_waits_and_lets_what_flies_land(storage: Storage) -> None:
    id_ = await prepared(storage, 5)
    first, second = await storage.deliveries.tick([], id_, 2, NOW)
    assert await storage.deliveries.set_state(id_, BroadcastState.CANCELLED, NOW)
    assert not await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    results = [
        Result(id_, first.subscriber, DeliveryState.SENT),
        Result(id_, second.subscriber, DeliveryState.QUEUED),
    ]
    await storage.deliveries.tick(results, None, 0, NOW)
    assert await sums(storage, id_) == {DeliveryState.SENT: 1, DeliveryState.CANCELLED: 4}


async def test_rows_are_dropped_48_hours_after_the_end_and_counts_stay(storage: Storage) -> None:
    id_ = await prepared(storage, 3)
    taken = await storage.deliveries.tick([], id_, 3, NOW)
    await storage.deliveries.tick([Result(id_, d.subscriber, DeliveryState.SENT) for d in taken], None, 0, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.DONE, NOW)
    await storage.purge(NOW + 48 * 3600 + 1)
    assert await sums(storage, id_) == {DeliveryState.SENT: 3}
    assert await storage.deliveries.recover() == 0


@pytest.mark.parametrize("seed", range(6))
async def test_counters_add_up_after_any_order_of_events(storage: Storage, seed: int) -> None:
    dice = random.Random(seed)
    id_ = await prepared(storage, 12)
    flying: list[int] = []
    for _ in range(40):
        match dice.randrange(6):
            case 0 | 1:
                flying += [d.subscriber for d in await storage.deliveries.tick([], id_, dice.randrange(1, 5), NOW)]
            case 2 | 3 if flying:
                who = flying.pop(dice.randrange(len(flying)))
                state = dice.choice([s for s in DeliveryState if s is not DeliveryState.SENDING])
                cause = Cause.NONE if state is DeliveryState.SENT else Cause.OTHER
                await storage.deliveries.tick([Result(id_, who, state, cause)], None, 0, NOW)
            case 4:
                await storage.subscribers.erase(dice.randrange(1000, 1012))
            case 5 if dice.random() < 0.3:
                await storage.deliveries.recover()
                flying.clear()
        await sums(storage, id_)


async def test_exactly_one_of_many_approves(storage: Storage) -> None:
    id_ = await storage.broadcasts.draft(42, "p", ALERTS, NOW)
    assert sum(await asyncio.gather(*(storage.broadcasts.approve(id_, NOW, NOW) for _ in range(20)))) == 1


async def test_what_was_paused_before_its_schedule_is_resumed_to_wait_for_it(storage: Storage) -> None:
    id_ = await storage.broadcasts.draft(42, "payload", ALERTS, NOW)
    assert await storage.broadcasts.approve(id_, NOW + 3600, NOW)
    assert await storage.deliveries.set_state(id_, BroadcastState.PAUSED, NOW + 1, "Halted in the chat.")
    assert await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW + 2)
    found = await storage.broadcasts.get(id_)
    assert found is not None
    assert (found.state, found.start_at, found.started, found.note) == (BroadcastState.APPROVED, NOW + 3600, 0, "")
    assert await storage.deliveries.set_state(id_, BroadcastState.PAUSED, NOW + 3)
    assert await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW + 3600)
    begun = await storage.broadcasts.get(id_)
    assert begun is not None
    assert (begun.state, begun.started) == (BroadcastState.RUNNING, NOW + 3600)


async def test_withdrawing_works_only_before_the_start(storage: Storage) -> None:
    id_ = await storage.broadcasts.draft(42, "p", ALERTS, NOW)
    await storage.broadcasts.approve(id_, NOW + 5, NOW)
    assert await storage.broadcasts.withdraw(id_)
    await storage.broadcasts.approve(id_, NOW, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
    assert not await storage.broadcasts.withdraw(id_)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from storage.open import open_storage
from storage.records import DeliveryState, Result
async def main():
    data = Path(sys.argv[1])
    storage = await open_storage(url=None, data=data, key_file=data / "master.key", bot_id=int(sys.argv[2]))
    results = []
    while True:
        taken = await storage.deliveries.tick(results, 1, 5, 1e12)
        for delivery in taken:
            print(delivery.chat_id, flush=True)
            sys.stdin.readline()
        results = [Result(1, d.subscriber, DeliveryState.SENT) for d in taken]
        if not taken:
            break
asyncio.run(main())
"""


async def test_killed_at_random_moments_nobody_is_lost_and_repeats_were_known(tmp_path: Path) -> None:
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "master.key", bot_id=BOT)
    await prepared(storage, 120)
    await storage.close()
    sent: list[str] = []
    dice = random.Random(3)
    kills = 0
    for _ in range(30):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path), str(BOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        alive = kills < 4
        for line in process.stdout:
            sent.append(line.strip())
            process.stdin.write("\n")  # whatever the load, it is never far ahead of who kills it
            process.stdin.flush()
            if alive and dice.random() < 0.05:
                process.kill()
                kills += 1
                sent += process.stdout.read().split()
                break
        process.wait()
        process.stdin.close()
        process.stdout.close()
        storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "master.key", bot_id=BOT)
        await storage.deliveries.recover()
        found = await storage.broadcasts.get(1)
        await storage.close()
        assert found is not None
        if found.counts == {DeliveryState.SENT: 120}:
            break
    assert found is not None
    assert kills == 4
    assert set(sent) == {str(chat) for chat in range(1000, 1120)}
    assert len(sent) - 120 <= found.possible_duplicates
