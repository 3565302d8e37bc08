"""What becomes of a request for approval, told wherever it stands: to whoever was asked, and to who asked."""

from __future__ import annotations

from telegram import Bot
from telegram.error import TelegramError

from bot.handlers.context import Context, Services
from bot.handlers.reply import edit_with, send_with
from bot.views import approval as views
from storage.records import ApprovalState, Broadcast

REQUEST = "request"
"""The kind of panel that shows somebody a request."""


async def close(context: Context, broadcast: Broadcast, state: ApprovalState) -> None:
    """An open request ends without a decision."""
    if await context.services.storage.approvals.close(broadcast.id, state):
        await announce(context.services, context.bot, broadcast, state)


async def announce(services: Services, bot: Bot, broadcast: Broadcast, state: ApprovalState, reason: str = "") -> None:
    """Approvers' messages lose their buttons; the author is told unless they ended it themselves."""
    for panel in await services.storage.panels.of(broadcast.id):
        if panel.kind != REQUEST:
            continue
        scene = services.scene(panel.language, None, admin=True, person=panel.person)
        try:
            await edit_with(bot, panel.person, panel.message, views.ended(scene, broadcast, state, reason))
        except TelegramError:
            continue
    await services.storage.panels.drop_kind(broadcast.id, REQUEST)
    if state is not ApprovalState.VOID:
        await tell_author(services, bot, broadcast, state, reason)


async def tell_author(
    services: Services, bot: Bot, broadcast: Broadcast, state: ApprovalState, reason: str = ""
) -> None:
    mine = [p for p in await services.storage.panels.of(broadcast.id) if p.person == broadcast.author]
    language = mine[0].language if mine else services.house.language
    scene = services.scene(language, None, admin=True, person=broadcast.author)
    try:
        await send_with(bot, broadcast.author, views.told(scene, broadcast, state, reason))
    except TelegramError:
        return
