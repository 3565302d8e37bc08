"""The connections of broadcasts on both loops: what asyncio and uvloop do when a line breaks is not the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

Loops = Mapping[str, Callable[[], asyncio.AbstractEventLoop]]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Loops:
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    try:
        import uvloop
    except ImportError:  # not made for this system; the bot then runs on asyncio's loop too
        return loops
    return loops | {"uvloop": uvloop.new_event_loop}
