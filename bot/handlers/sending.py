"""*Send now*: the pre-flight, and the tap that sends, bound to what the pre-flight showed."""

from __future__ import annotations

import asyncio

from bot.desk.approval import TWO, needs_two
from bot.desk.check import links_outside, names_in
from bot.desk.shelf import names_one
from bot.handlers.context import Services
from bot.handlers.door import Press, note
from bot.handlers.drafts import bound, faults, read
from bot.handlers.progress import show_progress
from bot.handlers.texts import show_panel, still_draft
from bot.views import preflight as views
from bot.views.alert import ENDED
from bot.views.desk import Desk
from bot.views.preflight import Findings
from bot.views.refusals import refusal
from bot.views.view import units
from bot.wire.lanes import Lane
from storage.records import Broadcast, BroadcastState, Kind

FULL = 4090
"""UTF-16 units from which on a text may be one that Telegram's app has cut."""


async def preflight(press: Press) -> None:
    desk = await read(press.services, press.broadcast)
    if await still_draft(press) and not desk.draft.texts:
        await show_panel(press, desk)
    elif press.broadcast.state is BroadcastState.DRAFT:
        await press.show(views.preflight(press.scene, desk, await find(press, desk)))


async def find(press: Press, desk: Desk) -> Findings:
    services = press.services
    texts = [written.text for written in desk.draft.texts.values()]
    others = services.roster.approvers(services.now()) - {press.person}
    return Findings(
        seconds=seconds(services, desk.total * (1 if desk.of is None else 2)),
        digest=bound(desk),
        names=await asyncio.to_thread(names_in, texts, services.shelf),
        links=links_outside(desk.draft.texts.values(), services.library, services.settings.site),
        faults=tuple(faults(services, desk, press.scene)),
        full=tuple(code for code, written in desk.draft.texts.items() if units(written.text) >= FULL),
        paid=services.settings.paid,
        two=await two(services),
        others=bool(others),
    )


def seconds(services: Services, total: int) -> float:
    """How long it takes at the pace that Telegram grants at present, with what is left of a 429."""
    pace = services.gate.pace(Lane.PAID)
    return total / pace + services.gate.opens_in()


async def two(services: Services) -> bool:
    """Whether somebody else must approve; that two could approve once is kept."""
    meta, approvers = services.storage.meta, len(services.roster.approvers(services.now()))
    before = bool(await meta.get(TWO))
    if approvers >= 2 and not before:
        await meta.set(TWO, "1")
    return needs_two(services.settings.approvals, approvers, before)


async def send_now(press: Press) -> None:
    """*Send to N readers*: of two taps at once exactly one sends."""
    services = press.services
    if not await still_draft(press):
        return
    if not await ready(press) or await refused(press, "two", await two(services)):
        return
    wait, now = services.settings.undo, services.now()
    desk = await read(services, press.broadcast)
    start = max(now + wait, desk.draft.at)
    if await services.storage.broadcasts.approve(press.broadcast.id, start, now, seen=press.broadcast):
        await press.record("send" if desk.of is None else "correct")
        await overtake(services, press.broadcast)
        services.engine.wake()
    elif desk.of is not None:
        await refused(press, "overtaken", True)
        return
    await show_progress(press)


async def overtake(services: Services, correction: Broadcast) -> None:
    """What still goes out about the message with older words is stopped; a correction waits for that."""
    if correction.of is None:
        return
    for job in (await services.storage.jobs.outlook(correction.of)).jobs:
        if correction.id not in (job.id, job.after) and job.state not in ENDED and job.kind is not Kind.RECALL:
            await services.engine.cancel(job.id)


async def ready(press: Press) -> bool:
    """Whether what would go out is what the pressed screen showed, and Telegram would take it."""
    desk = await read(press.services, press.broadcast)
    if await refused(press, "changed", bound(desk) != press.said):
        return False
    if await refused(press, "hidden", names_one(press.services.shelf.names, press.broadcast.payload)):
        return False
    return not await refused(press, "faulty", not press.broadcast.payload)


async def refused(press: Press, why: str, true: bool) -> bool:
    """Tells and logs a refusal of a step's own when `true`."""
    if true:
        await note(press.services, press.person, f"send {press.broadcast.id}", why)
        await press.say(refusal(press.scene, why), alert=True)
    return true
