"""Showing a view: a new message to a message, an edit to a pressed button, and never a stack trace."""

from __future__ import annotations

from telegram import Message, Update
from telegram.error import BadRequest

from bot.handlers.context import Context
from bot.views.view import View
from bot.wire.fields import edit_fields, fields

_SAME = "message is not modified"
_TOO_OLD = "query is too old"


async def answer(update: Update, notice: str = "", *, alert: bool = False) -> None:
    """Answers the callback, so that the button stops spinning; one that has died meanwhile is let be."""
    query = update.callback_query
    if query is None:
        return
    try:
        await query.answer(notice[:200] or None, show_alert=alert)
    except BadRequest as error:
        if _TOO_OLD not in error.message.lower() and "query_id" not in error.message.lower():
            raise


async def send(update: Update, context: Context, view: View) -> Message:
    """A new message in the chat of the update."""
    chat = update.effective_chat
    if chat is None:
        raise ValueError("an update without a chat")
    return await send_to(context, chat.id, view)


async def send_to(context: Context, chat_id: int, view: View) -> Message:
    body = fields(view)
    return await context.bot.send_message(chat_id, body.pop("text"), api_kwargs=body)


async def edit(context: Context, chat_id: int, message_id: int, view: View) -> bool:
    """False when the message is no longer there to be edited."""
    body = edit_fields(view)
    try:
        await context.bot.edit_message_text(body.pop("text"), chat_id, message_id, api_kwargs=body)
    except BadRequest as error:
        reason = error.message.lower()
        if _SAME in reason:
            return True
        if "not found" in reason or "can't be edited" in reason:
            return False
        raise
    return True


async def show(update: Update, context: Context, view: View, notice: str = "") -> None:
    """Redraws the pressed message, or sends a new one: to a command, or where the old one is gone."""
    await answer(update, notice)
    query = update.callback_query
    message = query.message if query is not None else None
    if isinstance(message, Message) and await edit(context, message.chat.id, message.message_id, view):
        return
    await send(update, context, view)
