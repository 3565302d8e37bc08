"""/alert: a draft in the database, its preview, its pre-flight, its panel. For the owners alone.

Rights are checked at every step, for commands and for buttons. Only a new, unforwarded message in a
private chat counts as an owner's. Anybody else gets the answer of an unknown command.
"""

from __future__ import annotations

from telegram import Message, Update

from bot.handlers.context import Context, callback_of
from bot.handlers.panels import remember
from bot.handlers.reply import answer, send, show
from bot.views import alert as views
from bot.views import answers
from bot.views.scene import Scene
from bot.views.view import Entity, View
from bot.wire.payload import alert_payload, view_of
from storage.records import Audience, Broadcast, BroadcastState, Topic

AUDIENCE = Audience(topics=frozenset({Topic.ALERTS}))
WAITS = 30 * 60
"""Seconds for which `/alert` alone waits for its text."""


async def alert(update: Update, context: Context) -> None:
    """`/alert TEXT`, or `/alert` alone and then the text as the next message."""
    scene, message = await context.scene(update), update.effective_message
    if message is None or not scene.admin:
        await send(update, context, answers.unknown_command(scene))
        return
    view = _typed(message, after_command=True)
    services = context.services
    draft = await services.storage.broadcasts.draft(message.chat.id, "", AUDIENCE, services.now())
    if view.text:
        await _take(update, context, scene, draft, view)
    else:
        await send(update, context, views.ask_for_text(scene, draft))


async def takes_text(update: Update, context: Context) -> bool:
    """Whether this plain message became the text of an alert that waited for one."""
    user, message = update.effective_user, update.effective_message
    services = context.services
    if user is None or message is None or message.forward_origin is not None or not services.is_admin(user.id):
        return False
    drafts = await services.storage.broadcasts.drafts_of(user.id)
    waiting = [draft for draft in drafts if not draft.payload and services.now() - draft.created < WAITS]
    if not waiting:
        return False
    await _take(update, context, await context.scene(update), waiting[-1].id, _typed(message, after_command=False))
    return True


async def _take(update: Update, context: Context, scene: Scene, draft: int, view: View) -> None:
    fault = views.fault(scene, view.text, len(view.entities))
    if fault is not None:
        await send(update, context, views.refused(scene, fault))
        return
    services = context.services
    payload = alert_payload(draft, view, services.words, services.house.language)
    await services.storage.broadcasts.save_draft(draft, payload=payload, audience=AUDIENCE)
    await send(update, context, view_of(payload, services.house.language, services.house.language))
    readers = await services.storage.subscribers.count(AUDIENCE)
    panel = await send(update, context, views.panel(scene, draft, readers))
    await remember(services, draft, panel.message_id, scene.language)


def _typed(message: Message, *, after_command: bool) -> View:
    """Text and formatting as typed, without the command in front."""
    text = message.text or ""
    head = 0
    if after_command:
        words = text.split(maxsplit=1)
        rest = words[1] if len(words) > 1 else ""
        head = len(text[: len(text) - len(rest)].encode("utf-16-le")) // 2
        text = rest
    entities = []
    for entity in message.entities:
        offset, end = max(entity.offset - head, 0), entity.offset + entity.length - head
        if end > 0 and entity.type != entity.BOT_COMMAND:
            entities.append(Entity(entity.type, offset, end - offset, entity.url))
    return View(text, tuple(entities))


async def pressed(update: Update, context: Context) -> None:
    """Every button of an alert's panel; args: verb, broadcast id."""
    scene, callback = await context.scene(update), callback_of(update)
    if callback is None or not scene.admin or not callback.arg(1).isdigit():
        await answer(update)
        return
    broadcast = await context.services.storage.broadcasts.get(int(callback.arg(1)))
    act = _ACTS.get(callback.arg(0))
    if broadcast is None or act is None:
        await answer(update, views.too_late(scene))
        return
    await act(update, context, scene, broadcast)


async def _discard(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    if await context.services.storage.broadcasts.discard(broadcast.id):
        await show(update, context, views.discarded(scene))
    else:
        await _panel(update, context, scene, broadcast)


async def _preflight(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    if broadcast.state is not BroadcastState.DRAFT or not broadcast.payload:
        await _panel(update, context, scene, broadcast)
        return
    services = context.services
    total = sum((await services.storage.subscribers.count(broadcast.audience)).values())
    await show(update, context, views.preflight(scene, broadcast.id, total, total / services.settings.rate))


async def _back(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    if broadcast.state is not BroadcastState.DRAFT:
        await _panel(update, context, scene, broadcast)
        return
    readers = await context.services.storage.subscribers.count(broadcast.audience)
    await show(update, context, views.panel(scene, broadcast.id, readers))


async def _confirm(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    """*Send to N readers*: of two taps at once exactly one approves."""
    services = context.services
    wait = services.settings.undo
    now = services.now()
    if not broadcast.payload or not await services.storage.broadcasts.approve(broadcast.id, now + wait, now):
        await _panel(update, context, scene, broadcast)
        return
    await _record(update, context, "approve", broadcast)
    services.engine.wake()
    approved = await services.storage.broadcasts.get(broadcast.id)
    if wait or approved is None:
        await show(update, context, views.undo(scene, broadcast.id, wait))
    else:
        await _panel(update, context, scene, approved)


async def _undo(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    """Before the first send an approved alert becomes a draft again."""
    services = context.services
    if await services.storage.broadcasts.withdraw(broadcast.id):
        await _record(update, context, "undo", broadcast)
        readers = await services.storage.subscribers.count(broadcast.audience)
        await show(update, context, views.panel(scene, broadcast.id, readers))
    else:
        await _panel(update, context, scene, broadcast)


async def _pause(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    await context.services.engine.pause(broadcast.id)
    await _record(update, context, "pause", broadcast)
    await _panel(update, context, scene, broadcast)


async def _resume(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    await context.services.engine.resume(broadcast.id)
    await _record(update, context, "resume", broadcast)
    await _panel(update, context, scene, broadcast)


async def _cancel(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    await context.services.engine.cancel(broadcast.id)
    await _record(update, context, "cancel", broadcast)
    await _panel(update, context, scene, broadcast)


async def _panel(update: Update, context: Context, scene: Scene, broadcast: Broadcast) -> None:
    """The panel as it stands now."""
    services = context.services
    now = await services.storage.broadcasts.get(broadcast.id)
    if now is None or now.state is BroadcastState.DRAFT:
        await answer(update, views.too_late(scene))
        return
    await show(update, context, views.progress(scene, now, services.settings.rate))


async def _record(update: Update, context: Context, action: str, broadcast: Broadcast) -> None:
    user = update.effective_user
    if user is not None:
        await context.services.storage.audit.append(user.id, action, f"broadcast {broadcast.id}")


async def broadcasts(update: Update, context: Context) -> None:
    """/broadcasts: the latest ten."""
    scene = await context.scene(update)
    if not scene.admin:
        await send(update, context, answers.unknown_command(scene))
        return
    recent = await context.services.storage.broadcasts.recent(10)
    await send(update, context, views.listing(scene, tuple(recent)))


_ACTS = {
    "go": _preflight,
    "ok": _confirm,
    "no": _discard,
    "bk": _back,
    "un": _undo,
    "ps": _pause,
    "rs": _resume,
    "cn": _cancel,
    "rp": _panel,
}
