"""Blocks, and groups that add the bot."""

from __future__ import annotations

import structlog
from telegram import Chat, ChatMember, Update

from bot.handlers.context import Context

log = structlog.get_logger(__name__)


async def changed(update: Update, context: Context) -> None:
    """my_chat_member: a reader who blocks is suspended at once, erased a day later unless they come back;
    a group or channel is left, since nothing there is supported yet."""
    change = update.my_chat_member
    if change is None:
        return
    subscribers = context.services.storage.subscribers
    gone = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    if change.chat.type == Chat.PRIVATE:
        if change.chat.id != change.from_user.id:
            return  # nobody blocks for somebody else
        if gone:
            await subscribers.suspend(change.chat.id, context.services.now())
        else:
            await subscribers.unblock(change.chat.id)
    elif not gone:
        log.info("left a group or channel: they are not supported")
        await context.bot.leave_chat(change.chat.id)
