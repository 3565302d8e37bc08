"""/alert and /broadcasts, and every button of the desk: which step it is, who may, and what it does.

Rights are checked at every step by `bot/desk/permit.py`; a button's data is sealed for one person and one act.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from telegram import Update

from bot.desk.permit import Act
from bot.handlers import approve, attach, audience, running, schedule, sending, texts
from bot.handlers.context import Context, callback_of
from bot.handlers.door import Press, claim, enter, note, sealed_claim
from bot.handlers.reply import answer, send
from bot.views import alert as views
from bot.views.callback import Action
from storage.records import Awaited

Run = Callable[[Press], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """What one verb of a button does. `own`: only for the draft's author; `others`: only for anybody else."""

    run: Run
    act: Act = Act.COMPOSE
    own: bool = False
    others: bool = False


STEPS: dict[str, Step] = {
    "no": Step(texts.discard, own=True),
    "bk": Step(texts.back, own=True),
    "tx": Step(texts.menu, own=True),
    "tl": Step(texts.ask, own=True),
    "tr": Step(texts.remove, own=True),
    "pv": Step(texts.preview, own=True),
    "au": Step(audience.menu, own=True),
    "as": Step(audience.set_part, own=True),
    "fc": Step(audience.case_page, own=True),
    "fs": Step(audience.set_case, own=True),
    "at": Step(attach.menu, own=True),
    "ac": Step(attach.card_page, own=True),
    "ak": Step(attach.set_card, own=True),
    "am": Step(attach.ask, own=True),
    "ar": Step(attach.remove, own=True),
    "sc": Step(schedule.menu, own=True),
    "ss": Step(schedule.set_moment, own=True),
    "go": Step(sending.preflight, own=True),
    "ok": Step(sending.send_now, own=True),
    "ask": Step(approve.ask, own=True),
    "wd": Step(approve.withdraw, own=True),
    "ap": Step(approve.approve, Act.APPROVE, others=True),
    "rj": Step(approve.ask_reason, Act.APPROVE, others=True),
    "rr": Step(approve.reject, Act.APPROVE, others=True),
    "un": Step(running.undo, Act.WATCH),
    "ps": Step(running.pause, Act.WATCH),
    "cn": Step(running.cancel, Act.WATCH),
    "rs": Step(running.resume),
    "rp": Step(running.watch, Act.WATCH),
}
"""Verb -> step. Whoever has a role may stop what goes out; to set it going again takes who may write."""


async def alert(update: Update, context: Context) -> None:
    """`/alert TEXT`, or `/alert` alone and then the text as the next message."""
    services, message = context.services, update.effective_message
    now = services.now()
    if message is None or not await enter(update, context, claim(update, Act.COMPOSE, now), "/alert"):
        return
    scene = await context.scene(update)
    draft = await services.storage.broadcasts.draft(message.chat.id, "", texts.AUDIENCE, now)
    written = texts.typed(message, after_command=True)
    if written.text:
        await services.storage.waiting.clear(message.chat.id)
        await texts.take(update, context, scene, draft, "", written)
    else:
        await services.storage.waiting.set(message.chat.id, Awaited("text", draft, "", now))
        await send(update, context, texts.first_question(scene, draft))


async def broadcasts(update: Update, context: Context) -> None:
    """/broadcasts: the latest ten."""
    services = context.services
    if not await enter(update, context, claim(update, Act.WATCH, services.now()), "/broadcasts"):
        return
    recent = await services.storage.broadcasts.recent(10)
    await send(update, context, views.listing(await context.scene(update), tuple(recent)))


async def pressed(update: Update, context: Context) -> None:
    """Every button of the desk; args: verb, broadcast id, what more it says, seal."""
    callback, user, services = callback_of(update), update.effective_user, context.services
    step = STEPS.get(callback.arg(0)) if callback is not None else None
    if callback is None or user is None or step is None or not callback.arg(1).isdigit():
        await answer(update)
        return
    verb, id_, said = callback.arg(0), int(callback.arg(1)), callback.arg(2)
    broadcast = await services.storage.broadcasts.get(id_)
    asked = sealed_claim(update, services, claim(update, step.act, services.now()), Action.ALERT, verb, id_, said)
    if broadcast is not None:
        author = broadcast.author
        asked = replace(asked, author=author if step.own else None, not_by=author if step.others else None)
    if not await enter(update, context, asked, f"{verb} {id_}"):
        return
    scene = await context.scene(update)
    if broadcast is None:
        await note(services, user.id, f"{verb} {id_}", "decided")
        await answer(update, views.too_late(scene))
        return
    await step.run(Press(update, context, scene, user.id, broadcast, said))
