"""*Schedule*: by buttons or a typed date."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from bot.desk.acts import Act
from bot.desk.when import NotAMoment, checked, parse_moment
from bot.handlers.context import Context
from bot.handlers.door import Press, claim, enter
from bot.handlers.drafts import present, read, save
from bot.handlers.reply import send
from bot.handlers.texts import saved, show_panel, still_draft
from bot.views import desk as desk_views
from bot.views import schedule as views
from storage.records import Awaited, BroadcastState


async def menu(press: Press) -> None:
    if not await still_draft(press):
        return
    services, now = press.services, press.services.now()
    desk = await read(services, press.broadcast)
    await services.storage.waiting.set(press.person, Awaited("when", desk.id, "", now))
    await press.show(views.schedule(press.scene, desk.id, desk.draft.at, now))


async def set_moment(press: Press) -> None:
    """`said`: minutes since 1970, 0 for no schedule."""
    if not await still_draft(press) or not press.said.isdecimal():
        return
    services = press.services
    try:
        at = checked(int(press.said) * 60.0, services.now()) if press.said != "0" else 0.0
    except NotAMoment as error:
        await press.say(views.fault(press.scene, error.reason, services.now()), alert=True)
        return
    desk = await read(services, press.broadcast)
    desk = replace(desk, draft=replace(desk.draft, at=at))
    if await saved(press, desk):
        await services.storage.waiting.clear(press.person)
        await show_panel(press, replace(desk, asked=False))


async def takes_date(update: Update, context: Context, wanted: Awaited) -> bool:
    services, message = context.services, update.effective_message
    broadcast = await services.storage.broadcasts.get(wanted.broadcast)
    if message is None or broadcast is None or broadcast.state is not BroadcastState.DRAFT:
        return False
    if not await enter(update, context, claim(update, Act.COMPOSE, services.now(), author=broadcast.author), "date"):
        return True
    scene = await context.scene(update)
    try:
        at = parse_moment(message.text or "", services.now(), services.settings.timezone)
    except NotAMoment as error:
        await send(update, context, desk_views.refused(scene, views.fault(scene, error.reason, services.now())))
        return True
    desk = await read(services, broadcast)
    desk = replace(desk, draft=replace(desk.draft, at=at))
    if await save(context, broadcast, desk):
        await services.storage.waiting.clear(broadcast.author)
        await present(context, scene, broadcast.author, replace(desk, asked=False))
    return True
