"""/start: the welcome, or the card that a deep link names. Enrols nobody."""

from __future__ import annotations

from telegram import Update

from bot.handlers.context import Context
from bot.handlers.reply import send
from bot.views.callback import Callback
from bot.views.links import parse_payload
from bot.views.router import screen
from bot.views.start import nowhere, welcome


async def start(update: Update, context: Context) -> None:
    scene = await context.scene(update)
    text = (update.effective_message.text if update.effective_message else "") or ""
    _, _, payload = text.partition(" ")
    target = parse_payload(payload.strip())
    if target is None:
        await send(update, context, welcome(scene))
        return
    card = screen(scene, Callback(scene.language, target.action, target.args))
    await send(update, context, card or nowhere(scene))
