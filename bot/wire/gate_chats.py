"""What one chat may get: a message a second, a few at once; a group 20 a minute.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

from collections import deque

APART = 1.0
"""Seconds between two messages to one chat in the long run."""
AT_ONCE = 3
GROUP_MOST = 20
GROUP_SPAN = 60.0

Chat = int | str


def is_group(chat: Chat) -> bool:
    """Groups and channels have negative ids, or are named by @username."""
    return isinstance(chat, str) or chat < 0


class Chats:
    """Remembers a chat only while it is near its limit. Moments are of one monotonic clock."""

    def __init__(self) -> None:
        self._due: dict[Chat, float] = {}
        self._groups: dict[Chat, deque[float]] = {}
        self._forgot = float("-inf")

    def __len__(self) -> int:
        return len(self._due) + len(self._groups)

    def ready(self, chat: Chat, now: float) -> float:
        """The moment from which this chat may get the next message; not after `now`: at once."""
        moment = self._due.get(chat, now) - (AT_ONCE - 1) * APART
        sent = self._groups.get(chat)
        if sent is not None and len(sent) >= GROUP_MOST:
            moment = max(moment, sent[-GROUP_MOST] + GROUP_SPAN)
        return moment

    def take(self, chat: Chat, now: float) -> None:
        due = max(self._due.pop(chat, now), now) + APART
        self._due[chat] = due
        if is_group(chat):
            sent = self._groups.pop(chat, None) or deque(maxlen=GROUP_MOST)
            sent.append(now)
            self._groups[chat] = sent
        if now > self._forgot:
            self._forget(now)

    def refund(self, chat: Chat) -> None:
        """The last message taken for this chat was not written after all."""
        if chat in self._due:
            self._due[chat] -= APART
        if self._groups.get(chat):
            self._groups[chat].pop()

    def _forget(self, now: float) -> None:
        """Drops chats in the order in which they were last written to, as far as they are at rest."""
        self._forgot = now
        while self._due:
            chat, due = next(iter(self._due.items()))
            if due > now:
                break
            del self._due[chat]
        while self._groups:
            group, sent = next(iter(self._groups.items()))
            if sent and sent[-1] + GROUP_SPAN > now:
                break
            del self._groups[group]
