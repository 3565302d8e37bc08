"""/publish, and the offer of content updates that are new: one broadcast each, ever."""

from __future__ import annotations

import structlog
from telegram import Bot
from telegram import Update as Incoming
from telegram.error import TelegramError

from bot.desk.acts import Act
from bot.desk.news import MOST, audience_of, draft_of, goes_by_itself
from bot.handlers.context import Context, Services, callback_of
from bot.handlers.door import claim, enter, sealed_claim
from bot.handlers.drafts import payload, present
from bot.handlers.reply import answer, send, send_with
from bot.views import publish as views
from bot.views.callback import Action
from bot.views.desk import Desk
from bot.views.draft import pack_draft
from bot.views.outgoing import outgoing
from bot.views.records import token
from bot.views.view import View
from content.models import Update

log = structlog.get_logger(__name__)

ITSELF = 0
"""The author of what goes out by itself: no person has this id."""


async def command(update: Incoming, context: Context) -> None:
    """/publish: what has not gone out yet."""
    services = context.services
    if not await enter(update, context, claim(update, Act.COMPOSE, services.now()), "/publish"):
        return
    await send(update, context, views.waiting(await context.scene(update), await free(services)))


async def free(services: Services) -> list[Update]:
    """Updates of the library that have had no broadcast, newest first."""
    waiting = await services.storage.publications.waiting()
    return [found for found in services.library.updates.values() if found.id in waiting and waiting[found.id] is None]


async def pressed(update: Incoming, context: Context) -> None:
    """*Publish …*; args: the update's token, seal."""
    services, callback, user = context.services, callback_of(update), update.effective_user
    if callback is None or user is None:
        return
    said = callback.arg(0)
    asked = sealed_claim(update, services, claim(update, Act.COMPOSE, services.now()), Action.PUBLISH, said)
    if not await enter(update, context, asked, "publish"):
        return
    scene = await context.scene(update)
    found = next((found for found in await free(services) if token(views.KIND, found.id) == said), None)
    desk = await prepare(services, found, user.id) if found is not None else None
    if found is None or desk is None:
        await answer(update, views.gone(scene), alert=True)
        return
    await services.storage.audit.append(user.id, "publish", f"broadcast {desk.id}: {found.id}")
    await answer(update)
    await present(context, scene, user.id, desk)


async def prepare(services: Services, update: Update, author: int) -> Desk | None:
    """A draft of it; None when somebody was faster. Its row is taken before it holds a text that could go out."""
    storage, audience = services.storage, audience_of(update)
    id_ = await storage.broadcasts.draft(author, "", audience, services.now())
    if not await storage.publications.take(update.id, id_):
        await storage.broadcasts.discard(id_)
        return None
    draft = draft_of((services.scene(language, None) for language in services.words), update)
    desk = Desk(id_, draft, audience, await storage.subscribers.count(audience))
    await storage.drafts.save(id_, content=pack_draft(draft), payload=payload(services, desk), audience=audience)
    return desk


async def unfinished(services: Services) -> None:
    """Drafts of updates that a crash has left without a text: the updates are free again."""
    storage = services.storage
    for id_ in (await storage.publications.waiting()).values():
        found = await storage.broadcasts.get(id_) if id_ is not None else None
        if found is not None and not found.payload and not await storage.drafts.content(found.id):
            await storage.broadcasts.discard(found.id)


async def offer(services: Services, bot: Bot) -> None:
    """What the library has that is new: told to whoever may write, once; or sent, where the settings say so."""
    library = services.library
    new = [library.updates[id_] for id_ in await services.storage.publications.see(library.updates)]
    if not new:
        return
    await services.storage.publications.offered(update.id for update in new)
    itself = services.settings.autopublish and goes_by_itself(new, services.today())
    log.info("updates are new in the library", count=len(new), go_out_by_themselves=itself)
    if itself:
        for update in reversed(new):
            await _send(services, bot, update)
        return
    for person in sorted(services.roster.everyone()):
        if services.roster.may(person, Act.COMPOSE):
            await _offer_to(services, bot, person, new)


async def _offer_to(services: Services, bot: Bot, person: int, new: list[Update]) -> None:
    language = await _language(services, person)
    scene = services.scene(language, None, admin=True, person=person)
    if len(new) > MOST:
        await _tell(bot, person, views.waiting(scene, new))
        return
    for update in new:
        draft = draft_of((services.scene(code, None) for code in services.words), update)
        if draft.texts:
            await _tell(bot, person, outgoing(services.scene(language, None), draft), views.offer(scene, update))


async def _send(services: Services, bot: Bot, update: Update) -> None:
    """Approved as DAUYS_AUTOPUBLISH says; every admin is told, and has the time of *Undo* to stop it."""
    desk = await prepare(services, update, ITSELF)
    if desk is None:
        return
    now = services.now()
    await services.storage.broadcasts.approve(desk.id, now + services.settings.undo, now)
    await services.storage.audit.append(ITSELF, "publish", f"broadcast {desk.id}: {update.id}")
    services.engine.wake()
    for person in sorted(services.roster.everyone()):
        scene = services.scene(await _language(services, person), None, admin=True, person=person)
        await _tell(bot, person, views.by_itself(scene, update, desk.id))


async def _language(services: Services, person: int) -> str:
    reader = await services.storage.subscribers.get(person)
    return reader.language if reader is not None else services.house.language


async def _tell(bot: Bot, person: int, *said: View) -> None:
    """Somebody who has not opened the bot yet cannot be written to; they have /publish."""
    try:
        for view in said:
            await send_with(bot, person, view)
    except TelegramError as error:
        log.warning("an admin could not be told of new updates", error=type(error).__name__)
