"""/wipe, once it was confirmed: the record first, then the chat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from telegram import Update
from telegram.error import BadRequest

from bot.handlers.context import Context
from bot.handlers.reply import answer, send
from bot.views import wipe as views

REACH = 1000
"""Numbers before the last message that are tried. A bot's private chats share one row of numbers, and which of them
were in this chat is written down nowhere."""
AT_ONCE = 100
"""Messages that Telegram deletes in one call."""


async def confirmed(update: Update, context: Context) -> None:
    """*Erase and clear*. The answer comes when nothing is left in our files; the chat is cleared behind it."""
    user = update.effective_user
    if user is None:
        return
    scene = await context.scene(update)
    services = context.services
    wiped = await services.storage.erasure.wipe(user.id)
    await answer(update)
    last = await send(update, context, views.wiped(services.scene(scene.language, None)))
    for ids in _pages(last.message_id, wiped.messages):
        try:
            await context.bot.delete_messages(user.id, ids)
        except BadRequest:  # nothing there that may be deleted
            continue


def _pages(last: int, known: Sequence[int]) -> Iterator[list[int]]:
    """Newest first; `known` ones too, however far back."""
    near = range(last - 1, max(0, last - 1 - REACH), -1)
    far = sorted(set(known) - set(near), reverse=True)
    for ids in (near, far):
        for start in range(0, len(ids), AT_ONCE):
            yield list(ids[start : start + AT_ONCE])
