"""Jobs about a broadcast that went out: whom each reaches, when it may begin, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from storage.open import Storage
from storage.records import (
    Audience,
    Broadcast,
    BroadcastState,
    Cause,
    Delivery,
    DeliveryState,
    Kind,
    ReaderStatus,
    Result,
)
from tests.storage.test_ledger import NOW, prepared, sums

DAY = 24 * 3600.0


@dataclass
class House:
    storage: Storage
    chats: dict[int, list[int]] = field(default_factory=dict)

    async def run(self, id_: int, unlike: dict[int, Result] | None = None) -> list[Delivery]:
        """Fans out and lands every row: sent, save where `unlike` says by chat what became of it."""
        deliveries = self.storage.deliveries
        assert await deliveries.set_state(id_, BroadcastState.RUNNING, NOW)
        while await deliveries.fan_out(id_, 3):
            pass
        seen: list[Delivery] = []
        while taken := await deliveries.tick([], id_, 2, NOW):
            seen += taken
            await deliveries.tick([self._result(id_, one, unlike or {}) for one in taken], None, 0, NOW)
        assert await deliveries.set_state(id_, BroadcastState.DONE, NOW)
        await sums(self.storage, id_)
        return seen

    @staticmethod
    def _result(id_: int, one: Delivery, unlike: dict[int, Result]) -> Result:
        given = unlike.get(one.chat_id)
        if given is None:
            return Result(id_, one.subscriber, DeliveryState.SENT, message_id=one.chat_id * 10 + id_)
        return Result(id_, one.subscriber, given.state, given.cause)

    async def told(self, id_: int) -> Broadcast:
        found = await self.storage.broadcasts.get(id_)
        assert found is not None
        return found

    async def approve(self, id_: int | None) -> int:
        assert id_ is not None
        assert await self.storage.broadcasts.approve(id_, NOW, NOW)
        return id_


FAILED = {
    1001: Result(0, 0, DeliveryState.PARKED, Cause.UNCERTAIN),
    1002: Result(0, 0, DeliveryState.GONE, Cause.BLOCKED),
    1003: Result(0, 0, DeliveryState.GONE, Cause.UNREACHABLE),
    1004: Result(0, 0, DeliveryState.PARKED, Cause.OTHER),
}


@pytest.fixture
async def house(storage: Storage) -> House:
    """Broadcast 1 went out to ten readers; four did not get it."""
    made = House(storage)
    id_ = await prepared(storage, 10)
    seen: list[Delivery] = []
    while taken := await storage.deliveries.tick([], id_, 2, NOW):
        seen += taken
        await storage.deliveries.tick([made._result(id_, one, FAILED) for one in taken], None, 0, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.DONE, NOW)
    return made


async def test_a_retry_reaches_only_whom_it_did_not_reach_and_can_still_be_written_to(house: House) -> None:
    jobs = house.storage.jobs
    assert await jobs.failed(1) == 3, "who blocked the bot is not tried again"
    retry = await house.approve(await jobs.retry(1, 42, NOW))
    assert sorted(one.chat_id for one in await house.run(retry)) == [1001, 1003, 1004]
    told = await house.told(retry)
    assert told.payload == "payload"
    assert (told.kind, told.of, told.total, told.possible_duplicates) == (Kind.RETRY, 1, 3, 1)
    assert told.causes == {}
    assert await jobs.failed(1) == 0
    assert await jobs.reached(1) == 9


async def test_a_recall_deletes_each_message_by_its_number_also_those_of_a_retry(house: House) -> None:
    retry = await house.approve(await house.storage.jobs.retry(1, 42, NOW))
    await house.run(retry)
    await house.storage.subscribers.set_paused(1005, True)
    await house.storage.subscribers.erase(1006)
    recall = await house.approve(await house.storage.jobs.recall(1, 42, NOW))
    deleted = {one.chat_id: one.message_id for one in await house.run(recall)}
    expected = {chat: chat * 10 + 1 for chat in (1000, 1005, 1007, 1008, 1009)}
    assert deleted == expected | {chat: chat * 10 + retry for chat in (1001, 1003, 1004)}
    assert await house.storage.jobs.payload(1) is None


async def test_a_notice_waits_for_its_correction_and_is_recalled_with_the_message(house: House) -> None:
    storage = house.storage
    correct = await house.approve(await storage.jobs.correct(1, 42, "corrected", "notice", NOW))
    assert [job.id for job in await storage.deliveries.active()] == [correct]
    assert await storage.jobs.payload(1) == "payload"
    edited = await house.run(correct)
    retry = await storage.jobs.retry(1, 42, NOW)
    assert retry is not None
    assert (await house.told(retry)).payload == "corrected", "nobody gets the wrong text after its correction"
    assert {one.message_id for one in edited} == {one.chat_id * 10 + 1 for one in edited}
    assert await storage.jobs.payload(1) == "corrected"
    (notice,) = await storage.deliveries.active()
    assert (notice.kind, notice.payload, notice.after) == (Kind.NOTICE, "notice", correct)
    assert len(await house.run(notice.id)) == 6
    recall = await house.approve(await storage.jobs.recall(1, 42, NOW))
    await house.run(recall)
    (second,) = await storage.deliveries.active()
    assert {one.message_id for one in await house.run(second.id)} == {one.chat_id * 10 + notice.id for one in edited}


async def test_jobs_are_drafts_taken_back_and_cancelled_together(house: House) -> None:
    storage = house.storage
    correct = await house.approve(await storage.jobs.correct(1, 42, "corrected", "notice", NOW))
    assert await storage.broadcasts.withdraw(correct)
    assert {job.state for job in await storage.jobs.about(1)} == {BroadcastState.DRAFT}
    assert await storage.broadcasts.drafts_of(42) == []
    assert await storage.broadcasts.discard(correct)
    assert await storage.jobs.about(1) == []
    again = await house.approve(await storage.jobs.correct(1, 42, "corrected", "notice", NOW))
    assert await storage.deliveries.set_state(again, BroadcastState.CANCELLED, NOW)
    assert {job.state for job in await storage.jobs.about(1)} == {BroadcastState.CANCELLED}


async def test_what_is_repeatable_is_no_possible_duplicate(house: House) -> None:
    deliveries = house.storage.deliveries
    recall = await house.approve(await house.storage.jobs.recall(1, 42, NOW))
    assert await deliveries.set_state(recall, BroadcastState.RUNNING, NOW)
    while await deliveries.fan_out(recall, 100):
        pass
    (first, *_) = await deliveries.tick([], recall, 3, NOW)
    lost = Result(recall, first.subscriber, DeliveryState.UNKNOWN, Cause.UNCERTAIN)
    await deliveries.tick([lost], None, 0, NOW)
    assert await deliveries.recover() == 2
    assert (await house.told(recall)).possible_duplicates == 0
    taken = await deliveries.tick([], recall, 100, NOW)
    assert all(one.message_id == one.chat_id * 10 + 1 for one in taken)


async def test_no_job_about_what_has_not_ended_or_is_purged(house: House) -> None:
    storage = house.storage
    id_ = await storage.broadcasts.draft(42, "payload", (await house.told(1)).audience, NOW)
    await house.approve(id_)
    assert await storage.jobs.recall(id_, 42, NOW) is None
    assert await storage.jobs.retry(id_, 42, NOW) is None
    recall = await house.approve(await storage.jobs.recall(1, 42, NOW))
    await storage.purge(NOW + 3 * DAY)
    assert await storage.jobs.reached(1) == 6, "a job that is under way still needs them"
    await house.run(recall)
    await storage.purge(NOW + 3 * DAY)
    assert await storage.jobs.correct(1, 42, "corrected", "", NOW) is None
    told = await house.told(1)
    assert (sum(told.counts.values()), told.causes[Cause.OTHER]) == (10, 1), "counts stay"


async def test_a_job_waits_until_nothing_of_the_message_is_on_its_way(storage: Storage) -> None:
    id_ = await prepared(storage, 4)
    (first, second) = await storage.deliveries.tick([], id_, 2, NOW)
    await storage.deliveries.tick([Result(id_, first.subscriber, DeliveryState.SENT, message_id=1)], None, 0, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.CANCELLED, NOW)
    recall = await storage.jobs.recall(id_, 42, NOW)
    assert recall is not None
    assert await storage.broadcasts.approve(recall, NOW, NOW)
    assert list(await storage.deliveries.active()) == []
    await storage.deliveries.tick([Result(id_, second.subscriber, DeliveryState.SENT, message_id=2)], None, 0, NOW)
    assert [job.id for job in await storage.deliveries.active()] == [recall]


async def test_a_crash_leaves_no_row_of_a_cancelled_broadcast_open(storage: Storage) -> None:
    id_ = await prepared(storage, 4)
    await storage.deliveries.tick([], id_, 3, NOW)
    await storage.deliveries.set_state(id_, BroadcastState.CANCELLED, NOW)
    await storage.deliveries.recover()
    assert await sums(storage, id_) == {DeliveryState.CANCELLED: 4}
    found = await storage.broadcasts.get(id_)
    assert found is not None
    assert found.causes == {Cause.UNCERTAIN: 3}


async def test_a_halt_outlives_a_restart(storage: Storage) -> None:
    assert await storage.deliveries.halted() is None
    await storage.deliveries.halt("why")
    assert await storage.deliveries.halted() == "why"
    await storage.deliveries.halt(None)
    assert await storage.deliveries.halted() is None


async def test_a_file_is_kept_until_no_broadcast_names_it(storage: Storage) -> None:
    digest = await storage.media.add("photo", "a.png", b"bytes", NOW)
    assert await storage.media.add("photo", "b.png", b"bytes", NOW) == digest
    await storage.media.uploaded(digest, "file-id")
    kept = await storage.media.get(digest)
    assert kept is not None
    assert (kept.data, kept.file_id) == (b"bytes", "file-id")
    draft = await storage.broadcasts.draft(42, f'{{"digest": "{digest}"}}', Audience(), NOW)
    await storage.purge(NOW + 3 * DAY)
    assert await storage.media.get(digest) is not None
    await storage.broadcasts.discard(draft)
    await storage.purge(NOW + 3 * DAY)
    assert await storage.media.get(digest) is None


async def test_a_recall_waits_for_a_notice_and_a_retry_that_are_under_way(house: House) -> None:
    storage = house.storage
    correct = await house.approve(await storage.jobs.correct(1, 42, "corrected", "notice", NOW))
    await house.run(correct)
    (notice,) = await storage.deliveries.active()
    retry = await house.approve(await storage.jobs.retry(1, 42, NOW))
    recall = await house.approve(await storage.jobs.recall(1, 42, NOW))
    assert [job.id for job in await storage.deliveries.active()] == [notice.id, retry]
    await house.run(retry)
    assert [job.id for job in await storage.deliveries.active()] == [recall, notice.id]
    assert len(await house.run(notice.id)) == 9, "whom the retry reached is written to again"
    assert [job.id for job in await storage.deliveries.active()] == [recall]
    assert len(await house.run(recall)) == 9
    (second,) = await storage.deliveries.active()
    assert (second.kind, second.of) == (Kind.RECALL, notice.id)
    assert len(await house.run(second.id)) == 9


async def test_from_whom_it_was_deleted_it_is_neither_corrected_nor_answered_nor_sent_again(house: House) -> None:
    storage = house.storage
    correct = await storage.jobs.correct(1, 42, "corrected", "notice", NOW)
    unlike = {
        1007: Result(0, 0, DeliveryState.GONE, Cause.MISSING),
        1008: Result(0, 0, DeliveryState.PARKED, Cause.OTHER),
    }
    recall = await storage.jobs.recall(1, 42, NOW, start_at=NOW)
    assert recall is not None
    assert await storage.jobs.recall(1, 42, NOW, start_at=NOW) is None, "two taps are one recall"
    await house.run(recall, unlike)
    reach = await storage.jobs.reach(1)
    assert (reach.reached, reach.recalled) == (1, True)
    assert correct is not None
    assert not await storage.broadcasts.approve(correct, NOW, NOW)
    assert await storage.jobs.correct(1, 42, "corrected", "notice", NOW) is None
    assert await storage.jobs.retry(1, 42, NOW) is None
    again = await storage.jobs.recall(1, 42, NOW, start_at=NOW)
    assert again is not None
    assert [one.chat_id for one in await house.run(again)] == [1008]


async def test_a_second_correction_takes_the_first_ones_notices_away_and_has_the_last_word(house: House) -> None:
    storage = house.storage
    late = await storage.jobs.correct(1, 42, "written first, approved last", "notice", NOW)
    first = await house.approve(await storage.jobs.correct(1, 42, "corrected", "notice", NOW))
    assert late is not None
    assert not await storage.broadcasts.approve(late, NOW, NOW), "it was written against what readers had before"
    await house.run(first)
    (notice,) = await storage.deliveries.active()
    answered = await house.run(notice.id)
    second = await house.approve(await storage.jobs.correct(1, 42, "corrected twice", "another", NOW))
    assert await storage.broadcasts.withdraw(second)
    await house.approve(second)
    assert [job.kind for job in await storage.broadcasts.set_of(second)] == [Kind.CORRECT, Kind.NOTICE, Kind.RECALL]
    await house.run(second)
    assert await storage.jobs.payload(1) == "corrected twice"
    assert await storage.jobs.basis(1) == second
    (newer, deletion) = await storage.deliveries.active()
    assert (newer.kind, deletion.kind, deletion.of) == (Kind.NOTICE, Kind.RECALL, notice.id)
    deleted = await house.run(deletion.id)
    assert {one.message_id for one in deleted} == {one.chat_id * 10 + notice.id for one in answered}


async def test_a_correction_waits_for_an_earlier_one_and_for_a_retry_of_the_old_words(house: House) -> None:
    storage = house.storage
    first = await house.approve(await storage.jobs.correct(1, 42, "corrected", None, NOW))
    second = await house.approve(await storage.jobs.correct(1, 42, "corrected twice", None, NOW))
    assert [job.id for job in await storage.deliveries.active()] == [first]
    await house.run(first)
    retry = await storage.jobs.retry(1, 42, NOW, start_at=NOW)
    assert retry is not None
    assert await storage.jobs.retry(1, 42, NOW, start_at=NOW) is None, "two taps are one retry"
    assert [job.id for job in await storage.deliveries.active()] == [retry]
    await house.run(retry)
    assert [job.id for job in await storage.deliveries.active()] == [second]
    assert len(await house.run(second)) == 9


async def test_what_can_still_be_done_about_it(house: House) -> None:
    jobs = house.storage.jobs
    reach = await jobs.reach(1)
    assert (reach.reached, reach.failed, reach.uncertain, reach.jobs) == (6, 3, 1, ())
    await house.storage.subscribers.set_language(1005, "kk")
    assert await jobs.languages(1) == {"en": 5, "kk": 1}
    retry = await house.approve(await jobs.retry(1, 42, NOW))
    await house.run(retry)
    assert [job.id for job in (await jobs.reach(1)).jobs] == [retry]
    await jobs.moved(1, house.storage.subscribers.is_(1005), 10051, 77)
    recall = await house.approve(await jobs.recall(1, 42, NOW))
    assert {one.message_id for one in await house.run(recall) if one.chat_id == 1005} == {77}
    await house.storage.purge(NOW + 3 * DAY)
    assert (await jobs.reach(1)).reached == 0


async def test_the_outlook_says_whether_there_is_anybody_without_counting(house: House) -> None:
    jobs = house.storage.jobs

    async def some() -> tuple[bool, bool]:
        outlook, reach = await jobs.outlook(1), await jobs.reach(1)
        assert (outlook.reached, outlook.failed) == (reach.reached > 0, reach.failed > 0)
        assert outlook.jobs == reach.jobs
        return outlook.reached, outlook.failed

    assert await some() == (True, True)
    await house.run(await house.approve(await jobs.retry(1, 42, NOW)))
    assert await some() == (True, False)
    late = {1005: Result(0, 0, DeliveryState.PARKED, Cause.TOO_LATE)}
    await house.run(await house.approve(await jobs.recall(1, 42, NOW)), late)
    assert await some() == (True, False)
    missing = {1005: Result(0, 0, DeliveryState.GONE, Cause.MISSING)}
    await house.run(await house.approve(await jobs.recall(1, 42, NOW)), missing)
    assert await some() == (False, False)
    await house.storage.purge(NOW + 3 * DAY)
    assert await some() == (False, False)


async def test_readers_by_language_are_counted_anew_when_something_moved_or_after_a_minute(house: House) -> None:
    jobs = house.storage.jobs
    assert await jobs.languages(1, NOW) == {"en": 6}
    await house.storage.subscribers.set_language(1005, "kk")
    assert await jobs.languages(1, NOW + 59) == {"en": 6}
    assert await jobs.languages(1, NOW + 61) == {"en": 5, "kk": 1}
    await house.run(await house.approve(await jobs.retry(1, 42, NOW)))
    assert await jobs.languages(1, NOW + 62) == {"en": 8, "kk": 1}


async def test_after_a_cancel_the_rest_is_whom_a_retry_reaches(storage: Storage) -> None:
    house, id_ = House(storage), await prepared(storage, 10)
    taken = await storage.deliveries.tick([], id_, 3, NOW)
    sent, unknown, flying = taken
    results = [
        Result(id_, sent.subscriber, DeliveryState.SENT, message_id=7),
        Result(id_, unknown.subscriber, DeliveryState.UNKNOWN, Cause.UNCERTAIN),
    ]
    await storage.deliveries.tick(results, None, 0, NOW)
    paused = next(chat for chat in range(1000, 1010) if chat not in {one.chat_id for one in taken})
    await storage.subscribers.set_paused(paused, True)
    assert await storage.deliveries.set_state(id_, BroadcastState.CANCELLED, NOW)
    reach = await storage.jobs.reach(id_)
    rest = 10 - 3 + 1 - 1
    assert (reach.reached, reach.failed, reach.uncertain) == (1, rest, 1)
    await storage.deliveries.tick([Result(id_, flying.subscriber, DeliveryState.SENT, message_id=8)], None, 0, NOW)
    retry = await house.approve(await storage.jobs.retry(id_, 42, NOW))
    again = {one.chat_id for one in await house.run(retry)}
    assert len(again) == rest
    assert again & {sent.chat_id, flying.chat_id, paused} == set()
    assert (await house.told(retry)).possible_duplicates == 1
    assert await storage.jobs.failed(id_) == 0


async def test_a_recall_comes_before_whatever_else_goes_out(house: House) -> None:
    other = await house.storage.broadcasts.draft(42, "payload", Audience(), NOW)
    await house.approve(other)
    recall = await house.storage.jobs.recall(1, 42, NOW, start_at=NOW)
    assert [job.id for job in await house.storage.deliveries.active()] == [recall, other]


async def test_whom_a_retry_reaches_is_unreachable_no_more(house: House) -> None:
    subscribers = house.storage.subscribers
    status = {1003: ReaderStatus.UNREACHABLE, 1002: ReaderStatus.BLOCKED}
    for chat, expected in status.items():
        found = await subscribers.get(chat)
        assert found is not None
        assert found.status is expected
    await house.run(await house.approve(await house.storage.jobs.retry(1, 42, NOW)))
    back, blocked = await subscribers.get(1003), await subscribers.get(1002)
    assert back is not None
    assert blocked is not None
    assert (back.status, blocked.status) == (ReaderStatus.ACTIVE, ReaderStatus.BLOCKED)
