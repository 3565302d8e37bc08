"""The last resort: one line in the log without ids or texts, one humane line for the reader."""

from __future__ import annotations

import structlog
from telegram import Update
from telegram.error import Forbidden, NetworkError, RetryAfter

from bot.handlers.context import Context
from bot.handlers.reply import answer, send
from bot.logs import places
from bot.views import answers

log = structlog.get_logger(__name__)


async def failed(update: object, context: Context) -> None:
    error = context.error
    if isinstance(error, Forbidden) or error is None:
        return
    log.error("a handler failed", error=places(error))
    if not isinstance(update, Update) or update.effective_user is None or isinstance(error, (NetworkError, RetryAfter)):
        return
    try:
        if update.callback_query is not None:
            await answer(update)
        scene = context.services.scene(update.effective_user.language_code or "", None)
        await send(update, context, answers.went_wrong(scene))
    except Exception as second:  # noqa: BLE001 - an answer about a failure must not fail the bot
        log.error("the answer about it failed too", error=places(second))  # noqa: TRY400 - places only
