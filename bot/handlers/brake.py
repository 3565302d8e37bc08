"""/halt and /resume: all sending stands still at once, for whoever has a role; to go on takes who may write."""

from __future__ import annotations

from telegram import Update

from bot.desk.acts import Act
from bot.handlers.context import Context
from bot.handlers.door import claim, enter
from bot.handlers.reply import send
from bot.views import brake as views
from storage.records import BroadcastState

NOTE = "Halted in the chat."
HALTS = ("Halted ", "Telegram refuses this bot")
"""Beginnings of the notes with which a halt pauses broadcasts."""


async def halt(update: Update, context: Context) -> None:
    services = context.services
    if not await enter(update, context, claim(update, Act.WATCH, services.now()), "/halt"):
        return
    services.engine.halt(NOTE)
    await services.storage.deliveries.halt(NOTE)
    all_ = await services.storage.broadcasts.open()
    open_ = [found for found in all_ if found.state in (BroadcastState.APPROVED, BroadcastState.RUNNING)]
    await _record(update, context, "halt")
    await send(update, context, views.halted(await context.scene(update), len(open_)))


async def resume(update: Update, context: Context) -> None:
    """Lifts the halt, and sets going what it paused; what somebody paused by hand stays paused."""
    services = context.services
    if not await enter(update, context, claim(update, Act.COMPOSE, services.now()), "/resume"):
        return
    services.engine.lift()
    services.watch.halt = ""
    all_ = await services.storage.broadcasts.open()
    paused = [found for found in all_ if found.state is BroadcastState.PAUSED and found.note.startswith(HALTS)]
    moved = [await services.engine.resume(found.id) for found in paused]
    await _record(update, context, "resume")
    await send(update, context, views.resumed(await context.scene(update), sum(moved)))


async def _record(update: Update, context: Context, action: str) -> None:
    if update.effective_user is not None:
        await context.services.storage.audit.append(update.effective_user.id, action, "")
