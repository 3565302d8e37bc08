"""*Undo*, *Pause*, *Resume*, *Cancel*, and the panel of anybody who watches."""

from __future__ import annotations

from bot.handlers.door import Press
from bot.handlers.drafts import read
from bot.handlers.progress import show_progress
from bot.handlers.requests import announce
from bot.handlers.texts import show_panel
from bot.views import desk as views
from storage.records import ApprovalState


async def watch(press: Press) -> None:
    await show_progress(press)


async def undo(press: Press) -> None:
    """Before the first message an approved alert becomes a draft again; what was approved is approved no more."""
    services = press.services
    if not await services.storage.broadcasts.withdraw(press.broadcast.id):
        await show_progress(press)
        return
    await press.record("undo")
    if press.person == press.broadcast.author:
        await show_panel(press, await read(services, press.broadcast))
    else:
        await press.show(views.taken_back(press.scene, press.broadcast.id))
        await announce(press.services, press.context.bot, press.broadcast, ApprovalState.UNDONE)


async def pause(press: Press) -> None:
    await press.services.engine.pause(press.broadcast.id)
    await press.record("pause")
    await show_progress(press)


async def resume(press: Press) -> None:
    await press.services.engine.resume(press.broadcast.id)
    await press.record("resume")
    await show_progress(press)


async def cancel(press: Press) -> None:
    await press.services.engine.cancel(press.broadcast.id)
    await press.record("cancel")
    await show_progress(press)
