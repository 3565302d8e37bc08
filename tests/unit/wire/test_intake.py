"""Updates in: acknowledged after they were handled, in order within a chat, one bad one stops nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from bot.wire.intake import MOST, TRIES, Intake, Verdict
from bot.wire.poller import BATCH, Poller


def message(update_id: int, chat: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"message_id": update_id, "chat": {"id": chat}}}


class Telegram:
    """Answers polls from a script: lists of updates, or errors; afterwards it waits as a long poll does."""

    def __init__(self, *script: list[dict[str, Any]] | TelegramError) -> None:
        self.script = list(script)
        self.offsets: list[int] = []
        self.idle = asyncio.Event()

    async def __call__(self, offset: int, timeout: int, limit: int) -> list[dict[str, Any]]:
        self.offsets.append(offset)
        if not self.script:
            self.idle.set()
            await asyncio.sleep(timeout)
            return []
        answer = self.script.pop(0)
        if isinstance(answer, TelegramError):
            raise answer
        return answer


async def run_until_idle(telegram: Telegram, poller: Poller) -> None:
    async with asyncio.timeout(10):
        task = asyncio.ensure_future(poller.run())
        await telegram.idle.wait()
        poller.stop()
        await task


async def test_the_offset_moves_only_behind_what_was_handled() -> None:
    telegram = Telegram([], [message(7, 1), message(8, 2)])
    seen: list[tuple[int, int]] = []

    async def handle(update: dict[str, Any]) -> None:
        await asyncio.sleep(0.01)
        seen.append((update["update_id"], telegram.offsets[-1]))

    await run_until_idle(telegram, Poller(telegram, Intake(handle)))
    assert sorted(seen) == [(7, 0), (8, 0)]
    assert telegram.offsets == [0, 0, 9]


async def test_one_chat_keeps_its_order_while_others_go_on() -> None:
    telegram = Telegram([message(1, 1), message(2, 2), message(3, 1), message(4, 2)])
    order: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        await asyncio.sleep(0.05 if update["update_id"] == 1 else 0)
        order.append(update["update_id"])

    await run_until_idle(telegram, Poller(telegram, Intake(handle)))
    assert order == [2, 4, 1, 3]


async def test_an_update_that_kills_its_handler_is_dropped_after_two_tries() -> None:
    telegram = Telegram([message(1, 1), message(2, 1)])
    tried: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        tried.append(update["update_id"])
        if update["update_id"] == 1:
            raise RuntimeError("poison")

    await run_until_idle(telegram, Poller(telegram, Intake(handle)))
    assert tried == [1] * TRIES + [2]
    assert telegram.offsets[-1] == 3


async def test_a_failed_poll_is_tried_again() -> None:
    telegram = Telegram(NetworkError("down"), Conflict("other"), [message(5, 1)])
    seen: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        seen.append(update["update_id"])

    poller = Poller(telegram, Intake(handle))
    await run_until_idle(telegram, poller)
    assert seen == [5]
    assert poller.first_poll.is_set()


async def test_a_refused_token_ends_it() -> None:
    async def never(update: dict[str, Any]) -> None:
        raise AssertionError("nothing was sent")

    with pytest.raises(InvalidToken):
        await Poller(Telegram(InvalidToken("no")), Intake(never)).run()


async def test_a_stop_finishes_the_batch_in_hand_and_confirms_it() -> None:
    telegram = Telegram([message(1, 1)])
    begun, done = asyncio.Event(), asyncio.Event()

    async def handle(update: dict[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        done.set()

    poller = Poller(telegram, Intake(handle))
    task = asyncio.ensure_future(poller.run())
    await begun.wait()
    poller.stop()
    await task
    assert done.is_set()
    await poller.confirm()
    assert telegram.offsets[-1] == 2


async def test_a_full_poll_makes_the_door_strict_until_one_is_not_full() -> None:
    seen: list[int] = []

    class Door:
        def urgent(self, update: dict[str, Any]) -> bool:
            return False

        def verdict(self, update: dict[str, Any], in_hand: int) -> Verdict:
            seen.append(in_hand)
            return Verdict.DROP

    async def never(update: dict[str, Any]) -> None:
        raise AssertionError("all were dropped")

    full = [message(number, number) for number in range(1, BATCH + 1)]
    telegram = Telegram([], full, [message(BATCH + 1, 1)])
    await run_until_idle(telegram, Poller(telegram, Intake(never, None, Door())))
    assert seen[:BATCH] == [MOST] * BATCH
    assert seen[BATCH] < MOST
