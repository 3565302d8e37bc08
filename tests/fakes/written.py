"""The bot's logs as an operator would read them, and the process's own habits put back afterwards."""

from __future__ import annotations

import contextlib
import io
import logging
import resource
import sys
import threading
import warnings
from collections.abc import Iterator
from unittest import mock

import structlog

from bot.logs import configure


@contextlib.contextmanager
def written(*, verbose: bool = False) -> Iterator[io.StringIO]:
    """What `configure` would send to standard error."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    core = resource.getrlimit(resource.RLIMIT_CORE)
    with warnings.catch_warnings():
        try:
            with mock.patch.object(sys, "stderr", stream):
                configure(verbose=verbose)
            yield stream
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
            structlog.reset_defaults()
            sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
            resource.setrlimit(resource.RLIMIT_CORE, core)
