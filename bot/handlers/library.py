"""/reload, /hide and /unhide: what is served, changed while the bot runs. Readers meet either the old or the new."""

from __future__ import annotations

import asyncio

from telegram import Update

from bot.desk.acts import Act
from bot.desk.shelf import arranged
from bot.handlers.context import Context, Services
from bot.handlers.door import claim, enter
from bot.handlers.reply import send
from bot.views import library as views
from content.errors import InvalidLibrary
from content.library import Library
from content.loader import load


async def read_again(services: Services) -> Library:
    """Reads the folder and serves it at once, without the hidden. InvalidLibrary: it has faults, and the library
    read before goes on serving."""
    settings = services.settings
    whole = await asyncio.to_thread(load, settings.library, language=settings.language)
    await arrange(services, whole)
    services.news.set()
    return services.library


async def arrange(services: Services, whole: Library | None = None) -> None:
    """Serves `whole`, or the library as it is, without whoever is hidden when this returns."""
    while True:
        base = whole or services.shelf.whole
        hidden = await services.storage.hidden.all()
        shelf = await asyncio.to_thread(arranged, base, hidden)
        if hidden == await services.storage.hidden.all() and (whole or base is services.shelf.whole):
            services.shelf = shelf
            return


async def reload(update: Update, context: Context) -> None:
    """/reload: for admins; every fault with its file, line and column."""
    user, services = update.effective_user, context.services
    if user is None or not await enter(update, context, claim(update, Act.COMPOSE, services.now()), "/reload"):
        return
    scene = await context.scene(update)
    try:
        library = await read_again(services)
    except InvalidLibrary as error:
        await send(update, context, views.faulty(scene, error.faults, services.settings.library))
        return
    await services.storage.replicas.announce("library")
    await services.storage.audit.append(user.id, "reload", str(len(library.records)))
    await send(update, context, views.read(scene, len(library.records)))
