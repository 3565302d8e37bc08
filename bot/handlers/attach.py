"""*Attach*: a card as a button under the message, or a picture or document with the text as its caption."""

from __future__ import annotations

from dataclasses import replace

from telegram import Message, Update

from bot.desk.acts import Act
from bot.handlers.context import Context, callback_of
from bot.handlers.door import Press, claim, enter
from bot.handlers.drafts import changed, present, read, save
from bot.handlers.reply import answer, send
from bot.handlers.texts import read_again, saved, still_draft, typed
from bot.views import desk as views
from bot.views.callback import Action, Callback
from bot.views.draft import CARDS, Attached, Draft
from bot.views.outgoing import short
from bot.views.records import by_token, choices
from bot.views.router import screen
from storage.records import Awaited, BroadcastState

_SCREENS = {"case": Action.CASE, "person": Action.PERSON, "decl": Action.DECLARATION, "source": Action.SOURCE}


async def menu(press: Press) -> None:
    if await still_draft(press):
        await press.services.storage.waiting.clear(press.person)
        await press.show(views.attach(press.scene, await read(press.services, press.broadcast)))


async def card_page(press: Press) -> None:
    """`said`: kind and page."""
    kind, _, page = press.said.partition("-")
    if not await still_draft(press) or kind not in CARDS:
        return
    found = [views.Choice(short(choice.label), choice.token) for choice in choices(press.scene, kind)]
    desk = await read(press.services, press.broadcast)
    await press.show(views.cards(press.scene, desk, kind, found, int(page) if page.isdecimal() else 0))


async def set_card(press: Press) -> None:
    """`said`: kind and token."""
    kind, _, token = press.said.partition("-")
    id_ = by_token(press.scene, kind, token)
    if await still_draft(press) and id_ is not None:
        desk = await read(press.services, press.broadcast)
        await _change(press, desk, replace(desk.draft, card=Attached(kind, id_)))


async def remove(press: Press) -> None:
    if await still_draft(press):
        desk = await read(press.services, press.broadcast)
        without = {"card": replace(desk.draft, card=None), "media": replace(desk.draft, media=None)}
        await _change(press, desk, without.get(press.said, desk.draft))


async def _change(press: Press, desk: views.Desk, draft: Draft) -> None:
    await press.say("")
    if await saved(press, changed(desk, draft=draft)):
        fresh = await read_again(press.context, desk.id)
        await present(press.context, press.scene, press.person, fresh or desk)


async def ask(press: Press) -> None:
    if await still_draft(press):
        wanted = Awaited("file", press.broadcast.id, "", press.services.now())
        await press.services.storage.waiting.set(press.person, wanted)
        await press.show(views.ask_for_file(press.scene, press.broadcast.id))


async def takes_file(update: Update, context: Context, wanted: Awaited) -> bool:
    """A picture or document of an editor whose draft waits for one; its id is kept, the file is never fetched."""
    services, message = context.services, update.effective_message
    broadcast = await services.storage.broadcasts.get(wanted.broadcast)
    if message is None or broadcast is None or broadcast.state is not BroadcastState.DRAFT:
        return False
    if not await enter(update, context, claim(update, Act.COMPOSE, services.now(), author=broadcast.author), "file"):
        return True
    scene, media = await context.scene(update), _media(message)
    if media is None:
        await send(update, context, views.refused(scene, scene.words("only a picture or a document can be attached.")))
        return True
    desk = await read(services, broadcast)
    draft = replace(desk.draft, media=media)
    if not draft.texts and message.caption:
        draft = draft.with_text(scene.language, typed(message, after_command=False))
    if await save(context, broadcast, changed(desk, draft=draft)):
        await services.storage.waiting.clear(broadcast.author)
        await present(context, scene, broadcast.author, await read_again(context, desk.id) or desk)
    return True


def _media(message: Message) -> Attached | None:
    if message.photo:
        return Attached("photo", message.photo[-1].file_id)
    if message.document is not None and message.animation is None:
        return Attached("document", message.document.file_id)
    return None


async def open_card(update: Update, context: Context) -> None:
    """A reader taps an attached card: it comes as a message of its own, and the alert stays."""
    callback = callback_of(update)
    action = _SCREENS.get(callback.arg(0)) if callback is not None else None
    scene = await context.scene(update)
    view = screen(scene, Callback(scene.language, action, (callback.arg(1), "0", "h"))) if callback and action else None
    if view is None:
        await answer(update, scene.words("This is no longer in the records."), alert=True)
        return
    await answer(update)
    await send(update, context, view)


async def no_text(update: Update, context: Context) -> None:
    scene = await context.scene(update)
    await answer(update, scene.words("There is no text of this message in your language."), alert=True)
