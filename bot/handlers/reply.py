"""Showing a view: a new message to a message, an edit to a pressed button, and never a stack trace."""

from __future__ import annotations

from telegram import Bot, Message, Update
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


async def send(update: Update, context: Context, view: View, *, replying: bool = False) -> Message:
    """A new message in the chat of the update; `replying` to the message that it answers, if that is still there."""
    chat, message = update.effective_chat, update.effective_message
    if chat is None:
        raise ValueError("an update without a chat")
    return await send_to(context, chat.id, view, message.message_id if replying and message is not None else None)


async def send_to(context: Context, chat_id: int, view: View, reply_to: int | None = None) -> Message:
    return await send_with(context.bot, chat_id, view, reply_to)


async def send_with(bot: Bot, chat_id: int, view: View, reply_to: int | None = None) -> Message:
    """A message; with a picture or document, that with the text as its caption."""
    body = fields(view)
    if reply_to is not None:
        body["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    if view.photo is not None:
        return await bot.send_photo(chat_id, view.photo, api_kwargs=body)
    if view.document is not None:
        return await bot.send_document(chat_id, view.document, api_kwargs=body)
    return await bot.send_message(chat_id, body.pop("text"), api_kwargs=body)


async def edit(context: Context, chat_id: int, message_id: int, view: View) -> bool:
    """False when the message is no longer there to be edited."""
    return await edit_with(context.bot, chat_id, message_id, view)


async def edit_with(bot: Bot, chat_id: int, message_id: int, view: View) -> bool:
    body = edit_fields(view)
    try:
        await bot.edit_message_text(body.pop("text"), chat_id, message_id, api_kwargs=body)
    except BadRequest as error:
        reason = error.message.lower()
        if _SAME in reason:
            return True
        if "not found" in reason or "can't be edited" in reason or "no text in the message" in reason:
            return False
        raise
    return True


async def show(update: Update, context: Context, view: View, notice: str = "") -> None:
    """Redraws the pressed message, or sends a new one: to a command, or where the old one is gone."""
    await answer(update, notice)
    query = update.callback_query
    message = query.message if query is not None else None
    media = view.photo is not None or view.document is not None
    if isinstance(message, Message) and not media and await edit(context, message.chat.id, message.message_id, view):
        return
    await send(update, context, view)
