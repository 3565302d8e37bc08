"""One file a conversation. `register` says which update goes where."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.handlers import (
    admins,
    alert,
    ask,
    attach,
    audit,
    brake,
    browse,
    errors,
    hide,
    inline,
    library,
    membership,
    publish,
    settings,
    start,
    stats,
    subscribe,
    wipe,
)
from bot.handlers.context import Context, callback_of
from bot.handlers.door import note
from bot.handlers.whoami import whoami
from bot.views.callback import Action
from bot.wire.lanes import Lane, lane

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]

NEW = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
OWN = NEW & ~filters.FORWARDED
"""A new message that its sender wrote here; commands count in no other."""

DESK: dict[str, Handler] = {
    "alert": alert.alert,
    "broadcasts": alert.broadcasts,
    "admins": admins.command,
    "publish": publish.command,
    "halt": brake.halt,
    "resume": brake.resume,
    "audit": audit.audit,
    "reload": library.reload,
    "stats": stats.stats,
    "hide": hide.command,
    "unhide": hide.unhide,
}
"""The desk's commands: its door refuses edited and forwarded ones itself, so that every attempt is logged."""

COMMANDS: dict[str, Handler] = {
    "start": start.start,
    "ask": ask.ask,
    **dict.fromkeys(browse.COMMANDS, browse.command),
    "stop": subscribe.stop,
    "forget": subscribe.stop,
    "whoami": whoami,
    **DESK,
}

ACTIONS: dict[Action, Handler] = {
    **dict.fromkeys(
        (Action.SUBSCRIBE_ALL, Action.URGENT_ONLY, Action.TOGGLE, Action.FOLLOW, Action.UNFOLLOW, Action.UNSUBSCRIBE),
        subscribe.pressed,
    ),
    **dict.fromkeys((Action.SILENT, Action.HIDE, Action.PAUSE), settings.switch),
    Action.WIPE_NOW: wipe.confirmed,
    Action.SET_LANGUAGE: settings.set_language,
    Action.READ: settings.read,
    Action.FOUND: ask.found,
    Action.ALERT: alert.pressed,
    Action.ADMINS: admins.pressed,
    Action.CARD: attach.open_card,
    Action.NO_TEXT: attach.no_text,
    Action.AUDIT: audit.pressed,
    Action.PUBLISH: publish.pressed,
    **dict.fromkeys((Action.HIDE_PERSON, Action.SHOW_PERSON), hide.pressed),
}
"""Buttons that do something; every other one opens a screen."""


async def _gatekeeper(update: Update, context: Context) -> None:
    """First of all: the lane of this update's calls; only private chats, membership and inline queries go on."""
    user, chat = update.effective_user, update.effective_chat
    lane.set(Lane.ADMIN if user is not None and context.services.is_admin(user.id) else Lane.REPLY)
    if update.inline_query is not None:
        if not context.services.settings.inline:
            raise ApplicationHandlerStop
        return
    if update.my_chat_member is None and (user is None or chat is None or chat.id != user.id or user.is_bot):
        if _at_the_desk(update):
            await note(context.services, user.id if user is not None else 0, "outside a private chat", "private")
        raise ApplicationHandlerStop


def _at_the_desk(update: Update) -> bool:
    """Whether somebody tries a command or a button of the desk."""
    callback, message = callback_of(update), update.effective_message
    if callback is not None:
        return callback.action in (Action.ALERT, Action.ADMINS)
    word = ((message.text if message is not None else None) or " ").split(maxsplit=1)[:1]
    return bool(word) and word[0].partition("@")[0].lower().removeprefix("/") in DESK


async def _button(update: Update, context: Context) -> None:
    callback = callback_of(update)
    handler = ACTIONS.get(callback.action, browse.pressed) if callback is not None else browse.pressed
    await handler(update, context)


def register(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    application.add_handler(TypeHandler(Update, _gatekeeper), group=-1)
    for name, handler in COMMANDS.items():
        kinds = filters.ChatType.PRIVATE if name in DESK else OWN
        application.add_handler(CommandHandler(name, handler, filters=kinds))
    application.add_handler(MessageHandler(NEW & filters.COMMAND, ask.unknown))
    application.add_handler(MessageHandler(NEW & filters.TEXT, ask.plain_text))
    application.add_handler(MessageHandler(NEW & ~filters.StatusUpdate.ALL, ask.other))
    application.add_handler(CallbackQueryHandler(_button))
    application.add_handler(InlineQueryHandler(inline.query))
    application.add_handler(ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(errors.failed)
