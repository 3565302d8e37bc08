"""Logging for an operator: what happened, never to whom. No ids, texts or tokens, also in tracebacks.

A traceback is printed as the exception's type and the places it came through; its message may hold what
a person wrote, so it stays out.
"""

from __future__ import annotations

import ctypes
import logging
import re
import resource
import sys
import threading
import traceback
import warnings
from collections.abc import MutableMapping
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO

import structlog

_TOKEN = re.compile(r"[0-9]{3,16}:[A-Za-z0-9_-]{20,}", re.ASCII)
_LONG_NUMBER = re.compile(r"-?[0-9]{9,}|(?<![\w.:-])-?[0-9]{6,}(?![\w:-])", re.ASCII)
_SMALLEST_ID = 1_000_000
_PLAIN = frozenset({"update"})
"""Keys of numbers that tell nothing about a person: an update's own."""
_SET_DUMPABLE = 4
"""Of prctl(2): neither dumped nor looked into by another process of the same user, nor its environment read."""
QUIET = ("telegram", "telegram.ext", "httpx", "httpcore", "aiohttp", "aiosqlite", "asyncio", "sqlalchemy", "alembic")


def redact(text: str) -> str:
    """The text without bot tokens and without numbers long enough to be a chat's id."""
    return _LONG_NUMBER.sub("<number>", _TOKEN.sub("<token>", text))


def _redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if key in _PLAIN else _redact_value(value) for key, value in event.items()}


def _redact_value(value: Any) -> Any:
    """Numbers that may be an id, and whatever else holds text in any way, are redacted as text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < _SMALLEST_ID else "<number>"
    return redact(str(value))


def places(error: BaseException) -> str:
    """`Type at file:line in function < …`, innermost first, without messages or values."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-6:])
    return f"{type(error).__name__} at " + " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} in {frame.name}" for frame in frames
    )


def _places_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else sys.exc_info()[1]
    if info and error is not None:
        event["error"] = places(error)
    return event


def _drop_foreign_text(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Libraries put updates and addresses into their messages: keep who spoke, where, and the template of a
    message that was filled later; one that came ready-made may hold anything and is left out."""
    record = event.get("_record")
    if record is not None:
        template = str(record.msg)[:200] if event.pop("positional_args", None) else ""
        event["event"] = f"{record.name} at {record.filename}:{record.lineno} {template}".rstrip()
    return event


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """What nobody caught: where, as everywhere here, and not what it says."""
    if error is None or issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("bot").critical("nobody caught this", exc_info=error.with_traceback(trace))


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning of a library may quote a value."""
    structlog.get_logger("bot").warning(
        "a warning", kind=category.__name__, place=f"{PurePath(filename).name}:{lineno}"
    )


def _keep_in() -> None:
    """Neither what nobody caught nor a warning is printed as Python would, and a crash leaves no memory on the disk:
    the key and ids are in it."""
    sys.excepthook = _uncaught
    threading.excepthook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
    sys.unraisablehook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
    warnings.showwarning = _warned
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":  # a program that the kernel hands its dumps to does not ask for the limit
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def configure(*, verbose: bool = False) -> None:
    """Sends structlog's and the standard library's records to standard error, one line each; so too warnings and
    what nobody caught."""
    _keep_in()
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _places_only,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        pass_foreign_args=True,
        foreign_pre_chain=[*shared, _drop_foreign_text],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redact_event,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
