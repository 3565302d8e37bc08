"""/stats: readers, growth and deliveries, drawn and in words. For admins alone."""

from __future__ import annotations

import asyncio

from telegram import MessageEntity, Update

from bot.desk.acts import Act
from bot.handlers.context import Context
from bot.handlers.door import claim, enter
from bot.handlers.reply import send
from bot.views import stats as views
from bot.views.view import units

CAPTION = 1024
"""UTF-16 units under a picture; a longer text follows as a message of its own."""


async def stats(update: Update, context: Context) -> None:
    chat, services = update.effective_chat, context.services
    if chat is None or not await enter(update, context, claim(update, Act.WATCH, services.now()), "/stats"):
        return
    scene = await context.scene(update)
    from bot.views.picture import draw

    storage = context.services.storage
    board = views.board(scene, await storage.figures(), await storage.broadcasts.recent(views.BROADCASTS, jobs=False))
    said = views.text(board)
    fits = units(said.text) <= CAPTION
    await context.bot.send_photo(
        chat.id,
        await asyncio.to_thread(draw, board),
        caption=said.text if fits else None,
        caption_entities=[MessageEntity(entity.kind, entity.offset, entity.length) for entity in said.entities]
        if fits
        else None,
        filename="readers.png",
    )
    if not fits:
        await send(update, context, said)
