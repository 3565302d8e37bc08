"""/hide and /unhide: an owner takes a person off every screen at once, and brings them back."""

from __future__ import annotations

import asyncio

from telegram import Update

from bot.desk.acts import Act
from bot.desk.shelf import names_of, names_one
from bot.handlers.context import Context, Services, callback_of
from bot.handlers.door import claim, enter, sealed_claim
from bot.handlers.library import arrange
from bot.handlers.reply import send, show
from bot.views import hide as views
from bot.views.callback import Action
from bot.views.records import token
from bot.views.scene import Scene
from bot.views.view import View
from content.ask import Target
from content.withhold import Names
from storage.records import BroadcastState

NOTE = "It named a person whom an owner has hidden."


async def command(update: Update, context: Context) -> None:
    """`/hide ID` hides at once; `/hide NAME` offers whom it may mean; `/hide` alone lists who is hidden."""
    user, message, now = update.effective_user, update.effective_message, context.services.now()
    if user is None or message is None or not await enter(update, context, claim(update, Act.OWN, now), "/hide"):
        return
    scene = await context.scene(update)
    _, _, given = (message.text or "").partition(" ")
    given = given.strip()
    people = context.services.shelf.whole.people
    if given in people:
        await send(update, context, await _hidden(context.services, scene, user.id, given))
        return
    found = [hit.id for hit in context.services.asker.ask(given).hits if hit.target is Target.PERSON] if given else []
    hidden = [people[id_] for id_ in sorted(context.services.shelf.hidden) if id_ in people]
    await send(update, context, views.choose(scene, given, [people[id_] for id_ in found], hidden))


async def unhide(update: Update, context: Context) -> None:
    """`/unhide ID`."""
    user, message, now = update.effective_user, update.effective_message, context.services.now()
    if user is None or message is None or not await enter(update, context, claim(update, Act.OWN, now), "/unhide"):
        return
    scene = await context.scene(update)
    _, _, given = (message.text or "").partition(" ")
    await send(update, context, await _shown(context.services, scene, user.id, given.strip()))


async def pressed(update: Update, context: Context) -> None:
    """*Hide …* and *Show again*; args: the person's token, seal."""
    services, callback, user = context.services, callback_of(update), update.effective_user
    if callback is None or user is None:
        return
    said = callback.arg(0)
    asked = sealed_claim(update, services, claim(update, Act.OWN, services.now()), callback.action, said)
    if not await enter(update, context, asked, "hide"):
        return
    scene = await context.scene(update)
    ids = [*services.shelf.whole.people, *services.shelf.hidden]
    act = _hidden if callback.action is Action.HIDE_PERSON else _shown
    id_ = next((id_ for id_ in ids if token(views.KIND, id_) == said), "")
    await show(update, context, await act(services, scene, user.id, id_))


async def _hidden(services: Services, scene: Scene, owner: int, id_: str) -> View:
    person = services.shelf.whole.people.get(id_)
    if person is None:
        return views.nobody(scene, id_)
    await services.storage.hidden.add(id_)
    names = names_of(services.shelf.whole, {id_})
    (stopped, dropped), _ = await asyncio.gather(sweep(services, names), arrange(services))
    late = await sweep(services, names)  # what was let through while the desk still knew their names as anybody's
    stopped, dropped = stopped + late[0], dropped + late[1]
    await services.storage.audit.append(owner, "hide", id_)
    return views.hidden(scene, person, stopped, dropped)


async def _shown(services: Services, scene: Scene, owner: int, id_: str) -> View:
    if not await services.storage.hidden.remove(id_):
        return views.nobody(scene, id_)
    await arrange(services)
    await services.storage.audit.append(owner, "unhide", id_)
    return views.shown(scene, services.shelf.whole.people.get(id_), id_)


async def sweep(services: Services, names: Names) -> tuple[int, int]:
    """Cancels what is on its way and discards the drafts that name somebody hidden; how many of each."""
    stopped = dropped = 0
    storage = services.storage
    for found in await storage.broadcasts.open():
        if not names_one(names, found.payload, await storage.drafts.content(found.id)):
            continue
        if found.state is BroadcastState.DRAFT and await storage.broadcasts.discard(found.id):
            dropped += 1
        else:  # not a draft, or no longer one
            stopped += await services.engine.cancel(found.id, NOTE)
    return stopped, dropped
