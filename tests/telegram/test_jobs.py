"""Correction and recall by the real bot: edited, answered and deleted in the chats, also after a restart."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator

from bot.wire.bodies import encode
from storage.open import Storage, open_storage
from storage.records import BroadcastState, Cause, DeliveryState, Kind
from tests.telegram.house import TOKEN, House, Person, until
from tests.telegram.test_alert import drafted, subscribed, times


@contextlib.asynccontextmanager
async def at_rest(house: House) -> AsyncIterator[Storage]:
    """The bot's database while it is stopped; it runs again afterwards."""
    await house.stop()
    data = house.data
    storage = await open_storage(
        url=house.database or None, data=data, key_file=data / "master.key", bot_id=int(TOKEN.partition(":")[0])
    )
    try:
        yield storage
    finally:
        await storage.close()
    await house.start()


def recalls_done(house: House) -> int:
    wanted = f"kind = '{Kind.RECALL}' AND state = '{BroadcastState.DONE}'"
    return int(house.rows(f"SELECT count(*) FROM broadcast WHERE {wanted}")[0][0])  # noqa: S608 - constants alone


def payload(text: str) -> str:
    return encode({"en": {"text": text}}, {"en": {"text": "New message"}})


async def test_corrected_everywhere_and_answered_then_recalled(house: House, owner: Person) -> None:
    readers = await subscribed(house, 0, 1)
    await drafted(owner)
    await owner.press("Send now")
    await owner.press("Send to 2 readers")
    await owner.sees("2 of 2 delivered.")
    async with at_rest(house) as storage:
        correct = await storage.jobs.correct(1, owner.id, payload("Court on Tuesday."), payload("Correction."), 0.0)
        assert correct is not None
        assert await storage.broadcasts.approve(correct, 0.0, 0.0)
    for reader in readers:
        notice = await reader.sees("Correction.")
        assert (times(reader, "Court on Monday."), times(reader, "Court on Tuesday.")) == (0, 1)
        assert notice["reply_to_message"]["text"] == "Court on Tuesday."
    kept = [len(reader.seen()) - 2 for reader in readers]
    house.sandbox.world.remove(*_message(readers[0], "Correction."))
    async with at_rest(house) as storage:
        recall = await storage.jobs.recall(1, owner.id, time.time())
        assert recall is not None
        assert await storage.broadcasts.approve(recall, 0.0, 0.0)
    await until(lambda: recalls_done(house) == 2)
    assert [len(reader.seen()) for reader in readers] == kept
    async with at_rest(house) as storage:
        jobs = [job for job in await storage.broadcasts.recent(10) if job.kind is Kind.RECALL]
        assert sum(job.counts.get(DeliveryState.SENT, 0) for job in jobs) == 3
        assert sum(job.causes.get(Cause.MISSING, 0) for job in jobs) == 1


def _message(reader: Person, text: str) -> tuple[int, int]:
    found = next(message for message in reader.seen() if message["text"] == text)
    return reader.id, found["message_id"]
