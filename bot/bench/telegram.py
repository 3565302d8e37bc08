"""A Telegram for measuring: takes tens of thousands of requests a second, limits, floods, fails, and counts.

No HTTP here: `Telegram` decides what becomes of one call. Chats from FIRST_CHAT on are the audience of a
broadcast; those from FIRST_ASKER on are readers who ask questions meanwhile.
"""

from __future__ import annotations

import json
import math
import re
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from bot.sandbox.faults import FAULTS, Fault, migrated

FIRST_CHAT = 5_000_000_000
FIRST_ASKER = 7_000_000_000
OWNER = 8_000_000_001
OWNERS = range(OWNER, OWNER + 20)
"""Who may be at the desk; the first is the only owner unless a measurement names more."""
GONE = (1 << 31) - 1
"""The number of a message that nobody has sent, or that was deleted."""
_CHAT = re.compile(rb'(?:"chat_id": ?"?|(?:^|&)chat_id=|name="chat_id"\r\n(?:[^\r\n]+\r\n)*\r\n)(-?\d+)', re.ASCII)
_PAID = re.compile(rb'"allow_paid_broadcast": ?true|allow_paid_broadcast=true', re.IGNORECASE)
Json = dict[str, Any]


@dataclass
class Limits:
    """`rate` messages a second (none: no limit) from a bucket that holds `burst` seconds' worth; a breach closes
    it for `breach` seconds. `latency`: seconds that every answer takes."""

    rate: float | None = None
    burst: float = 1.0
    breach: float = 3.0
    latency: float = 0.0
    paid: float | None = None
    """Messages a second that carry `allow_paid_broadcast`, from a bucket of their own; none: they are as others."""


