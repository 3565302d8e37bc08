"""/alert and /broadcasts, and every button of the desk: which step it is, who may, and what it does.

Rights are checked at every step by `bot/desk/permit.py`; a button's data is sealed for one person and one act.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from telegram import Update

from bot.desk.acts import Act
from bot.handlers import afterwards, approve, attach, audience, corrections, running, schedule, sending, texts
from bot.handlers.context import Context, callback_of
from bot.handlers.door import Press, claim, enter, note, sealed_claim
from bot.handlers.progress import beginning
from bot.handlers.reply import answer, send
from bot.views import alert as views
from bot.views.callback import Action
from bot.wire.lanes import repeated
from storage.records import Awaited, Kind

Run = Callable[[Press], Awaitable[None]]
MESSAGE = frozenset({Kind.SEND})
WRITTEN = frozenset({Kind.SEND, Kind.CORRECT})


@dataclass(frozen=True, slots=True)
class Step:
    """What one verb of a button does. `own`: only for the draft's author; `others`: only for anybody else. `of`: about
    which kinds of broadcasts."""

    run: Run
    act: Act = Act.COMPOSE
    own: bool = False
    others: bool = False
    of: frozenset[Kind] = frozenset(Kind)


STEPS: dict[str, Step] = {
    "no": Step(texts.discard, own=True, of=WRITTEN),
    "bk": Step(texts.back, own=True, of=WRITTEN),
    "tx": Step(texts.menu, own=True, of=WRITTEN),
    "tl": Step(texts.ask, own=True, of=WRITTEN),
    "tr": Step(texts.remove, own=True, of=MESSAGE),
    "pv": Step(texts.preview, own=True, of=WRITTEN),
    "au": Step(audience.menu, own=True, of=MESSAGE),
    "as": Step(audience.set_part, own=True, of=MESSAGE),
    "fc": Step(audience.case_page, own=True, of=MESSAGE),
    "fs": Step(audience.set_case, own=True, of=MESSAGE),
    "at": Step(attach.menu, own=True, of=MESSAGE),
    "ac": Step(attach.card_page, own=True, of=MESSAGE),
    "ak": Step(attach.set_card, own=True, of=MESSAGE),
    "am": Step(attach.ask, own=True, of=MESSAGE),
    "ar": Step(attach.remove, own=True, of=MESSAGE),
    "sc": Step(schedule.menu, own=True, of=MESSAGE),
    "ss": Step(schedule.set_moment, own=True, of=MESSAGE),
    "go": Step(sending.preflight, own=True, of=WRITTEN),
    "ok": Step(sending.send_now, own=True, of=WRITTEN),
    "ask": Step(approve.ask, own=True, of=WRITTEN),
    "wd": Step(approve.withdraw, own=True, of=WRITTEN),
    "ap": Step(approve.approve, Act.APPROVE, others=True, of=WRITTEN),
    "rj": Step(approve.ask_reason, Act.APPROVE, others=True, of=WRITTEN),
    "rr": Step(approve.reject, Act.APPROVE, others=True, of=WRITTEN),
    "un": Step(running.undo, Act.WATCH),
    "ps": Step(running.pause, Act.WATCH),
    "cn": Step(running.cancel, Act.WATCH),
    "rs": Step(running.resume),
    "rp": Step(running.watch, Act.WATCH),
    "co": Step(corrections.begin, of=MESSAGE),
    "cs": Step(corrections.stop_and_begin, of=MESSAGE),
    "rt": Step(afterwards.ask_retry, of=MESSAGE),
    "ry": Step(afterwards.retry, of=MESSAGE),
    "rc": Step(afterwards.ask_recall, of=MESSAGE),
    "rn": Step(afterwards.recall, of=MESSAGE),
}
"""Verb -> step. Whoever has a role may stop what goes out; to set it going again takes who may write."""


async def alert(update: Update, context: Context) -> None:
    """`/alert TEXT`, or `/alert` alone and then the text as the next message."""
    services, message = context.services, update.effective_message
    now = services.now()
    if message is None or not await enter(update, context, claim(update, Act.COMPOSE, now), "/alert"):
        return
    scene = await context.scene(update)
    written = texts.typed(message, after_command=True)
    draft = await texts.begun(services, message.chat.id, written) if repeated.get() else None
    draft = draft or await services.storage.broadcasts.draft(message.chat.id, "", texts.AUDIENCE, now)
    if written.text:
        await services.storage.waiting.clear(message.chat.id)
        await texts.take(update, context, scene, draft, "", written)
    else:
        await services.storage.waiting.set(message.chat.id, Awaited("text", draft, "", now))
        await send(update, context, texts.first_question(scene, draft))


async def broadcasts(update: Update, context: Context) -> None:
    """/broadcasts: the drafts of who asks, and the latest ten that went out."""
    services = context.services
    if not await enter(update, context, claim(update, Act.WATCH, services.now()), "/broadcasts"):
        return
    scene, recent = await context.scene(update), await services.storage.broadcasts.recent(10, jobs=False)
    shown = [
        views.Listed(
            found, await beginning(services, scene, found), await services.storage.jobs.payload(found.id) is None
        )
        for found in recent
    ]
    drafts = await services.storage.broadcasts.drafts_of(user.id) if (user := update.effective_user) else []
    begun = [(found.id, begins) for found in reversed(drafts) if (begins := await beginning(services, scene, found))]
    await send(update, context, views.listing(scene, shown, begun[:10]))


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
    if broadcast is None or broadcast.kind not in step.of:
        await note(services, user.id, f"{verb} {id_}", "decided")
        await answer(update, views.too_late(scene))
        return
    await step.run(Press(update, context, scene, user.id, broadcast, said))
