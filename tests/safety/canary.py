"""Marked people, texts and token, and where they might turn up: in any output, any record, any exception, any file."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from bot.sandbox.world import Person, World
from tests.telegram.house import TOKEN

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(str(ROOT / room) + "/" for room in ("bot", "content", "storage"))
NOT_OURS = tuple(str(ROOT / "bot" / room) + "/" for room in ("sandbox", "bench"))
"""Stand-ins for Telegram, which know everybody."""
ASKED = "Zzyqmarkova"
"""Somebody's words: in a question, a caption, a file's name, a payload, a button."""
NAMED, SURNAMED, USER = "Qzfirstmark", "Qzlastmark", "qzusermark"
ALERTED = "Wzalertmark"
"""In the text of a broadcast, which the database keeps, and no log does."""
GROUP = -1007778889990
SECRET = TOKEN.partition(":")[2]


@dataclass
class Marked(Person):
    """Telegram also tells surname and username where there are any."""

    def as_user(self) -> dict[str, Any]:
        return super().as_user() | {"last_name": SURNAMED, "username": f"{USER}{self.id % 1000}"}

    def as_chat(self) -> dict[str, Any]:
        return super().as_chat() | {"last_name": SURNAMED, "username": f"{USER}{self.id % 1000}"}


def mark(world: World) -> list[int]:
    """Everybody there gets marked names; their ids."""
    for id_, person in list(world.people.items()):
        world.people[id_] = Marked(id_, NAMED, person.language, person.admin, person.blocked, person.started)
    return list(world.people)


def words(ids: Iterable[int]) -> list[str]:
    """What no text may hold."""
    return [ASKED, NAMED, SURNAMED, USER, ALERTED, SECRET, *(str(abs(id_)) for id_ in (*ids, GROUP))]


def marks_in(text: str, ids: Iterable[int]) -> set[str]:
    folded = text.casefold()
    return {word for word in words(ids) if word.casefold() in folded}


def marks_in_bytes(data: bytes, ids: Iterable[int]) -> set[str]:
    """In any way that SQLite or this program writes them down; a broadcast's text may be kept."""
    ids = [*ids, GROUP]
    found = {word for word in words(ids) if word != ALERTED for form in _forms(word) if form in data}
    return found | {str(id_) for id_ in ids for form in _numbers(id_) if form in data}


def _forms(word: str) -> list[bytes]:
    return [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")]


def _numbers(id_: int) -> list[bytes]:
    """Five bytes tell such a number in every width, either way round."""
    return [(id_ % (1 << 40)).to_bytes(5, "big"), (id_ % (1 << 40)).to_bytes(5, "little")]


@dataclass
class Seen:
    """Everything that came out."""

    ids: list[int] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    """Raw records of our own loggers, before any redaction: template, arguments, exception."""
    exceptions: dict[str, str] = field(default_factory=dict)
    """Where it was raised -> repr, str, and the printed traceback."""
    called: set[CodeType] = field(default_factory=set)
    """Functions of ours that ran."""

    def leaks(self, output: str = "", files: Iterable[Path] = ()) -> dict[str, set[str]]:
        """Where -> which marks."""
        found = {"output": marks_in(output, self.ids)}
        for record in self.records:
            found[f"record {record[:60]!r}"] = marks_in(record, self.ids)
        for place, text in self.exceptions.items():
            found[f"exception at {place}"] = marks_in(text, self.ids)
        for path in files:
            found[f"file {path.name}"] = marks_in_bytes(path.read_bytes(), self.ids)
        return {place: marks for place, marks in found.items() if marks}


class Recorder(logging.Handler):
    """Notes our own loggers' records as they are made."""

    def __init__(self, seen: Seen) -> None:
        super().__init__(logging.DEBUG)
        self._seen = seen

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("bot", "content", "storage")):
            return
        self._seen.records.append(f"{record.name} {record.msg!r} {record.args!r} {record.exc_info!r}")


@contextlib.contextmanager
def watched(seen: Seen) -> Iterator[None]:
    """Every exception that passes through a function of ours, caught or not, and which functions ran."""

    def calls(frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(OURS) or name.startswith(NOT_OURS):
            return None
        seen.called.add(frame.f_code)
        frame.f_trace_lines = False
        return inside

    def inside(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "exception":
            _note(seen, frame, argument[1])
        return inside

    before = sys.gettrace()
    sys.settrace(calls)
    try:
        yield
    finally:
        sys.settrace(before)


QUIET = (StopIteration, StopAsyncIteration, GeneratorExit)
"""Not failures: how loops end."""


def _note(seen: Seen, frame: FrameType, error: Any) -> None:
    if not isinstance(error, BaseException) or isinstance(error, QUIET):
        return
    place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {type(error).__name__}"
    told = f"{error!r}\n{error}\n{''.join(traceback.format_exception_only(error))}"
    known = seen.exceptions.get(place, "")
    if told not in known and len(known) < 20_000:
        seen.exceptions[place] = known + told
