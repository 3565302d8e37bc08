"""Content updates and broadcasts that stop by themselves once more, with PostgreSQL under the bot."""

from __future__ import annotations

from tests.storage.conftest import server
from tests.telegram.test_on_postgresql import _on_a_server
from tests.telegram.test_publish import folder, house, test_a_new_update_is_offered_once_and_goes_out_once
from tests.telegram.test_stops import test_a_refused_content_rings_at_the_writer_and_at_who_watches

__all__ = [
    "_on_a_server",
    "folder",
    "house",
    "server",
    "test_a_new_update_is_offered_once_and_goes_out_once",
    "test_a_refused_content_rings_at_the_writer_and_at_who_watches",
]
