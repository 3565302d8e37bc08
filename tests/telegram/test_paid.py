"""Paid broadcasts: what an alert costs is said before it goes out, and nobody's answer is paid for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.telegram.caller import READER, calling
from tests.telegram.house import running
from tests.telegram.test_alert import drafted, subscribed


async def test_the_price_is_shown_and_only_deliveries_are_paid(tmp_path: Path) -> None:
    async with running(tmp_path, paid=True, paid_rate=100.0) as house:
        owner = house.person(2)
        (reader,) = await subscribed(house, 1)
        await drafted(owner)
        await owner.press("Send now")
        assert "Paid: up to 1 Stars, 0.1 for each message beyond the free 30 a second." in owner.text
        await owner.press("Send to 1 reader")
        await owner.sees("1 of 1 delivered.")
        (got,) = [message for message in reader.seen() if message["text"] == "Court on Monday."]
        assert got["paid"]
        await reader.say("/whoami")
        others = [message for message in [*reader.seen(), *owner.seen()] if message is not got]
        assert len(others) > 4
        assert not any(message.get("paid") for message in others)


@pytest.mark.parametrize(("value", "status", "paid"), [(True, 200, True), (False, 200, None), (7, 400, None)])
async def test_the_stand_in_knows_the_parameter(value: object, status: int, paid: bool | None) -> None:
    async with calling() as call:
        got, answer = await call("sendMessage", chat_id=READER, text="x", allow_paid_broadcast=value)
        assert got == status
        assert answer.get("result", {}).get("paid") == paid
