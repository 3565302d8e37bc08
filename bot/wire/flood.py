"""Who may ask how much: a bucket for each person, decided before an update is parsed.

Somebody who asks too much is told once and then gets no answer until the bucket has filled again. While more
updates are in hand than can be answered soon, people who had an answer a moment ago wait behind those who had
none. What takes a person off the list of readers is always carried out, answered or not; owners are never held
back.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.wire.intake import Raw, Verdict, person_of

BURST = 6.0
"""Updates that a person may send at once."""
REFILL = 0.8
"""Updates a second from then on; Telegram allows one answer a second to a chat."""
LETTERS = 1500
"""Characters that one update may bring before it counts as several."""
INLINE = 0.2
"""An inline query comes with every few letters that are typed, and its answer fills no chat."""
PRESSURE = 40
"""Updates in hand from which on answers are short."""
LATELY = 60.0
"""Seconds after an answer for which its person waits behind others under pressure."""
PEOPLE = 20_000
"""People remembered; the one who was silent longest is forgotten first, as if new."""
WARNING_EVERY = 1.0
"""Seconds between two warnings, to whomever."""
_LEAVING = re.compile(r"/(stop|forget|wipe)(@\w+)?(\s|$)", re.IGNORECASE)
_LEAVING_DATA = re.compile(r"1[a-z]{2,3}\.(un|uf|wn)(\.|$)")


@dataclass(slots=True)
class Bucket:
    level: float
    at: float
    answered: float = float("-inf")
    warned: bool = False


class Flood:
    """Fits the intake's `Doorkeeper`. `warn` is given the chat of a person who is to be told."""

    def __init__(
        self,
        owner: Callable[[int], bool],
        warn: Callable[[int, Raw], None] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owner = owner
        self._warn = warn or (lambda person, update: None)
        self._now = now
        self._people: OrderedDict[int, Bucket] = OrderedDict()
        self._warned_at = float("-inf")
        self.warnings = 0

    @property
    def people(self) -> int:
        """How many are remembered."""
        return len(self._people)

    def urgent(self, update: Raw) -> bool:
        person = person_of(update)
        return person is not None and self._owner(person)

    def verdict(self, update: Raw, in_hand: int) -> Verdict:
        person = person_of(update)
        if person is None or self._owner(person):
            return Verdict.ANSWER
        now = self._now()
        bucket = self._bucket(person, now)
        refused = Verdict.MUTE if leaves(update) else Verdict.DROP
        if bucket.level < 1:
            self._tell(person, bucket, update, now)
            return refused
        if in_hand > PRESSURE and now - bucket.answered < LATELY:
            return refused
        bucket.level -= min(cost(update), bucket.level)
        bucket.answered = now
        return Verdict.ANSWER

    def _bucket(self, person: int, now: float) -> Bucket:
        bucket = self._people.pop(person, None) or Bucket(BURST, now)
        self._people[person] = bucket
        if len(self._people) > PEOPLE:
            self._people.popitem(last=False)
        bucket.level = min(BURST, bucket.level + max(0.0, now - bucket.at) * REFILL)
        bucket.at = now
        if bucket.level >= BURST / 2:
            bucket.warned = False
        return bucket

    def _tell(self, person: int, bucket: Bucket, update: Raw, now: float) -> None:
        if "inline_query" in update or bucket.warned or now - self._warned_at < WARNING_EVERY:
            return
        bucket.warned = True
        self._warned_at = now
        self.warnings += 1
        self._warn(person, update)


def leaves(update: Raw) -> bool:
    """Whether it takes somebody off the list, or says that they blocked the bot."""
    if "my_chat_member" in update:
        return True
    message, callback = update.get("message"), update.get("callback_query")
    if isinstance(message, dict):
        return isinstance(text := message.get("text"), str) and _LEAVING.match(text) is not None
    if isinstance(callback, dict):
        return isinstance(data := callback.get("data"), str) and _LEAVING_DATA.match(data) is not None
    return False


def cost(update: Raw) -> float:
    """1, and more for a long text: it takes longer to look through; an inline query less."""
    if "inline_query" in update:
        return INLINE
    message: Any = update.get("message")
    text = message.get("text") if isinstance(message, dict) else None
    return max(1.0, len(text) / LETTERS) if isinstance(text, str) else 1.0
