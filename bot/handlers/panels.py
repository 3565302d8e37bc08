"""Live panels: each admin's message about a broadcast, redrawn while it moves, also after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.handlers.context import Services
from bot.handlers.progress import drawn_unasked, parts
from bot.handlers.requests import announce
from bot.views.alert import ENDED, whole_state
from bot.wire.fields import edit_fields
from bot.wire.lanes import Lane, lane
from bot.wire.limiter import Overtaken, seconds
from storage.errors import StorageError
from storage.records import ApprovalState, Broadcast, Panel

log = structlog.get_logger(__name__)

EVERY = 3.0
"""Seconds between two edits of one panel, at least. Edits go in the gate's slowest lane, one after the other: with
many who watch each panel is redrawn more seldom, and the broadcast keeps its rate."""
LOOK = 0.5
"""Seconds between two looks at what has moved."""
CLOSED = 60.0
"""Seconds between two tries at most while Telegram lets nothing through."""


class Panels:
    """Redraws the panels of broadcasts that move; each that has ended once more, then forgets it."""

    def __init__(self, services: Services, bot: Bot) -> None:
        self._services = services
        self._bot = bot
        self._shown: dict[tuple[int, int], tuple[object, float]] = {}
        """What was drawn last, and when: a handler that has drawn since may have drawn what was older."""

    async def run(self) -> None:
        """Until it is cancelled. A storage that fails for a while is told once; the bot goes on without panels."""
        lane.set(Lane.PANEL)
        failing = False
        while True:
            try:
                await self.redraw()
                await self._expire()
                failing = False
            except RetryAfter as error:
                await asyncio.sleep(min(seconds(error), CLOSED))
            except TelegramError as error:
                log.warning("a panel could not be redrawn", error=type(error).__name__)
            except StorageError as error:
                if not failing:
                    log.warning("panels wait for the database", why=str(error))
                failing = True
            await asyncio.sleep(LOOK)

    async def redraw(self) -> None:
        """One round over everybody who watches something that moved."""
        storage = self._services.storage
        for id_ in await storage.panels.live():
            seen = await storage.broadcasts.get(id_)
            panels = await storage.panels.of(id_)
            for panel in panels:
                await self._one(id_, panel.person)
            whole = (seen, *await parts(self._services, seen)) if seen is not None else ()
            if whole and whole_state(whole[0], whole[1:]) in ENDED and all(self._final(one, whole) for one in panels):
                await storage.panels.drop(id_)
                self._forget(id_)

    async def _one(self, id_: int, person: int) -> None:
        """Reads anew, also which message it is: the round takes long when many watch."""
        key, services = (id_, person), self._services
        drawn = services.touched.get(key, 0.0)
        if 0 <= services.now() - drawn < EVERY:
            return
        broadcast = await services.storage.broadcasts.get(id_)
        panel = await services.storage.panels.find(id_, person)
        if broadcast is None or panel is None:
            return
        state = _state((broadcast, *await parts(services, broadcast)))
        if self._shown.get(key) == (state, drawn) or services.touched.get(key, 0.0) != drawn:
            return
        began = services.touched[key] = services.now()
        shown = await self._edit(panel, broadcast)
        if services.touched.get(key) == began:
            services.touched[key] = services.now()
            if shown:
                self._shown[key] = state, services.touched[key]

    async def _edit(self, panel: Panel, broadcast: Broadcast) -> bool:
        """Whether it need not be tried again before something moves."""
        scene = self._services.scene(panel.language, None, admin=True, person=panel.person)
        view = await drawn_unasked(self._services, scene, broadcast, panel.person)
        if view is None:
            return True
        body = edit_fields(view)
        try:
            await self._bot.edit_message_text(body.pop("text"), panel.person, panel.message, api_kwargs=body)
        except BadRequest as error:
            if "not modified" not in error.message.lower():
                log.warning("a panel is gone or cannot be edited")
        except Forbidden:
            log.warning("an admin has blocked the bot: their panels are given up")
            await self._services.storage.panels.drop_of(panel.person)
        except Overtaken:
            return False
        return True

    def _final(self, panel: Panel, whole: Sequence[Broadcast]) -> bool:
        key = panel.broadcast, panel.person
        return self._shown.get(key) == (_state(whole), self._services.touched.get(key))

    def _forget(self, broadcast: int) -> None:
        for kept in (self._shown, self._services.touched):
            for key in [key for key in kept if key[0] == broadcast]:
                del kept[key]

    async def _expire(self) -> None:
        """Requests that nobody decided in time."""
        services = self._services
        for request in await services.storage.approvals.overdue(services.now()):
            if await services.storage.approvals.close(request.broadcast, ApprovalState.EXPIRED):
                broadcast = await services.storage.broadcasts.get(request.broadcast)
                if broadcast is not None:
                    await announce(services, self._bot, broadcast, ApprovalState.EXPIRED)


def _state(whole: Sequence[Broadcast]) -> object:
    """Of the broadcast and of what comes after it."""
    return tuple((part.state, tuple(sorted(part.counts.items())), part.note, part.start_at) for part in whole)
