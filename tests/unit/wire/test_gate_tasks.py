"""Tasks at the gate: order, cancelling, overtaking, closing, and the library's calls through the limiter."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, RetryAfter

from bot.wire.gate import LONGEST, Closed, Gate, Waiter
from bot.wire.lanes import Lane, Superseded, lane
from bot.wire.limiter import TRIES, GateLimiter, Overtaken, counted
from bot.wire.pace import BroadcastPace
from storage.records import Audience, Broadcast, BroadcastState, Kind
from tests.fakes.telegram import busiest
from tests.fakes.warp import warped

SENDS = Broadcast(1, 42, BroadcastState.RUNNING, Audience(), "p")


def now() -> float:
    return asyncio.get_running_loop().time()


async def emptied(gate: Gate) -> None:
    """The slack is used up: the next message has to wait for its turn."""
    for _ in range(3):
        await gate.turn(Lane.BROADCAST)


def test_turns_come_at_the_rate() -> None:
    async def work() -> list[float]:
        gate = Gate(30)
        return await asyncio.gather(*(gate.turn(Lane.REPLY, chat) for chat in range(300)))

    moments = warped(work())
    assert max(moments) - min(moments) == pytest.approx(9.9, abs=0.1)
    assert busiest(moments, 1.0) <= 33


def test_one_that_breaks_at_its_turn_does_not_keep_the_gate_from_the_next() -> None:
    async def work() -> tuple[list[float], int]:
        gate, went, broken = Gate(10), list[float](), list[object]()
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: broken.append(context["exception"]))
        await emptied(gate)
        gate.enter(Lane.BROADCAST, 1, lambda moment: 1 / 0)  # type: ignore[arg-type] # it breaks
        gate.enter(Lane.BROADCAST, 2, went.append)
        await asyncio.sleep(5)
        return went, len(broken)

    went, broken = warped(work())
    assert (len(went), broken) == (1, 1)


def test_a_cancelled_wait_takes_nothing() -> None:
    async def work() -> float:
        gate = Gate(10)
        await emptied(gate)
        began = now()
        waits = [asyncio.create_task(gate.turn(Lane.REPLY, chat)) for chat in range(100)]
        await asyncio.sleep(0)
        for wait in waits[:-1]:
            wait.cancel()
        await waits[-1]
        return now() - began

    assert warped(work()) <= 0.11


def test_cancelling_at_any_moment_loses_no_turn_and_no_waiter() -> None:
    """Also one that was let through and cancelled before it could run: its turn goes to the next."""
    chance = random.Random(5)

    async def work() -> tuple[int, float]:
        gate = Gate(100)
        began = now()
        tasks = [asyncio.create_task(gate.turn(Lane.BROADCAST, chat)) for chat in range(2000)]
        while not all(task.done() for task in tasks):
            chance.choice(tasks).cancel()
            await asyncio.sleep(chance.choice([0, 0, 0.004, 0.02]))
        passed = sum(not task.cancelled() for task in tasks)
        assert gate.policy.waiting(Lane.BROADCAST) == 0
        return passed, now() - began

    passed, seconds = warped(work())
    assert 200 < passed < 2000
    assert passed >= 100 * seconds * 0.97


def test_a_panels_older_state_is_told_that_it_is_overtaken() -> None:
    async def work() -> None:
        gate = Gate(1)
        await gate.turn(Lane.PANEL)
        old = asyncio.create_task(gate.turn(Lane.PANEL, 1, "panel"))
        await asyncio.sleep(0)
        new = asyncio.create_task(gate.turn(Lane.PANEL, 1, "panel"))
        with pytest.raises(Superseded):
            await old
        await new

    warped(work())


async def entered(pace: BroadcastPace, chat: int) -> float:
    """The moment at which a delivery to this chat was let through."""
    went: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    pace.enter(chat, SENDS, went.set_result)
    return await went


def test_who_enters_without_a_task_goes_later_in_order_and_whoever_leaves_takes_nothing() -> None:
    async def work() -> None:
        gate = Gate(100)
        went: list[int] = []

        def enter(chat: int) -> Waiter:
            return gate.enter(Lane.BROADCAST, chat, lambda _: went.append(chat))

        places = [enter(chat) for chat in range(40)]
        assert not went
        for place in places[5:15]:
            gate.leave(place)
        await asyncio.sleep(0)
        assert went == [0, 1, 2, 3, 4, 15, 16, 17, 18, 19]
        began = now()
        await gate.turn(Lane.BROADCAST)
        assert went == [*range(5), *range(15, 40)]
        assert now() - began == pytest.approx(21 / 100, abs=0.02)
        assert gate.policy.waiting(Lane.BROADCAST) == 0

    warped(work())


def test_a_closed_gate_has_no_room_and_tells_how_long() -> None:
    async def work() -> None:
        told: list[float] = []
        gate = Gate(30, on_close=told.append)
        pace = BroadcastPace(gate)
        assert pace.room(SENDS) > 0
        granted = await entered(pace, 1)
        pace.flood(SENDS, 5.0, granted)
        assert (pace.room(SENDS), pace.opens_in()) == (0, 5.0)
        assert told == [5.0]
        began = now()
        await entered(pace, 2)
        assert now() - began == pytest.approx(5.0, abs=0.01)
        assert gate.pace() < 30

    warped(work())


def test_only_what_goes_out_anew_takes_from_the_paid_budget() -> None:
    async def work() -> None:
        gate = Gate(10, paid_rate=1000)
        free, paid = BroadcastPace(gate), BroadcastPace(gate, paid=True)
        recall, notice = (replace(SENDS, kind=kind) for kind in (Kind.RECALL, Kind.NOTICE))
        assert paid.room(SENDS) == paid.room(notice) > 100 > free.room(SENDS) == paid.room(recall)
        notices: list[float] = []
        recalls: list[float] = []
        for chat in range(50):
            paid.enter(chat, notice, notices.append)
            paid.enter(1000 + chat, recall, recalls.append)
        await asyncio.sleep(0.1)
        assert (len(notices), len(recalls) <= 3) == (50, True)
        paid.flood(recall, 1.0, now())
        assert (gate.pace(Lane.PAID), gate.pace(Lane.BROADCAST) < 10) == (1000, True)
        await asyncio.sleep(2)
        paid.taken(now())
        paid.flood(None, 1.0, now())
        assert gate.pace(Lane.PAID) < 1000

    warped(work())


def test_a_minute_in_which_nothing_is_taken_says_nothing_about_the_pace() -> None:
    async def work() -> None:
        gate = Gate(30)
        pace = BroadcastPace(gate)
        closings, began = [], now()
        while now() - began < 60:
            granted = await entered(pace, 1)
            pace.flood(SENDS, 1.0, granted)
            closings.append(gate.opens_in())
        assert closings == [1.0, 1.0, 2.0, 4.0, 8.0, 16.0, 16.0, 16.0, 16.0]
        assert gate.pace() == 15, "of the first alone"
        pace.taken(await entered(pace, 1))
        pace.flood(SENDS, 1.0, await entered(pace, 1))
        assert (gate.opens_in(), gate.pace() < 15) == (1.0, True)

    warped(work())


def test_a_closing_from_before_the_start_holds() -> None:
    async def work() -> None:
        gate = Gate(30)
        gate.restore(20.0)
        gate.restore(10.0)
        began = now()
        await gate.turn(Lane.ADMIN)
        assert now() - began == pytest.approx(20.0, abs=0.01)

    warped(work())


def test_no_reply_waits_for_an_hour_and_broadcasts_keep_their_place() -> None:
    """A handler that waits so long would hold up the next /stop."""

    async def work() -> None:
        gate = Gate(1)
        await gate.turn(Lane.REPLY)
        went: list[float] = []
        gate.enter(Lane.BROADCAST, 1, went.append)
        waiting = [asyncio.create_task(gate.turn(lane, 2)) for lane in (Lane.ADMIN, Lane.REPLY, Lane.PANEL)]
        await asyncio.sleep(0)
        began = now()
        gate.flood(LONGEST * 60, Lane.REPLY, began)
        for task in [*waiting, asyncio.create_task(gate.turn(Lane.REPLY, 3))]:
            with pytest.raises(Closed, match="3600 s"):
                await task
        assert now() == began
        assert all(gate.policy.waiting(lane) == 0 for lane in (Lane.ADMIN, Lane.REPLY, Lane.PANEL))
        await asyncio.sleep(LONGEST * 60 + 10)
        assert [moment - began for moment in went] == [pytest.approx(LONGEST * 60, abs=5)]

    warped(work())


# the library's calls


class Call:
    """A callback as PTB hands it to a limiter; answers in order, an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers) or ["done"]
        self.moments: list[float] = []

    async def __call__(self, *args: Any, **named: Any) -> Any:
        self.moments.append(now())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


