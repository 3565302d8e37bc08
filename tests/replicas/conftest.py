from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.storage.conftest import server
from tests.storage.server import Server

__all__ = ["server"]


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """A new database of a real PostgreSQL."""
    with server.fresh() as address:
        yield address
