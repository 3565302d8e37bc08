"""/admins: an owner names editors and approvers, and removes them; all admins are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from telegram import MessageOriginUser, Update
from telegram.error import TelegramError

from bot.desk.acts import Act
from bot.handlers.context import Context, callback_of
from bot.handlers.door import claim, enter, sealed_claim
from bot.handlers.metadata import menu_for
from bot.handlers.reply import answer, send, send_to, show
from bot.views import admins as views
from bot.views.callback import Action
from bot.views.scene import Scene
from bot.views.view import View
from storage.records import Awaited, Role

ROLES = {"editor": (Role.EDITOR,), "approver": (Role.APPROVER,), "both": (Role.EDITOR, Role.APPROVER)}


async def command(update: Update, context: Context) -> None:
    services = context.services
    if await enter(update, context, claim(update, Act.OWN, services.now()), "/admins"):
        await send(update, context, _listing(context, await context.scene(update)))


def _listing(context: Context, scene: Scene) -> View:
    services = context.services
    return views.listing(scene, sorted(services.roster.owners), services.roster.grants, services.now())


async def pressed(update: Update, context: Context) -> None:
    """args: verb, person, role, seal."""
    callback, user, services = callback_of(update), update.effective_user, context.services
    if callback is None or user is None or not callback.arg(1).isdecimal():
        await answer(update)
        return
    verb, person, role = callback.arg(0), int(callback.arg(1)), callback.arg(2)
    asked = sealed_claim(update, services, claim(update, Act.OWN, services.now()), Action.ADMINS, verb, person, role)
    if not await enter(update, context, asked, f"/admins {verb}"):
        return
    scene = await context.scene(update)
    if verb == "as" and role in ROLES:
        await _name(update, context, scene, user.id, person, role)
    elif verb == "ry":
        await _remove(update, context, scene, user.id, person)
    elif verb == "rm":
        await show(update, context, views.ask_remove(scene, person))
    elif verb == "new":
        await services.storage.waiting.set(user.id, Awaited("admin", 0, "", services.now()))
        await show(update, context, views.ask_who(scene))
    else:
        await services.storage.waiting.clear(user.id)
        await show(update, context, _listing(context, scene))


async def takes_person(update: Update, context: Context, wanted: Awaited) -> bool:
    """A number, a contact, or a forwarded message: here a forward is no order, it only shows whom an owner means."""
    services = context.services
    asked = replace(claim(update, Act.OWN, services.now()), forwarded=False)
    if not await enter(update, context, asked, "/admins name"):
        return True
    scene, person = await context.scene(update), _person(update)
    await send(update, context, views.ask_role(scene, person) if person else views.unreadable(scene))
    if person:
        await services.storage.waiting.clear(asked.person)
    return True


def _person(update: Update) -> int | None:
    message = update.effective_message
    if message is None:
        return None
    if message.contact is not None:
        return message.contact.user_id
    if isinstance(message.forward_origin, MessageOriginUser):
        return None if message.forward_origin.sender_user.is_bot else message.forward_origin.sender_user.id
    text = (message.text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) <= 16 and int(text) else None


async def _name(update: Update, context: Context, scene: Scene, owner: int, person: int, role: str) -> None:
    services = context.services
    made = [each for each in ROLES[role] if await services.roster.name(person, each, services.now())]
    notice = "" if made else views.held_already(scene)
    await show(update, context, _listing(context, scene), notice)
    if made:
        await services.storage.audit.append(owner, "name admin", f"{'+'.join(made)} {_tail(person)}")
        await tell_all(context, lambda each: views.told_named(each, owner, person, made))
        await menu_for(services, context.bot, person)


async def _remove(update: Update, context: Context, scene: Scene, owner: int, person: int) -> None:
    services = context.services
    told = services.roster.everyone()
    if await services.roster.remove(person):
        await services.storage.waiting.clear(person)
        await services.storage.panels.drop_of(person)
        await services.storage.audit.append(owner, "remove admin", _tail(person))
        await tell_all(context, lambda each: views.told_removed(each, owner, person), told)
        await menu_for(services, context.bot, person)
    await show(update, context, _listing(context, scene))


def _tail(person: int) -> str:
    """The last digits: enough for the admins to know who is meant."""
    return f"…{person % 10000:04}"


async def tell_all(context: Context, draw: Callable[[Scene], View], people: frozenset[int] | None = None) -> None:
    """Every admin, each in their language; who cannot be written to is passed over."""
    services = context.services
    for person in sorted(people if people is not None else services.roster.everyone()):
        reader = await services.storage.subscribers.get(person)
        scene = services.scene(reader.language if reader else services.house.language, reader)
        try:
            await send_to(context, person, draw(scene))
        except TelegramError:
            continue
