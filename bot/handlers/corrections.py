"""*Correct*: a draft of the corrected words, which goes the way of every draft: preview, pre-flight, approval.

It edits the message wherever it arrived and then answers it there, since an edit makes no sound. What cannot be edited
any more is corrected by a new message to the same audience.
"""

from __future__ import annotations

from dataclasses import replace

from bot.handlers.door import Press
from bot.handlers.drafts import preview, read, save
from bot.handlers.progress import draw, show_progress
from bot.handlers.reply import edit, send, send_to
from bot.handlers.texts import read_again
from bot.views import afterwards, correction, desk
from bot.views.alert import ENDED
from bot.views.draft import pack_draft, unpack_draft
from bot.views.outgoing import outgoing, shown_language
from storage.records import Awaited, Broadcast, BroadcastState, DeliveryState, Kind


async def begin(press: Press) -> None:
    """Shows what readers have now, and asks for what is to stand there instead. While it still goes out it is asked
    first whether to stop it."""
    if press.broadcast.state in (BroadcastState.RUNNING, BroadcastState.PAUSED):
        await press.ask(correction.stop_first(press.scene, press.broadcast))
    elif press.broadcast.state not in ENDED:
        await show_progress(press, afterwards.not_yet(press.scene))
    else:
        await _write(press)


async def stop_and_begin(press: Press) -> None:
    """*Stop and correct*: nobody gets the old words any more, and the question for the new ones is there at once."""
    services = press.services
    if press.broadcast.state not in (BroadcastState.RUNNING, BroadcastState.PAUSED, *ENDED):
        await show_progress(press, afterwards.not_yet(press.scene))
        return
    if await services.engine.cancel(press.broadcast.id):
        await press.record("cancel")
    now = await services.storage.broadcasts.get(press.broadcast.id)
    if now is not None:
        await edit(press.context, press.person, press.message_id, await draw(services, press.scene, now, press.person))
        await _write(replace(press, broadcast=now))


async def _write(press: Press) -> None:
    reach = await press.services.storage.jobs.outlook(press.broadcast.id)
    if reach.recalled:
        await press.say(afterwards.recalled(press.scene), alert=True)
    elif not reach.reached and press.broadcast.counts.get(DeliveryState.SENDING):
        await press.say(afterwards.first_ones(press.scene), alert=True)
    elif not reach.reached:
        await _as_a_new_message(press)
    elif (draft := await _draft(press)) is not None:
        await _ask(press, draft)


async def _draft(press: Press) -> Broadcast | None:
    """The person's own open correction of it, or a new one with the words that readers have."""
    storage, of = press.services.storage, press.broadcast.id
    for job in await storage.jobs.about(of):
        mine = job.kind is Kind.CORRECT and job.state is BroadcastState.DRAFT and job.author == press.person
        if mine and job.id > await storage.jobs.basis(of):
            return job
    id_ = await storage.jobs.correct(of, press.person, "", "", press.services.now())
    made = await storage.broadcasts.get(id_) if id_ is not None else None
    if made is not None:
        fresh = await read(press.services, made)
        await save(press.context, made, replace(fresh, draft=fresh.was or fresh.draft))
    return made


async def _ask(press: Press, draft: Broadcast) -> None:
    await press.say("")
    now = await read_again(press.context, draft.id)
    if now is None or not now.draft.texts:
        return
    services, scene = press.services, press.scene
    first = shown_language(now.draft, scene.language, services.house.language) or scene.language
    if now.unchanged:
        await send_to(press.context, press.person, outgoing(services.scene(first, None), now.was or now.draft))
    else:
        await preview(press.context, press.person, now, [first])
    if len(now.draft.texts) > 1:
        await send(press.update, press.context, desk.texts(scene, now))
        return
    wanted = Awaited("text", draft.id, first, services.now())
    await services.storage.waiting.set(press.person, wanted)
    await send(press.update, press.context, correction.ask_for_text(scene, now, scene.words.tongue(first)))


async def _as_a_new_message(press: Press) -> None:
    """A draft to the same audience that says by itself what it corrects."""
    services, original = press.services, press.broadcast
    now = services.now()
    was = unpack_draft(await services.storage.drafts.content(original.id))
    draft = replace(was, texts={}, media=None, at=0.0, corrects=original.started or original.created)
    id_ = await services.storage.broadcasts.draft(press.person, "", original.audience, now)
    await services.storage.drafts.save(id_, content=pack_draft(draft), payload="", audience=original.audience)
    await services.storage.waiting.set(press.person, Awaited("text", id_, "", now))
    await press.say("")
    await send(press.update, press.context, correction.too_late(press.scene, id_))
