"""/whoami: the person's own numeric id, which an owner needs for the settings."""

from __future__ import annotations

from telegram import Update

from bot.handlers.context import Context
from bot.handlers.reply import send
from bot.views import about


async def whoami(update: Update, context: Context) -> None:
    user = update.effective_user
    if user is not None:
        await send(update, context, about.whoami(await context.scene(update), user.id))
