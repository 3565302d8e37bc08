"""/audit: what admins did, newest first, and whether the log's chain is whole. For admins alone."""

from __future__ import annotations

from telegram import Update

from bot.desk.acts import Act
from bot.handlers.context import Context, callback_of
from bot.handlers.door import claim, enter
from bot.handlers.reply import answer, send, show
from bot.views import audit as views


async def audit(update: Update, context: Context) -> None:
    user, services = update.effective_user, context.services
    if user is None or not await enter(update, context, claim(update, Act.WATCH, services.now()), "/audit"):
        return
    scene = await context.scene(update)
    log = context.services.storage.audit
    await send(update, context, views.audit(scene, await log.latest(views.PAGE), 0, await log.verify(), user.id))


async def pressed(update: Update, context: Context) -> None:
    """*Older* and *Newer*; args: page."""
    scene, callback, user = await context.scene(update), callback_of(update), update.effective_user
    if callback is None or user is None or not scene.admin:
        await answer(update)
        return
    log, page = context.services.storage.audit, callback.number(0)
    entries = await log.latest(views.PAGE, skip=page * views.PAGE)
    await show(update, context, views.audit(scene, entries, page, await log.verify(), user.id))
