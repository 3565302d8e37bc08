"""The main conversations of readers and of the desk once more, with PostgreSQL under the bot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.storage.conftest import server
from tests.storage.server import Server
from tests.telegram.house import House
from tests.telegram.test_alert import test_an_alert_reaches_every_subscriber_once_and_is_reported
from tests.telegram.test_approval import test_another_owner_approves_and_it_goes_out_once
from tests.telegram.test_corrections import (
    test_a_wrong_name_that_is_halfway_out_is_stopped_corrected_and_then_reaches_the_rest,
    test_corrected_twice_then_recalled,
)
from tests.telegram.test_hide import (
    test_hidden_stays_hidden_over_a_restart_and_a_reload_until_shown,
    test_once_the_owner_is_told_the_answer_is_the_ordinary_no,
)
from tests.telegram.test_jobs import test_corrected_everywhere_and_answered_then_recalled
from tests.telegram.test_reader import (
    test_a_restart_keeps_the_subscription,
    test_following_says_what_is_stored_and_unfollowing_erases,
    test_no_record_says_where_to_turn_and_none_of_these_is_the_same,
    test_settings_hide_silent_pause,
    test_subscribing_takes_one_tap_and_stopping_leaves_nothing,
)
from tests.telegram.test_wipe import test_an_admins_drafts_go_too_and_the_log_stays

__all__ = [
    "server",
    "test_a_restart_keeps_the_subscription",
    "test_a_wrong_name_that_is_halfway_out_is_stopped_corrected_and_then_reaches_the_rest",
    "test_an_admins_drafts_go_too_and_the_log_stays",
    "test_an_alert_reaches_every_subscriber_once_and_is_reported",
    "test_another_owner_approves_and_it_goes_out_once",
    "test_corrected_everywhere_and_answered_then_recalled",
    "test_corrected_twice_then_recalled",
    "test_following_says_what_is_stored_and_unfollowing_erases",
    "test_hidden_stays_hidden_over_a_restart_and_a_reload_until_shown",
    "test_no_record_says_where_to_turn_and_none_of_these_is_the_same",
    "test_once_the_owner_is_told_the_answer_is_the_ordinary_no",
    "test_settings_hide_silent_pause",
    "test_subscribing_takes_one_tap_and_stopping_leaves_nothing",
]


@pytest.fixture(autouse=True)
def _on_a_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with server.fresh("template0") as address:
        monkeypatch.setattr(House, "database", address)
        yield


async def test_it_is_the_server_that_answers(house: House) -> None:
    assert house.rows("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dauys'")[0][0] >= 1
    assert not (house.data / "dauys.sqlite3").exists()
