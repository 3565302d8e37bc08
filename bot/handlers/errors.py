"""The last resort: one line in the log without ids or texts, one humane line for the reader.

The library swallows what a handler raises, and an update whose handler failed must be tried again:
`failure` carries it back to who asked for the update to be processed.
"""

from __future__ import annotations

from contextvars import ContextVar

import structlog
from telegram import Update
from telegram.error import Forbidden, NetworkError, RetryAfter

from bot.handlers.context import Context
from bot.handlers.reply import answer, send
from bot.logs import places
from bot.views import answers
from bot.wire.intake import last_try
from bot.wire.limiter import Muted
from storage.errors import StorageError

log = structlog.get_logger(__name__)

failure: ContextVar[list[Exception]] = ContextVar("failure")
"""A list, set before an update is processed, of what its handlers raised."""


async def failed(update: object, context: Context) -> None:
    error = context.error
    if isinstance(error, (Forbidden, Muted)) or error is None:
        return
    failure.get([]).append(error)
    if isinstance(error, StorageError):  # the update waits until it can be stored, and the intake says so
        return
    log.error("a handler failed", error=places(error))
    if not last_try.get() or isinstance(error, (NetworkError, RetryAfter)):
        return
    if not isinstance(update, Update) or update.effective_user is None:
        return
    try:
        if update.callback_query is not None:
            await answer(update)
        scene = context.services.scene(update.effective_user.language_code or "", None)
        await send(update, context, answers.went_wrong(scene))
    except Exception as second:  # noqa: BLE001 - an answer about a failure must not fail the bot
        log.error("the answer about it failed too", error=places(second))  # noqa: TRY400 - places only
