"""Alerts and updates that the shell gives to the running bot: the same checks, roles and approvals as in the chat."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from telegram import Update as Incoming

from bot.control import Refused, Tell
from bot.desk.acts import Act
from bot.desk.approval import LASTS
from bot.desk.when import NotAMoment, parse_moment
from bot.handlers.approve import show_request
from bot.handlers.context import Context, Services
from bot.handlers.door import Press
from bot.handlers.drafts import faults, payload, whole
from bot.handlers.publish import free, prepare
from bot.handlers.sending import find, two
from bot.views.desk import Desk
from bot.views.draft import CARDS, Attached, Draft, Written, pack_draft
from bot.views.titles import update_label
from content.library import Library
from storage.records import TERMINAL, ApprovalState, Audience, BroadcastState, DeliveryState, Topic

EVERY = 0.5
"""Seconds between two looks of --wait."""


@dataclass(frozen=True)
class Asked:
    """`dauys alert` as it was typed."""

    text: str
    language: str
    topics: tuple[str, ...]
    attach: str
    at: str


def author(services: Services, given: int | None) -> int:
    """Whose alert it is: `--as`, or the only owner. Refused when they may not write."""
    person = given
    if person is None:
        if len(services.roster.owners) != 1:
            raise Refused("--as ID: say whose alert it is; DAUYS_OWNERS names not exactly one owner")
        person = next(iter(services.roster.owners))
    if not services.roster.may(person, Act.COMPOSE):
        raise Refused(f"--as {person}: may not write alerts; an owner names editors with /admins in the chat")
    return person


async def alert(context: Context, person: int, asked: Asked) -> dict[str, object]:
    """Refused, with the reason, before anything is kept."""
    services = context.services
    audience, draft = Audience(_topics(asked.topics)), _draft(services, asked)
    found = faults(services, Desk(0, draft, audience))
    if found:
        raise Refused(f"--text-file: {found[0][1]}")
    if services.shelf.names.in_text(asked.text):
        raise Refused("--text-file: it names a person whom an owner has hidden")
    storage = services.storage
    id_ = await storage.broadcasts.draft(person, "", audience, services.now())
    desk = Desk(id_, draft, audience, await storage.subscribers.count(audience))
    await storage.drafts.save(id_, content=pack_draft(draft), payload=payload(services, desk), audience=audience)
    return await _on_its_way(context, person, desk)


def _topics(given: tuple[str, ...]) -> frozenset[Topic]:
    known = [topic.value for topic in Topic]
    for name in given:
        if name not in known:
            raise Refused(f"--topic {name}: no such topic; expected one of {', '.join(known)}")
    return frozenset(Topic(name) for name in given)


def _draft(services: Services, asked: Asked) -> Draft:
    language = asked.language or services.house.language
    if language not in services.words:
        raise Refused(f"--lang {language}: no such language; expected one of {', '.join(services.words)}")
    at = 0.0
    if asked.at:
        try:
            at = parse_moment(asked.at, services.now(), services.house.timezone)
        except NotAMoment as error:
            raise Refused(f"--at {asked.at}: {error}; expected a time to come such as 2026-11-27 09:00") from None
    card = _card(services.library, asked.attach) if asked.attach else None
    return Draft({language: Written(asked.text.strip())}, card=card, at=at)


def _card(library: Library, id_: str) -> Attached:
    for kind, records in CARDS.items():
        if id_ in getattr(library, records):
            return Attached(kind, id_)
    raise Refused(f"--attach {id_}: no such record in the library")


async def waiting(services: Services) -> list[tuple[str, str]]:
    """Updates that have not gone out: id and label."""
    scene = services.scene(services.house.language, None)
    return [(found.id, update_label(scene, found)) for found in await free(services)]


async def publish(context: Context, person: int, id_: str) -> dict[str, object]:
    services = context.services
    update = next((found for found in await free(services) if found.id == id_), None)
    desk = await prepare(services, update, person) if update is not None else None
    if desk is None:
        raise Refused(f"{id_}: no update that has not gone out yet; dauys publish lists them")
    await services.storage.audit.append(person, "publish", f"broadcast {desk.id}: {id_}")
    return await _on_its_way(context, person, desk)


async def _on_its_way(context: Context, person: int, desk: Desk) -> dict[str, object]:
    """Sent, or asked of the others who may approve, as *Send now* would."""
    services, now = context.services, context.services.now()
    told: dict[str, object] = {"id": desk.id, "readers": desk.total}
    if await two(services):
        return told | {"asked": await _ask(context, person, desk)}
    start = max(now + services.settings.undo, desk.draft.at)
    if not await services.storage.broadcasts.approve(desk.id, start, now):
        raise Refused("Telegram would not take this text, or it was discarded meanwhile")
    await services.storage.audit.append(person, "send", f"broadcast {desk.id}")
    services.engine.wake()
    return told | {"start_at": start}


async def _ask(context: Context, person: int, desk: Desk) -> int:
    """How many others the request has reached."""
    services, storage, now = context.services, context.services.storage, context.services.now()
    broadcast = await storage.broadcasts.get(desk.id)
    if broadcast is None:
        raise Refused("the draft was discarded meanwhile")
    desk = replace(desk, payload=broadcast.payload, asked=True)
    await storage.approvals.ask(desk.id, person, whole(desk), now, now + LASTS)
    await storage.audit.append(person, "ask for approval", f"broadcast {desk.id}")
    scene = services.scene(services.house.language, None, admin=True, person=person)
    press = Press(Incoming(0), context, scene, person, broadcast)
    others = sorted(services.roster.approvers(now) - {person})
    found = await find(press, desk)
    reached = [other for other in others if await show_request(press, desk, found, other)]
    return len(reached)


async def watch(services: Services, id_: int, tell: Tell) -> dict[str, object]:
    """Until it has ended, with a look twice a second. Refused: it was cancelled, discarded or not approved."""
    storage = services.storage
    while True:
        now = await storage.broadcasts.get(id_)
        if now is None or now.state is BroadcastState.CANCELLED:
            raise Refused(f"broadcast {id_} was {'discarded' if now is None else 'cancelled'}")
        if now.state is BroadcastState.DRAFT:
            request = await storage.approvals.get(id_)
            if request is None or request.state is not ApprovalState.PENDING:
                raise Refused(f"broadcast {id_} was not approved; nothing was sent")
        sent, ended = now.counts.get(DeliveryState.SENT, 0), sum(now.counts.get(state, 0) for state in TERMINAL)
        told: dict[str, object] = {"state": now.state, "sent": sent, "ended": ended, "total": now.total}
        if now.state is BroadcastState.DONE:
            return told
        await tell(told)
        await asyncio.sleep(EVERY)
