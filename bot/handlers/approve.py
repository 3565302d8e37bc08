"""A second person's approval: asked for, given, refused with a reason, withdrawn, or run out."""

from __future__ import annotations

from telegram import Update
from telegram.error import TelegramError

from bot.desk.acts import Act
from bot.desk.approval import LASTS
from bot.handlers.context import Context
from bot.handlers.door import Press, claim, enter, note
from bot.handlers.drafts import preview, read, remember, whole
from bot.handlers.progress import show_progress
from bot.handlers.reply import send, send_to
from bot.handlers.requests import REQUEST, announce, close, tell_author
from bot.handlers.sending import find, overtake, ready, refused
from bot.handlers.texts import show_panel, still_draft
from bot.views import alert as alert_views
from bot.views import approval as views
from bot.views.desk import Desk
from bot.views.preflight import Findings
from bot.views.refusals import refusal
from bot.views.view import Text
from bot.views.words import LANGUAGES
from storage.records import ApprovalState, Awaited, Broadcast, BroadcastState

LONGEST_REASON = 500


async def ask(press: Press) -> None:
    """*Ask for approval*: everybody who may approve gets exactly what would go out."""
    services = press.services
    if not await still_draft(press) or not await ready(press):
        return
    now = services.now()
    desk = await read(services, press.broadcast)
    if not await services.storage.approvals.ask(press.broadcast.id, press.person, whole(desk), now, now + LASTS):
        return
    await press.record("ask for approval" if desk.of is None else "ask to correct")
    await press.say("")
    others = sorted(services.roster.approvers(now) - {press.person})
    found = await find(press, desk)
    reached = [person for person in others if await show_request(press, desk, found, person)]
    await press.show(views.asked(press.scene, desk.id, len(reached)))
    await remember(services, desk.id, press.person, press.message_id, press.scene.language, "draft")


async def show_request(press: Press, desk: Desk, found: Findings, person: int) -> bool:
    """What goes out, and what the pre-flight found in it. False when this person cannot be written to, such as who has
    not opened the bot yet."""
    services = press.services
    scene = await services.admin_scene(person, press.scene.language)
    try:
        await preview(press.context, person, desk, [code for code in LANGUAGES if code in desk.draft.texts])
        message = await send_to(press.context, person, views.request(scene, desk, found, press.person))
    except TelegramError:
        return False
    await remember(services, desk.id, person, message.message_id, scene.language, REQUEST)
    return True


async def withdraw(press: Press) -> None:
    if await still_draft(press):
        await close(press.context, press.broadcast, ApprovalState.VOID)
        await show_panel(press, await read(press.services, press.broadcast))


async def approve(press: Press) -> None:
    """Of several at once exactly one approves; what changed meanwhile is not approved."""
    services = press.services
    asked = await _still_asked(press)
    if asked is None:
        return
    now = services.now()
    desk = await read(services, press.broadcast)
    start = max(now + services.settings.undo, desk.draft.at)
    if not await services.storage.approvals.approve(press.broadcast.id, press.person, asked, start, now):
        await note(services, press.person, f"approve {press.broadcast.id}", "late")
        late = alert_views.too_late(press.scene) if desk.of is None else refusal(press.scene, "overtaken")
        await press.say(late, alert=True)
        return
    await press.record("approve" if desk.of is None else "approve correction")
    await overtake(services, press.broadcast)
    services.engine.wake()
    await show_progress(press)
    await tell_author(services, press.context.bot, press.broadcast, ApprovalState.APPROVED)


async def _still_asked(press: Press) -> str | None:
    """The hash that was asked about, if it is still open and still what would go out."""
    services = press.services
    if press.broadcast.state is not BroadcastState.DRAFT:
        await note(services, press.person, f"decide {press.broadcast.id}", "decided")
        await show_progress(press, alert_views.too_late(press.scene))
        return None
    request = await services.storage.approvals.get(press.broadcast.id)
    now = whole(await read(services, press.broadcast))
    open_ = request is not None and request.state is ApprovalState.PENDING and services.now() < request.expires
    if await refused(press, "decided", not open_):
        return None
    same = request is not None and request.digest == now and now.startswith(press.said or "-")
    return None if await refused(press, "changed", not same) else now


async def ask_reason(press: Press) -> None:
    if await _still_asked(press) is None:
        return
    wanted = Awaited("reason", press.broadcast.id, press.said, press.services.now())
    await press.services.storage.waiting.set(press.person, wanted)
    await press.say("")
    await send(press.update, press.context, views.ask_for_reason(press.scene, press.broadcast.id, press.said))


async def reject(press: Press) -> None:
    """*Reject without a reason*."""
    asked = await _still_asked(press)
    if asked is not None:
        await _reject(press.context, press.broadcast, press.person, asked, "")
        await press.show(views.ended(press.scene, press.broadcast, ApprovalState.REJECTED))


async def _reject(context: Context, broadcast: Broadcast, person: int, asked: str, reason: str) -> bool:
    services = context.services
    if not await services.storage.approvals.reject(broadcast.id, person, asked, reason, services.now()):
        return False
    await services.storage.waiting.clear(person)
    action = "reject" if broadcast.of is None else "reject correction"
    await services.storage.audit.append(person, action, f"broadcast {broadcast.of or broadcast.id}")
    await announce(context.services, context.bot, broadcast, ApprovalState.REJECTED, reason)
    return True


async def takes_reason(update: Update, context: Context, wanted: Awaited) -> bool:
    services, message = context.services, update.effective_message
    broadcast = await services.storage.broadcasts.get(wanted.broadcast)
    request = await services.storage.approvals.get(wanted.broadcast)
    if message is None or broadcast is None or request is None:
        return False
    asked = claim(update, Act.APPROVE, services.now(), not_by=broadcast.author)
    if not await enter(update, context, asked, f"reject {broadcast.id}"):
        return True
    reason = (message.text or "")[:LONGEST_REASON]
    scene = await context.scene(update)
    same = request.digest.startswith(wanted.about)
    if same and await _reject(context, broadcast, asked.person, request.digest, reason):
        await send(update, context, views.reason_told(scene, broadcast))
    else:
        await send(update, context, Text().line(alert_views.too_late(scene)).view())
    return True
