"""*Text*, *Preview*, *Discard*: what an editor types, kept as typed, a language at a time."""

from __future__ import annotations

import re

from telegram import Message, Update

from bot.desk.acts import Act
from bot.handlers.context import Context, Services
from bot.handlers.door import Press, claim, enter
from bot.handlers.drafts import changed, fault_of, faults, panel, present, read, remember, save, take_away
from bot.handlers.drafts import preview as send_preview
from bot.handlers.progress import show_progress
from bot.handlers.reply import send, send_to
from bot.handlers.requests import close
from bot.views import alert as alert_views
from bot.views import correction
from bot.views import desk as views
from bot.views.draft import Written, unpack_draft
from bot.views.outgoing import framed, outgoing
from bot.views.pick_language import KAZAKH
from bot.views.scene import Scene
from bot.views.view import Entity, Text, View
from bot.views.words import LANGUAGES
from storage.records import ApprovalState, Audience, Awaited, BroadcastState, Topic

AUDIENCE = Audience(topics=frozenset({Topic.ALERTS}))
KAZAKH_WORDS = 0.15
"""More of the words than this have letters that Russian has not, in a text that is Kazakh."""
first_question = views.ask_for_text


def typed(message: Message, *, after_command: bool) -> Written:
    """Text and formatting as typed, without the command in front."""
    text, given = message.text or message.caption or "", message.entities or message.caption_entities
    head = 0
    if after_command:
        words = text.split(maxsplit=1)
        rest = words[1] if len(words) > 1 else ""
        head = len(text[: len(text) - len(rest)].encode("utf-16-le", "surrogatepass")) // 2
        text = rest
    entities = []
    for entity in given:
        offset, end = max(entity.offset - head, 0), entity.offset + entity.length - head
        if end > 0 and (entity.type != entity.BOT_COMMAND or entity.offset > 0):
            entities.append(Entity(str(entity.type), offset, end - offset, entity.url, entity.language))
    return Written(text, tuple(entities))


def language_of(text: str, default: str) -> str:
    """By its letters; a Latin text in a house whose language is written in Cyrillic is taken for English. A Russian
    text may hold Kazakh names: words in small letters tell."""
    small = [word for word in re.findall(r"[^\W\d_]+", text) if word.islower()]
    if sum(bool(KAZAKH & set(word)) for word in small) > len(small) * KAZAKH_WORDS or (
        not small and KAZAKH & set(text) - set("іІ")
    ):
        return "kk"
    cyrillic = sum("а" <= letter <= "я" for letter in text.lower())
    latin = sum("a" <= letter <= "z" for letter in text.lower())
    if cyrillic > latin:
        return "ru" if default == "en" else default
    return "en" if latin else default


async def take(update: Update, context: Context, scene: Scene, id_: int, language: str, written: Written) -> None:
    """A text for a draft; one that Telegram would refuse is not taken, and the reason is told."""
    services = context.services
    broadcast = await services.storage.broadcasts.get(id_)
    if broadcast is None or broadcast.state is not BroadcastState.DRAFT:
        await send(update, context, Text().line(alert_views.too_late(scene)).view())
        return
    desk = await read(services, broadcast)
    reason = fault_of(services, desk, written, scene)
    if reason is not None:
        await send(update, context, views.refused(scene, reason))
        return
    language = language or language_of(written.text, scene.language)
    desk = changed(desk, draft=desk.draft.with_text(language, written))
    if await save(context, broadcast, desk):
        await services.storage.waiting.clear(broadcast.author)
        await present(context, scene, broadcast.author, await read_again(context, id_) or desk, language)


async def begun(services: Services, author: int, written: Written) -> int | None:
    """The draft that this text made already, when its command is handled a second time after a crash."""
    for found in reversed(await services.storage.broadcasts.drafts_of(author)):
        known = unpack_draft(await services.storage.drafts.content(found.id)).texts
        if written in known.values() or (not written.text and not known):
            return found.id
    return None


async def read_again(context: Context, id_: int) -> views.Desk | None:
    broadcast = await context.services.storage.broadcasts.get(id_)
    return await read(context.services, broadcast) if broadcast is not None else None