@dataclass
class Bucket:
    held: float = math.inf
    filled: float = 0.0

    def take(self, now: float, rate: float, most: float) -> bool:
        self.held = min(most, self.held + (now - self.filled) * rate)
        self.filled = now
        if self.held < 1:
            return False
        self.held -= 1
        return True


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` 0: the connection is cut. `delay`: seconds, on top of the latency."""

    code: int
    body: Any
    delay: float = 0.0
    html: bool = False


@dataclass
class Telegram:
    now: Callable[[], float]
    username: str = "dauys_bench_bot"
    limits: Limits = field(default_factory=Limits)
    faults: dict[int, list[str]] = field(default_factory=dict)
    """Chat -> names of faults, played one after another; a last one that ends in "!" stays."""
    counts: Counter[int] = field(default_factory=Counter)
    """Chat of the audience -> messages that arrived."""
    arrivals: array[float] = field(default_factory=lambda: array("d"))
    floods: array[float] = field(default_factory=lambda: array("d"))
    updates: list[Json] = field(default_factory=list)
    asked: dict[int, float] = field(default_factory=dict)
    waits: array[float] = field(default_factory=lambda: array("d"))
    """Seconds from a question's moment to the arrival of its answer."""
    owner: list[Json] = field(default_factory=list)
    """Messages to the owners, edits too, newest last: with `chat`, and `edited`, the moment of an edit."""
    handed: dict[int, tuple[int, float, int]] = field(default_factory=dict)
    """The owners' updates, by number -> whose, when a poll was first answered with it, and how many messages to others
    had come by then."""
    answered: list[tuple[int, float, int]] = field(default_factory=list)
    """The same of each new message to an owner."""
    others: int = 0
    watched: str = ""
    marked: array[float] = field(default_factory=lambda: array("d"))
    """When each message with the watched words came."""
    in_flight: int = 0
    paid: Counter[bool] = field(default_factory=Counter)
    """Whether they carried `allow_paid_broadcast` -> calls of sendMessage."""
    _buckets: tuple[Bucket, Bucket] = field(default_factory=lambda: (Bucket(), Bucket()))
    _closed_until: float = -math.inf
    _message: int = 0
    _update: int = 700_000_000

    def limit(self, **given: Any) -> None:
        """Limits from now on; the bucket starts full."""
        for name, value in given.items():
            setattr(self.limits, name, value)
        self._buckets, self._closed_until = (Bucket(), Bucket()), -math.inf

    def call(self, method: str, body: bytes) -> Answer:
        """Any method but getUpdates."""
        if method == "sendMessage":
            found = _CHAT.search(body)
            self._note(body, int(found[1]) if found else 0)
            self._watch(body, int(found[1]) if found else 0)
            if found is None:
                return _refusal(400, "Bad Request: chat_id is empty")
            return self._send(int(found[1]), paid=_PAID.search(body) is not None)
        if method.startswith("edit"):
            found = _CHAT.search(body)
            chat = int(found[1]) if found else 0
            if str(GONE).encode() in body:
                return _refusal(400, "Bad Request: message to edit not found")
            self._message += 1
            self._note(body, chat, edited=self.now())
            return _ok({"message_id": self._message, "date": 0, "chat": {"id": chat, "type": "private"}})
        return _OTHERS.get(method, _TRUE)(self)

    def me(self) -> Json:
        return {
            "id": 1234567890,
            "is_bot": True,
            "first_name": "Bench",
            "username": self.username,
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _send(self, chat: int, *, paid: bool) -> Answer:
        now = self.now()
        self.paid[paid] += 1
        closed = self._over(now, paid=paid)
        if closed is not None:
            self.floods.append(now)
            wait = math.ceil(closed)
            return _refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        fault = self._fault(chat)
        if fault is None or fault.taken:
            self._arrived(chat, now)
        if fault is None:
            self._message += 1
            # Telegram answers with the whole message; a constant one of its usual size
            return _ok({"message_id": self._message, "date": int(now), "chat": {"id": chat, "type": "private"}})
        if fault.html or not fault.code:
            return Answer(fault.code, "<html>Bad Gateway</html>", fault.delay, html=True)
        return Answer(fault.code, migrated(fault, chat).answer(), fault.delay)

    def _over(self, now: float, *, paid: bool) -> float | None:
        """Seconds for which it is closed; None: the message is within the limit, and counted."""
        limits = self.limits
        apart = paid and limits.paid is not None
        rate = limits.paid if apart else limits.rate
        if rate is None:
            return None
        if now < self._closed_until:
            return self._closed_until - now
        if not self._buckets[apart].take(now, rate, max(1.0, rate * limits.burst)):
            self._closed_until = now + limits.breach
            return limits.breach
        return None

    def _note(self, body: bytes, chat: int, edited: float | None = None) -> None:
        """What an owner sees, for the buttons under it."""
        if chat in OWNERS:
            self.owner.append({"message_id": self._message + 1, **_fields(body), "chat": chat, "edited": edited})

    def _watch(self, body: bytes, chat: int) -> None:
        if chat in OWNERS:
            self.answered.append((chat, self.now(), self.others))
        else:
            self.others += 1
        if self.watched and self.watched in str(_fields(body).get("text", "")):
            self.marked.append(self.now())

    def _fault(self, chat: int) -> Fault | None:
        names = self.faults.get(chat)
        if not names:
            return None
        if names[0].endswith("!"):
            return FAULTS[names[0][:-1]]
        return FAULTS[names.pop(0)]

    def _arrived(self, chat: int, now: float) -> None:
        if FIRST_CHAT <= chat < FIRST_ASKER:
            self.counts[chat] += 1
            self.arrivals.append(now)
        elif (asked := self.asked.pop(chat, None)) is not None:
            self.waits.append(now - asked)

    # what people do

    def question(self, number: int, text: str) -> None:
        self.asked[FIRST_ASKER + number] = self.now()
        self.say(FIRST_ASKER + number, text)

    def say(self, chat: int, text: str) -> None:
        """A new message of somebody's."""
        self._update += 1
        user = {"id": chat, "is_bot": False, "first_name": "R", "language_code": "en"}
        message = {
            "message_id": self._update,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "R"},
            "from": user,
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self.updates.append({"update_id": self._update, "message": message})

    def press(self, label: str, chat: int = OWNER) -> bool:
        """An owner presses the newest button whose label holds these words; False: there is none."""
        for seen in reversed([seen for seen in self.owner if seen["chat"] == chat]):
            for row in seen.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        self._pressed(seen, button["callback_data"])
                        return True
        return False

    def _pressed(self, seen: Json, data: str) -> None:
        self._update += 1
        person = {"id": seen["chat"], "is_bot": False, "first_name": "O", "language_code": "en"}
        chat = {"id": seen["chat"], "type": "private", "first_name": "O"}
        message = {"message_id": int(seen["message_id"]), "date": int(time.time()), "chat": chat, "text": "-"}
        query = {"id": str(self._update), "from": person, "chat_instance": "1", "data": data, "message": message}
        self.updates.append({"update_id": self._update, "callback_query": query})

    def put(self, content: Json) -> int:
        """Any update; its number."""
        self._update += 1
        self.updates.append({"update_id": self._update, **content})
        return self._update

    def batch(self) -> list[Json]:
        """What a poll is answered with."""
        given = self.updates[:100]
        for update in given:
            person = update.get("message", {}).get("from", {}).get("id")
            if person in OWNERS:
                self.handed.setdefault(update["update_id"], (person, self.now(), self.others))
        return given

    def acknowledge(self, offset: int) -> None:
        if offset:
            self.updates[:] = [update for update in self.updates if update["update_id"] >= offset]

    # what is told

    def summary(self) -> Json:
        first = self.arrivals[0] if self.arrivals else None
        return {
            "now": self.now(),
            "delivered": len(self.arrivals),
            "chats": len(self.counts),
            "floods": len(self.floods),
            "in_flight": self.in_flight,
            "first": first,
            "last": self.arrivals[-1] if self.arrivals else None,
            "after_first_second": None if first is None else self._from(first + 1),
            "unanswered": len(self.asked),
            "paid": self.paid[True],
            "unpaid": self.paid[False],
        }

    def _from(self, moment: float) -> int:
        """Arrivals after that moment; they come in order."""
        low, high = 0, len(self.arrivals)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.arrivals[middle] <= moment else (low, middle)
        return len(self.arrivals) - low


def _fields(body: bytes) -> Json:
    """Of a call, whichever form it came in."""
    if body[:1] == b"{":
        return dict(json.loads(body))
    given: Json = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    if "reply_markup" in given:
        given["reply_markup"] = json.loads(given["reply_markup"])
    return given


def _ok(result: Any) -> Answer:
    return Answer(200, {"ok": True, "result": result})


def _refusal(code: int, description: str, **parameters: Any) -> Answer:
    body = {"ok": False, "error_code": code, "description": description}
    return Answer(code, body | ({"parameters": parameters} if parameters else {}))


def _true(_: Telegram) -> Answer:
    return _ok(True)


_TRUE = _true
_OTHERS: dict[str, Callable[[Telegram], Answer]] = {
    "getMe": lambda telegram: _ok(telegram.me()),
    "getWebhookInfo": lambda _: _ok({"url": "", "has_custom_certificate": False, "pending_update_count": 0}),
    "getMyCommands": lambda _: _ok([]),
    "getMyName": lambda _: _ok({"name": ""}),
    "getMyDescription": lambda _: _ok({"description": ""}),
    "getMyShortDescription": lambda _: _ok({"short_description": ""}),
}
