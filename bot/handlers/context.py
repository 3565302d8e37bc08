"""What every handler is given: the house's services, and the person who wrote."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from telegram import Chat, Update
from telegram.ext import CallbackContext, ExtBot

from bot.broadcast.engine import Engine
from bot.broadcast.watch import Watch
from bot.config import Settings
from bot.desk.roster import Roster
from bot.desk.seals import Seals
from bot.desk.shelf import Shelf
from bot.health.checks import Health
from bot.health.meters import Meters
from bot.views.callback import Callback, unpack
from bot.views.pick_language import pick_language
from bot.views.scene import House, Scene, unsealed
from bot.views.words import Words
from bot.wire.gate import Gate
from bot.wire.sender import WireSender
from content.ask import Asker
from content.library import Library
from storage.open import Storage
from storage.records import ReaderStatus, Subscriber

AWAY = (ReaderStatus.BLOCKED, ReaderStatus.UNREACHABLE)
"""What Telegram has said of somebody to whom a message was sent; who writes to the bot is there again."""


@dataclass
class Services:
    """Built once by the composition root; `shelf` is swapped whole when the library is read again."""

    settings: Settings
    house: House
    words: Mapping[str, Words]
    storage: Storage
    shelf: Shelf
    gate: Gate
    sender: WireSender
    engine: Engine
    watch: Watch = field(default_factory=Watch)
    now: Callable[[], float] = field(default=time.time)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the library was read: it may hold updates to offer."""
    touched: dict[tuple[int, int], float] = field(default_factory=dict, repr=False)
    """(broadcast, admin) -> when their panel was last drawn, in Unix seconds."""
    spoken: dict[int, str] = field(default_factory=dict, repr=False)
    """Admin -> the language in which the bot last answered them; in memory alone."""
    meters: Meters = field(default_factory=Meters)
    roster: Roster = field(init=False)
    seals: Seals = field(init=False)
    health: Health = field(init=False)

    def __post_init__(self) -> None:
        self.roster = Roster(self.settings.owners, self.storage.admins)
        self.seals = Seals(self.storage.stamp)
        self.health = Health(self.storage, self.engine, self.gate, self.watch)

    @property
    def library(self) -> Library:
        return self.shelf.library

    @property
    def asker(self) -> Asker:
        return self.shelf.asker

    def today(self) -> date:
        return datetime.fromtimestamp(self.now(), UTC).astimezone(ZoneInfo(self.settings.timezone)).date()

    def is_admin(self, user_id: int) -> bool:
        """Whether they have any role at the desk."""
        return self.roster.is_admin(user_id)

    def is_owner(self, user_id: int) -> bool:
        return user_id in self.settings.owners

    def scene(
        self, language: str, reader: Subscriber | None, *, admin: bool = False, person: int | None = None
    ) -> Scene:
        """`person`: whose buttons of the desk these will be."""
        words = self.words.get(language) or self.words[self.house.language]
        seal = partial(self.seals.make, person, self.now()) if admin and person is not None else unsealed
        return Scene(words, self.library, self.house, self.today(), reader, admin, seal)

    async def admin_scene(self, person: int, otherwise: str) -> Scene:
        """For what an admin is told unasked: in the language that they chose, or were last answered in, or
        `otherwise`."""
        reader = await self.storage.subscribers.get(person)
        language = reader.language if reader is not None else self.spoken.get(person, otherwise)
        return self.scene(language, reader, admin=True, person=person)


class Context(CallbackContext[ExtBot[None], dict[object, object], dict[object, object], dict[object, object]]):
    """PTB's context with the services. No user, chat or bot data is used: state that matters is a row."""

    services: Services

    async def scene(self, update: Update, question: str = "") -> Scene:
        """The scene for whoever sent the update. A row's language wins, then the button's, then a guess."""
        user = update.effective_user
        if user is None:
            raise ValueError("an update without a person")
        services = self.services
        reader = await services.storage.subscribers.get(user.id)
        if reader is not None and reader.status in AWAY and wrote(update):
            await services.storage.subscribers.unblock(user.id)
            reader = replace(reader, status=ReaderStatus.ACTIVE)
        pressed = callback_of(update)
        if reader is not None:
            language = reader.language
        elif pressed is not None:
            language = pressed.language
        else:
            language = pick_language(user.language_code, question, services.house.language)
        admin = services.is_admin(user.id)
        if admin:
            services.spoken[user.id] = language
        return services.scene(language, reader, admin=admin, person=user.id)


def wrote(update: Update) -> bool:
    """Whether it is a new message in a private chat, which nobody can send who has blocked the bot."""
    return update.message is not None and update.message.chat.type == Chat.PRIVATE


def callback_of(update: Update) -> Callback | None:
    query = update.callback_query
    return unpack(query.data) if query is not None else None


def bound_context(services: Services) -> type[Context]:
    """A context class that carries these services; PTB makes one context of it for each update."""
    return type("BoundContext", (Context,), {"services": services})