async def through(gate: Gate, call: Call, endpoint: str = "sendMessage", **data: Any) -> Any:
    return await GateLimiter(gate).process_request(call, (), {}, endpoint, data, None)


@pytest.mark.parametrize(
    ("endpoint", "data", "counts"),
    [
        ("sendMessage", {"chat_id": 1}, True),
        ("sendPhoto", {"chat_id": 1}, True),
        ("sendMediaGroup", {"chat_id": 1}, True),
        ("editMessageText", {"chat_id": 1, "message_id": 2}, True),
        ("editMessageText", {"inline_message_id": "x"}, True),
        ("copyMessage", {"chat_id": 1}, True),
        ("forwardMessages", {"chat_id": 1}, True),
        ("deleteMessages", {"chat_id": 1}, True),
        ("sendChatAction", {"chat_id": 1}, False),
        ("answerCallbackQuery", {"callback_query_id": "1"}, False),
        ("answerInlineQuery", {}, False),
        ("setMyCommands", {}, False),
        ("deleteMyCommands", {}, False),
        ("deleteWebhook", {}, False),
        ("getChat", {"chat_id": 1}, False),
        ("leaveChat", {"chat_id": 1}, False),
    ],
)
def test_what_counts_as_a_message(endpoint: str, data: dict[str, Any], *, counts: bool) -> None:
    assert counted(endpoint, data) is counts


