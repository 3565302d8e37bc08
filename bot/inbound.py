"""Updates in, put together: journal, flood control, intake, and either polling or the webhook.

Part of the composition root, beside `app.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import NetworkError, TelegramError
from telegram.ext import Application

from bot.config import Settings
from bot.handlers.alarms import Alarms
from bot.handlers.context import Services
from bot.handlers.errors import failure
from bot.handlers.sorry import Sorry
from bot.handlers.wishes import Wishes
from bot.health.meters import Arrivals
from bot.wire.alarm import Alarm
from bot.wire.claimed import Hold
from bot.wire.flood import Flood
from bot.wire.intake import ALLOWED, Intake, Raw, kind_of
from bot.wire.journal import Journal
from bot.wire.listen import CannotListen, Listener
from bot.wire.poller import Poller
from bot.wire.shape import well_shaped
from bot.wire.webhook import CONNECTIONS, LARGEST, Webhook

log = structlog.get_logger(__name__)

App = Application[Any, Any, Any, Any, Any, Any]
OVERDUE = 90.0
"""Seconds without an answered poll after which updates count as cut off; a poll may take 25, a pause 30."""
READ = (*ALLOWED, "edited_message")
"""What is handled of what may come all the same; an edited command is refused aloud."""
LOOK = 60.0
"""Seconds between two looks at where Telegram sends the updates."""


class Inbound:
    """`open` once Telegram knows the bot; then each of `tasks` in a supervised task; `stop`, `close`."""

    def __init__(self, services: Services, application: App, listener: Listener) -> None:
        self._settings: Settings = services.settings
        self._bot: Bot = application.bot
        self._listener = listener
        self._journal = Journal(self._settings.data)
        self.alarms = Alarms(services, application.bot)
        self.flood = Flood(services.is_admin, self.alarms.warn)
        self._leads = services.storage.replicas.mine
        claims, sorry = services.storage.replicas.claims, Sorry(services, application.bot)
        hold = None
        if claims is not None:
            hold = Hold(claims, partial(hashed, services.storage.stamps), lambda: services.storage.replicas.fit)
        self.intake = Intake(
            handling(application), self._journal, self.flood, hold, sorry.say, Wishes(services.storage)
        )
        self.poller: Poller | None = None
        self.webhook: Webhook | None = None
        if self._settings.webhook_url:
            secret = self._settings.webhook_secret.get_secret_value()
            self.webhook = Webhook(self.intake, self._settings.webhook_url, secret)
            listener.route("POST", self.webhook.path, self.webhook.call)
        else:
            self.poller = Poller(application.bot.raw_updates, self.intake, self._alarmed, self._leads)
        self.first = asyncio.Event() if self.poller is None else self.poller.first_poll
        """Set when updates can come."""
        self.seen = float("-inf")
        """The loop's time at which Telegram last confirmed where it sends the updates."""
        self._look = asyncio.Event()
        self._over = asyncio.Event()
        self.health = ""
        """Where machines may ask, once open; empty when the address was taken."""

    async def open(self) -> None:
        """Tells Telegram where to send updates. TelegramError; CannotListen when the webhook's address is taken."""
        try:
            await self._listener.open()
            self.health = f"http://{self._listener.address}/readyz"
        except CannotListen as error:
            if self.webhook is not None:
                raise
            log.warning("nobody can ask how the bot is, nor for metrics", error=str(error))
        await self._point()
        if self.webhook is not None:
            self.first.set()

    def silent(self) -> float:
        """Seconds since Telegram last confirmed that updates come here."""
        heard = self.seen if self.poller is None else max(self.poller.polled, self.seen)
        return asyncio.get_running_loop().time() - heard

    def overdue(self) -> str:
        """What keeps updates from coming, in one line; empty when nothing does."""
        silent = self.silent()
        if self.poller is not None and self._leads() and silent > OVERDUE:
            return f"Telegram has answered no poll for {silent:.0f} s; see the log"
        if self.webhook is not None and silent > OVERDUE + 2 * LOOK:
            return f"Telegram has not confirmed the webhook for {silent:.0f} s; see the log"
        return ""

    def arrivals(self) -> Arrivals:
        calls = self.webhook.counts if self.webhook is not None else {}
        return Arrivals(
            self.intake.counts, self.intake.kinds, calls, self.intake.in_hand, self.silent(), self.alarms.raised
        )

    async def _point(self) -> None:
        """Makes Telegram send the updates to where this bot listens."""
        if self.webhook is None:
            await self._bot.delete_webhook()
        else:
            await self._bot.set_webhook(
                self._settings.webhook_url,
                secret_token=self._settings.webhook_secret.get_secret_value(),
                allowed_updates=list(ALLOWED),
                max_connections=CONNECTIONS,
            )
        self.seen = asyncio.get_running_loop().time()

    def tasks(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What runs beside the intake until cancelled."""
        return [self.alarms.run, self._listener.sweep, self._watch]

    async def run(self) -> None:
        """Until `stop`; what is in hand is finished first."""
        if self.poller is not None:
            await self.poller.run()
        else:
            await self._over.wait()

    def stop(self) -> None:
        self._over.set()
        for source in (self.poller, self.webhook):
            if source is not None:
                source.stop()

    async def close(self) -> None:
        """After `stop`: calls that are under way get their answers; then the address is free again."""
        await self._listener.close()

    async def end(self) -> None:
        """After `run` has ended."""
        if self.poller is not None:
            await self.poller.confirm()
        self._journal.close()

    def _alarmed(self, kind: Alarm, count: int) -> None:
        """From the poller. A 409 because of a webhook is looked into first: it may be a leftover of our own."""
        if kind is Alarm.WEBHOOK:
            self._look.set()
        else:
            self.alarms.alarm(kind, count)

    async def _watch(self) -> None:
        """A webhook that was changed is put back, and the owners are told."""
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self._look.wait()
            except TimeoutError:
                pass
            self._look.clear()
            try:
                await self._compare()
            except NetworkError:
                continue
            except TelegramError as error:
                log.warning("cannot see where Telegram sends updates", error=type(error).__name__)

    async def _compare(self) -> None:
        info = await self._bot.get_webhook_info()
        if info.url == self._settings.webhook_url:
            self.seen = asyncio.get_running_loop().time()
            return
        log.error("the webhook at Telegram was changed; it is put back")
        self.alarms.alarm(Alarm.WEBHOOK, 0)
        await self._point()


def hashed(stamps: Callable[[bytes], Sequence[bytes]], chat: object) -> Sequence[bytes]:
    """How a chat is known in the database while an update of it is in hand: a keyed hash, one for each key in use."""
    return () if chat is None else [stamp[:16] for stamp in stamps(f"chat {chat}".encode())]


def handling(application: App) -> Callable[[Raw], Awaitable[None]]:
    """One update of Telegram's JSON through the handlers; one that cannot be read is dropped with a line. What a
    handler raised is raised here again, save what Telegram or the network refused: those answers are lost, and
    a second try would do the rest twice."""

    async def handle(raw: Raw) -> None:
        kind = kind_of(raw)
        if kind not in READ:
            return
        if not well_shaped(raw):
            log.warning("update dropped: it is not shaped as Telegram's are", kind=kind)
            return
        try:
            update = Update.de_json({"update_id": raw["update_id"], kind: raw[kind]}, application.bot)
        except Exception as error:  # noqa: BLE001 - whatever a malformed update breaks, the next one counts
            log.warning("update dropped: it cannot be read", kind=kind, error=type(error).__name__)
            return
        failure.set([])
        await application.process_update(update)
        for raised in failure.get():
            if not isinstance(raised, TelegramError):
                raise raised

    return handle


__all__ = ["LARGEST", "Inbound", "handling"]
