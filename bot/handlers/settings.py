"""A reader's settings: language, silent, hidden text, pause, and the text behind *Read*."""

from __future__ import annotations

from contextlib import suppress

from telegram import Update
from telegram.error import TelegramError

from bot.desk.shelf import names_one
from bot.handlers.context import Context, callback_of
from bot.handlers.reply import answer, send, show
from bot.views.callback import Action, Callback
from bot.views.router import screen
from bot.views.view import View
from bot.wire.payload import view_of
from storage.records import ReaderStatus


async def set_language(update: Update, context: Context) -> None:
    """args: the language, and optionally the screen's letter to redraw. Without a row it lives in the buttons."""
    callback = callback_of(update)
    user = update.effective_user
    if callback is None or user is None:
        return
    services = context.services
    chosen = callback.arg(0)
    if chosen not in services.words:
        chosen = callback.language
    subscribers = services.storage.subscribers
    if await subscribers.get(user.id) is not None:
        await subscribers.set_language(user.id, chosen)
    reader = await subscribers.get(user.id)
    admin = services.is_admin(user.id)
    if admin:
        services.spoken[user.id] = chosen
    scene = services.scene(chosen, reader, admin=admin)
    back = Action.SETTINGS if callback.arg(1) == Action.SETTINGS.value else Action.HOME
    view = screen(scene, Callback(chosen, back))
    if view is not None:
        await show(update, context, view)


async def switch(update: Update, context: Context) -> None:
    """The buttons of Action.SILENT, HIDE and PAUSE; args: "1" or "0", what to set."""
    callback = callback_of(update)
    user = update.effective_user
    if callback is None or user is None:
        return
    wanted = callback.arg(0) == "1"
    subscribers = context.services.storage.subscribers
    act = {
        Action.SILENT: subscribers.set_silent,
        Action.HIDE: subscribers.set_hidden,
        Action.PAUSE: subscribers.set_paused,
    }[callback.action]
    if await subscribers.get(user.id) is not None:
        await act(user.id, wanted)
    scene = await context.scene(update)
    notice = scene.words("Saved.") if scene.reader else scene.words("You are not subscribed: nothing is kept to set.")
    view = screen(scene, Callback(scene.language, Action.SETTINGS))
    if view is not None:
        await show(update, context, view, notice)


async def read(update: Update, context: Context) -> None:
    """*Read* under a hidden delivery: shows the text where the notice stood."""
    callback = callback_of(update)
    if callback is None:
        return
    scene = await context.scene(update)
    services = context.services
    number = int(callback.arg(0)) if callback.arg(0).isdigit() else 0
    payload = await services.storage.jobs.payload(number)
    reader = scene.reader
    gone = payload is None or names_one(services.shelf.names, payload)
    if payload is None or gone or reader is None or reader.status is ReaderStatus.BLOCKED:
        await answer(update, scene.words("This message is no longer kept."), alert=True)
        return
    view = view_of(payload, scene.language, services.house.language)
    if view.photo is None and view.document is None:
        await show(update, context, view)
    else:
        await _instead(update, context, number, view)


async def _instead(update: Update, context: Context, number: int, view: View) -> None:
    """A picture or file cannot stand where a text stood: it comes anew, is what a correction or recall will find, and
    the notice goes."""
    await answer(update)
    message, chat = await send(update, context, view), update.effective_chat
    notice = update.callback_query.message if update.callback_query is not None else None
    if notice is None or chat is None:
        return
    storage = context.services.storage
    await storage.jobs.moved(number, storage.subscribers.is_(chat.id), notice.message_id, message.message_id)
    with suppress(TelegramError):  # Telegram deletes nothing that is older than two days
        await context.bot.delete_message(chat.id, notice.message_id)
