"""Faults that the page has set in motion: which one, for whom, how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.faults import FAULTS, GROUPED, Fault
from bot.sandbox.refusal import Json

ALWAYS = 0
"""Times: until it is cleared."""
PREFIXES = ("send", "edit", "copymessage", "forwardmessage", "deletemessage")
"""Methods that meet faults; a bot that polls, or answers a press, is left alone."""


@dataclass
class Playing:
    name: str
    person: int | None
    """None: everyone."""
    left: int
    """Times that it is still to be met; none left: it is over."""
    always: bool
    met: int = 0


class Trouble:
    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._playing: list[Playing] = []

    def play(self, name: str, person: int | None, times: int) -> None:
        """Sets a fault in motion. KeyError for one that does not exist."""
        FAULTS[name]
        self._playing.append(Playing(name, person, max(0, times), times == ALWAYS))
        self.changed()

    def clear(self) -> None:
        self._playing.clear()
        self.changed()

    def next(self, method: str, chat: Any) -> Fault | None:
        """What this call meets; `method` in lower case."""
        if not method.startswith(PREFIXES) or method == "sendchataction":
            return None
        playing = next((one for one in self._playing if one.person is None or str(one.person) == str(chat)), None)
        if playing is None:
            return None
        playing.met += 1
        playing.left -= 1
        if playing.left <= 0 and not playing.always:
            self._playing.remove(playing)
        self.changed()
        return FAULTS[playing.name]

    def told(self) -> Json:
        """For the page: what there is, and what is under way."""
        return {
            "groups": [
                {"heading": heading, "faults": [{"name": name, "label": fault.label} for name, fault in rows.items()]}
                for heading, rows in GROUPED.items()
            ],
            "playing": [
                {
                    "label": FAULTS[one.name].label,
                    "person": one.person,
                    "left": None if one.always else one.left,
                    "met": one.met,
                }
                for one in self._playing
            ],
        }
