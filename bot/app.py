"""The composition root: builds the application from settings, runs it, and takes it down in order.

Nothing starts at import, and nothing starts in `build_application`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Set
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes

from bot.broadcast.engine import Engine
from bot.broadcast.watch import Watch
from bot.config import Settings
from bot.control import Control
from bot.desk.shelf import read_shelf
from bot.handlers import register
from bot.handlers.context import Services, bound_context
from bot.handlers.heads import Heads
from bot.handlers.hide import sweep
from bot.handlers.library import read_again
from bot.handlers.metadata import register as register_metadata
from bot.handlers.panels import Panels
from bot.handlers.publish import offer, unfinished
from bot.handlers.stops import Stops
from bot.health.meters import Metered, Meters
from bot.house import house_of
from bot.inbound import LARGEST, Inbound
from bot.orders import Hands, bound
from bot.together import Together
from bot.views.words import load_words
from bot.vigil import Vigil, Work, lasting
from bot.wire.closing import Closing
from bot.wire.gate import Gate
from bot.wire.limiter import GateLimiter
from bot.wire.listen import CannotListen, Listener
from bot.wire.pace import BroadcastPace, SystemClock
from bot.wire.sender import WireSender
from bot.wire.transport import AiohttpRequest, SafeBot
from content.errors import InvalidLibrary
from storage.errors import StorageError
from storage.lock import hold
from storage.open import Storage, open_storage

log = structlog.get_logger(__name__)

HOUSEKEEPING = 600.0
"""Seconds between two rounds of erasing what is due."""
JUMP = 3600.0
"""Seconds by which the clock may move against the steady one between two rounds."""
NEWS_AGAIN = 10.0
"""Seconds after which new updates are offered again when the database could not be read."""

App = Application[Any, Any, Any, Any, Any, Any]


class Refused(Exception):
    """The bot cannot start; the message is one line for the operator."""


def build_services(settings: Settings, storage: Storage, hidden: Set[str]) -> Services:
    """Loads the library without `hidden` people (InvalidLibrary with every fault) and wires the engine; starts
    nothing."""
    shelf = read_shelf(settings.library, settings.language, hidden)
    words = load_words()
    gate = Gate(settings.rate, paid_rate=settings.paid_rate if settings.paid else None)
    sender = WireSender(settings, storage.media)
    watch, meters = Watch(), Meters()
    engine = Engine(
        storage.deliveries,
        Metered(sender, meters),
        BroadcastPace(gate, paid=settings.paid),
        SystemClock(),
        watch,
        storage.replicas,
    )
    return Services(
        settings, house_of(settings), words, storage, shelf, gate, sender, engine, watch=watch, meters=meters
    )


def build_application(services: Services) -> App:
    settings = services.settings
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's switch for durations that are timedeltas
    request = AiohttpRequest(proxy=settings.proxy.get_secret_value() or None)
    bot = SafeBot(
        settings.token.get_secret_value(),
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=request,
        get_updates_request=request,
        rate_limiter=GateLimiter(services.gate),
    )
    builder = Application.builder().bot(bot).updater(None).job_queue(None)
    application = builder.context_types(ContextTypes(context=bound_context(services))).build()
    register(application)
    return application


async def serve(
    settings: Settings,
    *,
    ready: Callable[[], None] | None = None,
    stop: asyncio.Event | None = None,
    guarded: bool = False,
) -> None:
    """Runs until SIGTERM, SIGINT or `stop`; `ready` is called after the first poll was answered. `guarded`: a loop
    that stands still ends the process. Refused, StorageError, InvalidLibrary, Ended: one line each."""
    stop = stop or asyncio.Event()
    with hold(settings.data):
        async with contextlib.AsyncExitStack() as stack:
            storage = await stack.enter_async_context(_storage(settings))
            services = build_services(settings, storage, await storage.hidden.all())
            application = build_application(services)
            context = application.context_types.context
            hands = Hands(settings, storage, lambda: services, services, lambda: context(application))
            await stack.enter_async_context(Control(settings.data, bound(hands), (StorageError, InvalidLibrary)))
            with _signals(stop):
                await _serve(services, application, stop, ready, guarded=guarded)


@contextlib.asynccontextmanager
async def _storage(settings: Settings) -> AsyncIterator[Storage]:
    storage = await open_storage(
        url=settings.database.get_secret_value() or None,
        data=settings.data,
        key_file=settings.master_key,
        bot_id=settings.bot_id,
    )
    try:
        yield storage
    finally:
        await storage.close()


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Any:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _serve(
    services: Services, application: App, stop: asyncio.Event, ready: Callable[[], None] | None, *, guarded: bool
) -> None:
    listener = Listener(services.settings.listen, LARGEST)
    inbound = Inbound(services, application, listener)
    vigil = Vigil(services, inbound, listener, guarded=guarded)
    closing = Closing(services.gate, services.storage.meta)
    try:
        await application.initialize()
        await _informed(services, application, closing)
        await inbound.open()
    except InvalidToken:
        await _abandon(application, listener)
        raise Refused("DAUYS_TOKEN: Telegram does not know this token; copy it again from @BotFather") from None
    except TelegramError as error:
        await _abandon(application, listener)
        kind = type(error).__name__
        raise Refused(f"DAUYS_API_URL: no answer there ({kind}); check the network, or set DAUYS_PROXY") from None
    except CannotListen as error:
        await _abandon(application, listener)
        raise Refused(str(error)) from None
    await services.sender.open()
    panels = Panels(services, application.bot)
    together = Together(services, closing)
    try:
        async with asyncio.TaskGroup() as group:
            coming = group.create_task(lasting(inbound.run, stop))
            parts: list[Work] = [
                services.engine.run,
                closing.run,
                panels.run,
                Stops(services, application.bot).run,
                partial(_housekeeping, services, together),
                partial(_reloads, services),
                partial(_news, services, application, inbound, together),
                Heads(services, application.bot, together.leading).run,
                *together.tasks(),
                *inbound.tasks(),
                *vigil.tasks(),
            ]
            others = [group.create_task(lasting(work, stop)) for work in parts]
            others.append(group.create_task(_once_ready(services, application, inbound, vigil, ready)))
            await stop.wait()
            log.info("stopping: answers still awaited are waited for")
            vigil.stopping()
            inbound.stop()
            await asyncio.gather(services.engine.stop(), coming, inbound.close())
            await services.storage.replicas.resign()
            with contextlib.suppress(StorageError):
                await closing.keep()
            for task in others:
                task.cancel()
        await inbound.end()
    finally:
        await services.sender.close()
        await application.shutdown()


async def _informed(services: Services, application: App, closing: Closing) -> None:
    """What the first update needs, which a webhook may bring as soon as it is open: who has a role, who is hidden, what
    the bot is called, and until when Telegram has closed the gate. StorageError."""
    await services.roster.load()
    await sweep(services, services.shelf.names)
    services.house = replace(services.house, username=application.bot.username)
    await closing.restore()


async def _abandon(application: App, listener: Listener) -> None:
    await application.bot.request.shutdown()
    await listener.close()


async def _once_ready(
    services: Services, application: App, inbound: Inbound, vigil: Vigil, ready: Callable[[], None] | None
) -> None:
    await inbound.first.wait()
    log.info(
        "the bot listens",
        records=len(services.library.cases) + len(services.library.declarations),
        health=inbound.health,
    )
    vigil.started()
    if ready is not None:
        ready()
    await register_metadata(services, application.bot)


async def _news(services: Services, application: App, inbound: Inbound, together: Together) -> None:
    """After the start, and whenever the library was read again: updates that are new are offered. A disk that
    fails is tried again later."""
    await inbound.first.wait()
    cleared = False
    while True:
        await together.leading()
        try:
            if not cleared:
                await unfinished(services)
                cleared = True
            services.news.clear()
            await offer(services, application.bot)
        except StorageError as error:
            log.warning("new updates are offered later", why=str(error), seconds=NEWS_AGAIN)
            await asyncio.sleep(NEWS_AGAIN)
        else:
            await services.news.wait()


async def _reloads(services: Services) -> None:
    """SIGHUP: the library is read again; a faulty one leaves the old one serving."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    try:
        while True:
            await asked.wait()
            asked.clear()
            try:
                library = await read_again(services)
                await services.storage.replicas.announce("library")
            except InvalidLibrary as error:
                log.warning("the library has faults; the one read before serves on", faults=str(error).splitlines())
            except StorageError as error:
                log.warning("the library could not be read again; the one read before serves on", why=str(error))
            else:
                log.info("the library was read again", records=len(library.records))
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


async def _housekeeping(services: Services, together: Together) -> None:
    """Erases what is due; a disk that fails is tried again later, and what a clock says that has just jumped is not
    believed before it says so twice."""
    claims = services.storage.replicas.claims
    offset = services.now() - time.monotonic()
    while True:
        await together.leading()
        before, offset = offset, services.now() - time.monotonic()
        try:
            if claims is not None:
                await claims.forget()
            if abs(offset - before) < JUMP:
                await services.storage.purge(services.now())
            else:
                log.warning(
                    "the clock jumped: what is due is erased later", by=round(offset - before), seconds=HOUSEKEEPING
                )
        except StorageError as error:
            log.warning("housekeeping waits", why=str(error), seconds=HOUSEKEEPING)
        await asyncio.sleep(HOUSEKEEPING)
