"""Subscribing and leaving, from the update as it came: for one whose handler cannot handle it. Nobody is answered."""

from __future__ import annotations

import re

from bot.handlers.subscribe import enrol
from bot.views.callback import Action, Callback, unpack
from bot.wire.intake import Raw, chat_of, person_of
from storage.open import Storage

_LEAVING = re.compile(r"/(stop|forget)(\s|$)", re.IGNORECASE)
_ERASES = (Action.UNSUBSCRIBE, Action.WIPE_NOW)
_ENROLS = (Action.SUBSCRIBE_ALL, Action.URGENT_ONLY)


class Wishes:
    """Fits the intake's `Wishes`. In the person's own chat alone, as the handlers hold it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def asks(self, update: Raw) -> bool:
        person = person_of(update)
        if person is None or chat_of(update) != person:
            return False
        pressed = _pressed(update)
        return _leaves(update, pressed) or (pressed is not None and pressed.action in _ENROLS)

    async def carry_out(self, update: Raw) -> None:
        person, pressed = person_of(update), _pressed(update)
        if person is None:
            return
        if pressed is not None and pressed.action is Action.WIPE_NOW:
            await self._storage.erasure.wipe(person)
        elif _leaves(update, pressed):
            await self._storage.subscribers.erase(person)
        elif pressed is not None:
            await enrol(self._storage.subscribers, person, pressed)


def _pressed(update: Raw) -> Callback | None:
    query = update.get("callback_query")
    data = query.get("data") if isinstance(query, dict) else None
    return unpack(data) if isinstance(data, str) else None


def _leaves(update: Raw, pressed: Callback | None) -> bool:
    message = update.get("message")
    if pressed is not None:
        return pressed.action in _ERASES
    own = isinstance(message, dict) and "forward_origin" not in message
    text = message.get("text") if own and message is not None else None
    return isinstance(text, str) and _LEAVING.match(text) is not None
