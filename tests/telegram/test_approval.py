"""A second person's approval: they see exactly what goes out, and what changed is approved no more."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.telegram.desk import FIRST, asked, drafted, execute, states, subscribed, times, two_owners
from tests.telegram.house import until, worded


async def test_another_owner_approves_and_it_goes_out_once(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        (reader,) = await subscribed(house, 1)
        await asked(first)
        assert "1 person is asked to approve." in first.text
        await second.sees("Approval is asked for.")
        assert second.seen()[-2]["text"] == "Court on Monday."
        assert f"By the admin {FIRST}." in second.text
        assert times(reader, "Court on Monday.") == 0
        await second.press("Approve")
        await reader.sees("Court on Monday.")
        await first.sees("approved.")
        await until(lambda: states(house) == ["done"])
        await asyncio.sleep(0.2)
        assert times(reader, "Court on Monday.") == 1


async def test_a_rejection_comes_with_its_reason(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        await subscribed(house, 1)
        await asked(first)
        await second.press("Reject")
        assert "Send the reason" in second.text
        house.sandbox.world.say(second.id, "Her mother has not agreed.")
        await first.sees("Reason: Her mother has not agreed.")
        assert states(house) == ["draft"]
        await first.press("Open the draft")
        await first.sees("Above, in this order: English.")
        assert "Send now" in first.labels()
        await second.sees("rejected. Nothing was sent.")
        await second.sees("Whoever asked has your reason.")


async def test_the_approver_sees_the_names_and_links_that_the_preflight_found(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        await subscribed(house, 1)
        await asked(first, "Oksana Shevchuk is defended by Thibault Delacroix: https://example.org/a")
        said = worded(await second.sees("Approval is asked for."))
        assert "· Oksana Shevchuk: in the records" in said
        assert "· Thibault Delacroix: if this is a name: NOT in the records" in said
        assert "Links: 1 outside our sources." in said


async def test_the_approver_is_asked_in_their_own_language(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        await subscribed(house, 1)
        house.sandbox.world.people[second.id].language = "ru"
        await second.say("/start")
        await asked(first)
        await second.sees("Запрошено одобрение.")
        assert second.labels() == ["Одобрить", "Отклонить"]


async def test_what_has_a_time_says_so_on_the_button(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, _):
        await subscribed(house, 1)
        await drafted(first)
        await first.press("Schedule")
        await first.press("In an hour")
        assert "Send at that time" in first.labels()
        assert "Send now" not in first.labels()


async def test_a_change_withdraws_the_request(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        (reader,) = await subscribed(house, 1)
        await asked(first)
        old = second.button("Approve")
        await first.press("Back")
        await first.press("Text")
        await first.press("English")
        house.sandbox.world.say(first.id, "Something else.")
        await second.sees("changed or withdrawn. Nothing was sent.")
        await second.press_data(old[0]["message_id"], old[1])
        await asyncio.sleep(0.2)
        assert states(house) == ["draft"]
        assert times(reader, "Something else.") == 0


async def test_a_request_ends_after_half_an_hour_also_over_a_restart(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        await subscribed(house, 1)
        await asked(first)
        await house.stop()
        await execute(house, "UPDATE approval SET expires = 1")
        await house.start()
        await first.sees("nobody decided in time. Nothing was sent.")
        await second.sees("nobody decided in time. Nothing was sent.")
        assert states(house) == ["draft"]


async def test_two_who_approve_at_once_send_once(tmp_path: Path) -> None:
    third = 5550000105
    async with two_owners(tmp_path / "data", owners=frozenset({FIRST, FIRST + 1, third})) as (house, first, second):
        house.sandbox.world.add_person("Third", "en")
        other = house.person(4)
        await other.say("/start")
        (reader,) = await subscribed(house, 1)
        await asked(first)
        assert "2 people are asked to approve." in first.text
        presses = []
        for person in (second, other, second):
            message, data = person.button("Approve")
            presses.append(house.sandbox.world.press(person.id, message["message_id"], data))
        await until(lambda: all(press.done() for press in presses))
        await until(lambda: states(house) == ["done"])
        await asyncio.sleep(0.2)
        assert times(reader, "Court on Monday.") == 1


async def test_auto_never_falls_back_when_the_others_are_removed(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, _):
        await subscribed(house, 1)
        await asked(first)
        await house.stop()
        house.settings["owners"] = frozenset({FIRST})
        await house.start()
        await drafted(first, "Alone now.")
        await first.press("Send now")
        assert "an owner names approvers in /admins" in first.text
        assert "Ask for approval" not in first.labels()


async def test_an_approved_schedule_does_not_expire_and_undo_takes_it_back(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        await subscribed(house, 1)
        await drafted(first)
        await first.press("Schedule")
        await first.press("Tomorrow at 18:00")
        await first.press("Send at that time")
        await first.press("Ask for approval")
        await second.sees("Approval is asked for.")
        await second.press("Approve")
        assert "Goes out: " in second.text
        await house.stop()
        await execute(house, "UPDATE approval SET expires = 1")
        await house.start()
        await asyncio.sleep(0.8)
        assert states(house) == ["approved"]
        await second.press("Undo")
        await first.sees("taken back before the first message. Nothing was sent.")
        assert states(house) == ["draft"]
