"""/hide and /unhide: an owner takes a person off every screen at once, and brings them back."""

from __future__ import annotations

from telegram import Update

from bot.desk.shelf import names_of, names_one
from bot.handlers.context import Context, Services, callback_of
from bot.handlers.library import arrange
from bot.handlers.reply import answer, send, show
from bot.views import answers
from bot.views import hide as views
from bot.views.callback import Action
from bot.views.scene import Scene
from bot.views.view import View
from content.ask import Target
from content.withhold import Names
from storage.records import BroadcastState

NOTE = "It named a person whom an owner has hidden."


async def command(update: Update, context: Context) -> None:
    """`/hide ID` hides at once; `/hide NAME` offers whom it may mean; `/hide` alone lists who is hidden."""
    scene, user, message = await context.scene(update), update.effective_user, update.effective_message
    if user is None or message is None or not context.services.is_owner(user.id):
        await send(update, context, answers.unknown_command(scene))
        return
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
    scene, user, message = await context.scene(update), update.effective_user, update.effective_message
    if user is None or message is None or not context.services.is_owner(user.id):
        await send(update, context, answers.unknown_command(scene))
        return
    _, _, given = (message.text or "").partition(" ")
    await send(update, context, await _shown(context.services, scene, user.id, given.strip()))


async def pressed(update: Update, context: Context) -> None:
    """*Hide …* and *Show again*; args: person id."""
    scene, callback, user = await context.scene(update), callback_of(update), update.effective_user
    if callback is None or user is None or not context.services.is_owner(user.id):
        await answer(update)
        return
    act = _hidden if callback.action is Action.HIDE_PERSON else _shown
    await show(update, context, await act(context.services, scene, user.id, callback.arg(0)))


async def _hidden(services: Services, scene: Scene, owner: int, id_: str) -> View:
    person = services.shelf.whole.people.get(id_)
    if person is None:
        return views.nobody(scene, id_)
    await services.storage.hidden.add(id_)
    stopped, dropped = await sweep(services, names_of(services.shelf.whole, {id_}))
    await arrange(services)
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
        if found.state is BroadcastState.DRAFT:
            dropped += await storage.broadcasts.discard(found.id)
        else:
            stopped += await services.engine.cancel(found.id, NOTE)
    return stopped, dropped
