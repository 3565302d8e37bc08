"""An admin's plain message that is an answer to the desk: a text, a file, a date, a reason, a person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import Update

from bot.handlers import admins, approve, attach, schedule, texts
from bot.handlers.context import Context
from storage.records import Awaited

WAITS = 30 * 60
"""Seconds for which the desk waits for a message."""

Take = Callable[[Update, Context, Awaited], Awaitable[bool]]
TAKES: dict[str, Take] = {
    "text": texts.takes_text,
    "file": attach.takes_file,
    "when": schedule.takes_date,
    "reason": approve.takes_reason,
    "admin": admins.takes_person,
}
TEXTS = frozenset({"text", "when", "reason", "admin"})
"""What a text answers."""
OTHERS = frozenset({"file", "admin"})
"""What a message without a text answers: a picture, a document, a contact."""


async def takes(update: Update, context: Context, *, text: bool) -> bool:
    """Whether the message was an answer that the desk waited for."""
    user, services = update.effective_user, context.services
    if user is None or user.id not in services.roster.known:
        return False
    wanted = await services.storage.waiting.get(user.id)
    if wanted is None or services.now() - wanted.since > WAITS or wanted.what not in TAKES:
        return False
    if wanted.what not in (TEXTS if text else OTHERS):
        return False
    return await TAKES[wanted.what](update, context, wanted)
