"""*Undo*, *Pause*, *Resume*, *Cancel*, and the panel of anybody who watches."""

from __future__ import annotations

from bot.handlers.door import Press
from bot.handlers.drafts import read
from bot.handlers.progress import parts, show_progress
from bot.handlers.requests import announce
from bot.handlers.texts import show_panel
from bot.views import desk as views
from bot.views.alert import ENDED
from storage.records import ApprovalState, Kind


async def watch(press: Press) -> None:
    await show_progress(press)


async def undo(press: Press) -> None:
    """Before the first message what was approved becomes a draft again, and is approved no more; a retry or recall,
    of which there is no draft, is cancelled."""
    services = press.services
    if press.broadcast.kind not in (Kind.SEND, Kind.CORRECT):
        await cancel(press)
        return
    if not await services.storage.broadcasts.withdraw(press.broadcast.id):
        await show_progress(press)
        return
    await press.record("undo")
    if press.person == press.broadcast.author:
        await show_panel(press, await read(services, press.broadcast))
    else:
        await press.show(views.taken_back(press.scene, press.broadcast.id))
        await announce(press.services, press.context.bot, press.broadcast, ApprovalState.UNDONE)


async def _open(press: Press) -> list[int]:
    """The broadcast, or, when it is done, what comes after it and is not."""
    if press.broadcast.state not in ENDED:
        return [press.broadcast.id]
    return [part.id for part in await parts(press.services, press.broadcast) if part.state not in ENDED]


async def pause(press: Press) -> None:
    for id_ in await _open(press):
        await press.services.engine.pause(id_)
    await press.record("pause")
    await show_progress(press)


async def resume(press: Press) -> None:
    for id_ in await _open(press):
        await press.services.engine.resume(id_)
    await press.record("resume")
    await show_progress(press)


async def cancel(press: Press) -> None:
    for id_ in await _open(press):
        await press.services.engine.cancel(id_)
    await press.record("cancel")
    await show_progress(press)