def test_free_calls_pass_a_closed_gate_and_messages_wait() -> None:
    async def work() -> None:
        gate = Gate(30)
        gate.restore(10.0)
        began = now()
        free, message = Call(), Call()
        assert await through(gate, free, "answerCallbackQuery") == "done"
        assert free.moments == [began]
        assert await through(gate, message, chat_id=5) == "done"
        assert message.moments[0] - began == pytest.approx(10.0, abs=0.01)

    warped(work())


@pytest.mark.parametrize("wait", [3, timedelta(seconds=3)])
def test_a_429_closes_the_gate_for_all_and_the_call_is_made_again(wait: int | timedelta) -> None:
    async def work() -> None:
        gate = Gate(30)
        flooded, other = Call(RetryAfter(wait), "sent"), Call()
        began = now()
        first = asyncio.create_task(through(gate, flooded, chat_id=1))
        await asyncio.sleep(0.01)
        await through(gate, other, chat_id=2)
        assert other.moments[0] - began == pytest.approx(3.0, abs=0.05)
        assert await first == "sent"

    warped(work())


def test_a_call_that_floods_again_and_again_is_given_up() -> None:
    async def work() -> None:
        call = Call(RetryAfter(2))
        with pytest.raises(RetryAfter):
            await through(Gate(30), call, chat_id=1)
        assert len(call.moments) == TRIES

    warped(work())


def test_nobody_waits_for_an_hour_but_the_gate_stays_closed() -> None:
    async def work() -> None:
        gate = Gate(30)
        with pytest.raises(RetryAfter):
            await through(gate, Call(RetryAfter(int(LONGEST) * 60)), chat_id=1)
        assert gate.opens_in() > LONGEST
        late = Call()
        with pytest.raises(RetryAfter):
            await through(gate, late, chat_id=2)
        assert not late.moments

    warped(work())


def test_a_429_to_a_free_call_holds_only_that_call() -> None:
    async def work() -> None:
        gate = Gate(30)
        call = Call(RetryAfter(5), "done")
        began = now()
        assert await through(gate, call, "setMyCommands") == "done"
        assert call.moments[1] - began == pytest.approx(5.0)
        assert gate.opens_in() == 0
        assert gate.pace() == 30

    warped(work())


def test_other_errors_reach_the_caller_at_once() -> None:
    async def work() -> None:
        call = Call(BadRequest("chat not found"))
        with pytest.raises(BadRequest):
            await through(Gate(30), call, chat_id=1)
        assert len(call.moments) == 1

    warped(work())


def test_calls_go_in_the_lane_of_their_task() -> None:
    async def work() -> list[str]:
        gate = Gate(1)
        await gate.turn(Lane.BROADCAST)
        order: list[str] = []

        async def say(which: Lane, name: str, chat: int) -> None:
            lane.set(which)
            await through(gate, Call(), chat_id=chat)
            order.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(say(Lane.REPLY, "reply", 1))
            group.create_task(say(Lane.ADMIN, "admin", 2))
        return order

    assert warped(work()) == ["admin", "reply"]


def test_a_panel_that_is_overtaken_is_told_so_in_the_librarys_words() -> None:
    async def work() -> None:
        gate = Gate(1)
        lane.set(Lane.PANEL)
        await gate.turn(Lane.PANEL)
        edits = [
            asyncio.create_task(through(gate, Call(), "editMessageText", chat_id=1, message_id=9)) for _ in range(3)
        ]
        answers = await asyncio.gather(*edits, return_exceptions=True)
        assert [type(answer) for answer in answers] == [Overtaken, Overtaken, str]

    warped(work())


def test_chats_in_words_and_digits_are_the_same_chat() -> None:
    async def work() -> float:
        gate = Gate(30)
        began = now()
        for chat in (7, "7", 7, "7"):
            await through(gate, Call(), chat_id=chat)
        return now() - began

    assert warped(work()) == pytest.approx(1.0, abs=0.05)