async def takes_text(update: Update, context: Context, wanted: Awaited) -> bool:
    """A message of an editor whose draft waits for a text."""
    services, message = context.services, update.effective_message
    broadcast = await services.storage.broadcasts.get(wanted.broadcast)
    if message is None or broadcast is None or broadcast.state is not BroadcastState.DRAFT:
        return False
    asked = claim(update, Act.COMPOSE, services.now(), author=broadcast.author)
    if await enter(update, context, asked, f"text {broadcast.id}"):
        scene = await context.scene(update)
        await take(update, context, scene, broadcast.id, wanted.about, typed(message, after_command=False))
    return True


async def still_draft(press: Press) -> bool:
    """Whether there is still something to change; otherwise the panel as it stands now is shown."""
    if press.broadcast.state is BroadcastState.DRAFT:
        return True
    await show_progress(press)
    return False


async def show_panel(press: Press, desk: views.Desk, notice: str = "") -> None:
    await press.show(panel(press.scene, desk), notice)
    await remember(press.services, desk.id, press.person, press.message_id, press.scene.language, "draft")


async def back(press: Press) -> None:
    """The panel as it is now."""
    if await still_draft(press):
        await press.services.storage.waiting.clear(press.person)
        await show_panel(press, await read(press.services, press.broadcast))


async def discard(press: Press) -> None:
    await close(press.context, press.broadcast, ApprovalState.VOID)
    if await press.services.storage.broadcasts.discard(press.broadcast.id):
        await press.services.storage.waiting.clear(press.person)
        await press.show(views.discarded(press.scene))
        await press.record("discard")
    else:
        await still_draft(press)


async def menu(press: Press) -> None:
    if await still_draft(press):
        await press.show(views.texts(press.scene, await read(press.services, press.broadcast)))


async def ask(press: Press) -> None:
    """A language was chosen: the next message is its text. Of a correction it is shown what readers have now."""
    if not await still_draft(press) or press.said not in LANGUAGES:
        return
    services, scene, desk = press.services, press.scene, await read(press.services, press.broadcast)
    await services.storage.waiting.set(press.person, Awaited("text", desk.id, press.said, services.now()))
    if desk.was is None or press.said not in desk.was.texts:
        await press.show(views.ask_for_text(scene, desk.id, press.said))
        return
    await press.say("")
    await send_to(press.context, press.person, outgoing(services.scene(press.said, None), desk.was))
    await send(press.update, press.context, correction.ask_for_text(scene, desk, scene.words.tongue(press.said)))


async def remove(press: Press) -> None:
    if not await still_draft(press):
        return
    desk = await read(press.services, press.broadcast)
    if press.said in desk.draft.texts and len(desk.draft.texts) > 1:
        desk = changed(desk, draft=desk.draft.with_text(press.said, None))
        await saved(press, desk)
    await press.show(views.texts(press.scene, desk))


async def saved(press: Press, desk: views.Desk) -> bool:
    return await save(press.context, press.broadcast, desk)


async def preview(press: Press) -> None:
    """Each language's message exactly as its readers get it, to the editor alone; the panel goes below."""
    desk = await read(press.services, press.broadcast)
    if not await still_draft(press) or not desk.draft.texts:
        return
    if wrong := faults(press.services, desk, press.scene):
        await press.say(wrong[0][1], alert=True)
        return
    await press.say("")
    languages = [code for code in LANGUAGES if code in desk.draft.texts]
    shown = await send_preview(press.context, press.person, desk, languages)
    names = ", ".join(LANGUAGES[code] for code in shown)
    note = press.scene.words("Above, in this order: {languages}.", languages=names)
    await below(press, desk, note)


async def below(press: Press, desk: views.Desk, note: str) -> None:
    """The panel under what was just shown, headed by a line of its own."""
    shown = panel(press.scene, desk)
    headed = framed(Text().line(note).line(), Written(shown.text, shown.entities), Text())
    view = View(headed.text, headed.entities, shown.rows)
    message = await send_to(press.context, press.person, view)
    old = await remember(press.services, desk.id, press.person, message.message_id, press.scene.language, "draft")
    if old is not None:
        await take_away(press.context, press.person, old)
