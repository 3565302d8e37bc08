"""Who asks too much: told once, then silence; nobody's /stop is lost, and owners are never held back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.views.callback import Action, pack
from bot.wire.flood import BURST, LATELY, PEOPLE, PRESSURE, REFILL, Flood, cost, leaves
from bot.wire.intake import Verdict

OWNER = 5
Json = dict[str, Any]


def text(person: int, said: str = "x") -> Json:
    return {"update_id": 1, "message": {"from": {"id": person}, "chat": {"id": person}, "text": said}}


class Desk:
    def __init__(self) -> None:
        self.time = 1000.0
        self.warned: list[int] = []
        self.flood = Flood(lambda person: person == OWNER, lambda person, _: self.warned.append(person), self.now)

    def now(self) -> float:
        return self.time

    def asks(self, person: int, times: int, in_hand: int = 1) -> int:
        """How many of so many are answered."""
        verdicts = [self.flood.verdict(text(person), in_hand) for _ in range(times)]
        return verdicts.count(Verdict.ANSWER)


def test_a_burst_is_answered_then_one_warning_then_silence_until_it_refills() -> None:
    desk = Desk()
    assert desk.asks(1, 100) == BURST
    assert desk.warned == [1]
    desk.time += 2.6 / REFILL
    assert desk.asks(1, 100) == 2
    assert desk.warned == [1]
    desk.time += BURST / REFILL
    assert desk.asks(1, 100) == BURST
    assert desk.warned == [1, 1]


def test_one_person_s_flood_is_nobody_else_s() -> None:
    desk = Desk()
    desk.asks(1, 1000)
    assert desk.asks(2, 3) == 3


def test_owners_are_never_held_back() -> None:
    desk = Desk()
    assert desk.asks(OWNER, 500, in_hand=PRESSURE * 5) == 500
    assert desk.flood.urgent(text(OWNER))
    assert not desk.flood.urgent(text(1))


def test_at_most_one_warning_a_second_goes_to_all_of_them() -> None:
    desk = Desk()
    for second in range(10):
        for person in range(1, 301):
            desk.asks(person, 20)
            desk.time += 1 / 300
        assert len(desk.warned) <= second + 2


def test_under_pressure_those_wait_who_had_an_answer_a_moment_ago() -> None:
    desk = Desk()
    assert desk.asks(1, 2, in_hand=PRESSURE + 1) == 1
    assert desk.asks(2, 1, in_hand=PRESSURE + 1) == 1
    desk.time += LATELY
    assert desk.asks(1, 2, in_hand=PRESSURE + 1) == 1


def test_a_long_text_costs_more() -> None:
    assert cost(text(1, "x" * 3000)) == 2
    desk = Desk()
    verdicts = [desk.flood.verdict(text(1, "x" * 3000), 1) for _ in range(10)]
    assert verdicts.count(Verdict.ANSWER) == 3


def test_memory_is_bounded() -> None:
    desk = Desk()
    for person in range(1, PEOPLE + 500):
        desk.asks(person + 10, 1)
    assert desk.flood.people == PEOPLE


LEAVING = ["/stop", "/STOP", "/stop@dauys_bot", "/forget now", "/wipe"]


@pytest.mark.parametrize("said", LEAVING)
def test_leaving_is_carried_out_however_much_was_asked(said: str) -> None:
    desk = Desk()
    desk.asks(1, 100)
    assert desk.flood.verdict(text(1, said), PRESSURE * 5) is Verdict.MUTE
    assert desk.flood.verdict(text(2, said), 1) is Verdict.ANSWER


def test_what_counts_as_leaving() -> None:
    press = {"from": {"id": 1}, "data": pack("en", Action.UNSUBSCRIBE)}
    assert leaves({"update_id": 1, "callback_query": press})
    assert leaves({"update_id": 1, "callback_query": press | {"data": pack("ru", Action.UNFOLLOW, "a-case", "h")}})
    assert leaves({"update_id": 1, "callback_query": press | {"data": pack("en", Action.WIPE_NOW)}})
    assert leaves({"update_id": 1, "my_chat_member": {}})
    for data in (pack("en", Action.SUBSCRIBE_ALL), pack("en", Action.CASE, "un", 0, "h"), "", None, 7):
        assert not leaves({"update_id": 1, "callback_query": press | {"data": data}})
    for said in ("stop", "/stopping", "/start", "", None, 7):
        assert not leaves({"update_id": 1, "message": {"text": said}})
    assert not leaves({"update_id": 1, "message": None})
