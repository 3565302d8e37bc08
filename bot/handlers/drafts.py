"""A draft between its rows and its screens: read, saved, previewed, with its panel below the preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from telegram.error import TelegramError

from bot.desk.check import digest
from bot.handlers.context import Context, Services
from bot.handlers.reply import send_to
from bot.handlers.requests import announce
from bot.views import correction
from bot.views import desk as views
from bot.views.desk import Desk
from bot.views.draft import Draft, Written, pack_draft, unpack_draft
from bot.views.outgoing import fault, outgoing, shown_language
from bot.views.scene import Scene
from bot.views.view import View
from bot.wire.payload import draft_payload, view_of
from storage.records import ApprovalState, Audience, Broadcast, Kind, Panel

BOUND = 12
"""Characters of the hash that a button carries."""


async def read(services: Services, broadcast: Broadcast) -> Desk:
    """The draft as it stands, with live counts."""
    storage = services.storage
    request = await storage.approvals.get(broadcast.id)
    desk = Desk(
        broadcast.id,
        unpack_draft(await storage.drafts.content(broadcast.id)),
        broadcast.audience,
        asked=request is not None and request.state is ApprovalState.PENDING,
        payload=broadcast.payload,
    )
    if broadcast.of is None:
        return replace(desk, readers=await storage.subscribers.count(broadcast.audience))
    parts = await storage.broadcasts.set_of(broadcast.id)
    return replace(
        desk,
        of=broadcast.of,
        readers=await storage.jobs.languages(broadcast.of, services.now()),
        notice=next((part.payload for part in parts if part.kind is Kind.NOTICE), ""),
        was=unpack_draft(await storage.drafts.content(await storage.jobs.basis(broadcast.of))),
    )


async def save(context: Context, broadcast: Broadcast, desk: Desk) -> bool:
    """False: it is no draft any more. A text that Telegram would refuse is kept, but has no payload to send.

    An open request for approval ends in the same transaction, and whoever was asked is told.
    """
    services = context.services
    kept = await services.storage.drafts.save(
        desk.id,
        content=pack_draft(desk.draft),
        payload=payload(services, desk),
        audience=desk.audience,
        notice=notice(services, desk) if desk.of is not None else None,
    )
    if kept and desk.asked:
        await announce(context.services, context.bot, broadcast, ApprovalState.VOID)
    return kept


def payload(services: Services, desk: Desk) -> str:
    if not desk.draft.texts or faults(services, desk):
        return ""
    if desk.of is None:
        return draft_payload(desk.id, _each(services, desk.draft, outgoing), services.words)
    return draft_payload(desk.of, _each(services, desk.draft, correction.corrected), services.words)


def notice(services: Services, desk: Desk) -> str:
    """What tells readers of a correction."""
    if desk.of is None or not desk.draft.texts or faults(services, desk):
        return ""
    views = _each(services, desk.draft, correction.notice)
    return draft_payload(desk.of, views, services.words, hidden=correction.hidden_notice)


def _each(services: Services, draft: Draft, shown: Callable[[Scene, Draft], View]) -> Mapping[str, View]:
    """Language of the reader -> what they get."""
    return {language: shown(services.scene(language, None), draft) for language in services.words}


def fault_of(services: Services, desk: Desk, written: Written, scene: Scene | None = None) -> str | None:
    """Why Telegram would refuse this text in this draft, in the scene's words."""
    ours = max(correction.ours(services.scene(code, None), desk) for code in services.words)
    scene = scene or services.scene(services.house.language, None)
    return fault(scene, written, caption=desk.draft.media is not None, ours=ours)


def faults(services: Services, desk: Desk, scene: Scene | None = None) -> list[tuple[str, str]]:
    """(language, reason in the scene's words) for each text that Telegram would refuse or change."""
    found = [(code, fault_of(services, desk, text, scene)) for code, text in desk.draft.texts.items()]
    return [(code, reason) for code, reason in found if reason is not None]


def whole(desk: Desk) -> str:
    """The hash of everything that would go out, of the audience and the schedule."""
    return digest("\0".join(part for part in (desk.payload, desk.notice) if part), desk.audience, desk.draft.at)


def bound(desk: Desk) -> str:
    """Its beginning, as buttons carry it."""
    return whole(desk)[:BOUND]


async def preview(context: Context, person: int, desk: Desk, languages: list[str]) -> list[str]:
    """Sends each different message exactly as readers get it; the languages that were shown. A correction as it is
    kept, followed by what tells readers of it."""
    services, shown = context.services, []
    house = services.house.language
    for language in languages:
        if shown_language(desk.draft, language, house) != language and language != languages[0]:
            continue
        shown.append(language)
        if desk.of is None:
            await send_to(context, person, outgoing(services.scene(language, None), desk.draft))
        elif desk.payload and desk.notice:
            message = await send_to(context, person, view_of(desk.payload, language, house))
            await send_to(context, person, view_of(desk.notice, language, house), message.message_id)
    return shown


def panel(scene: Scene, desk: Desk) -> View:
    return views.panel(scene, desk) if desk.of is None else correction.panel(scene, desk)


async def present(context: Context, scene: Scene, person: int, desk: Desk, language: str = "") -> None:
    """After a change of what goes out: the message anew, and the panel below it; the old panel is taken away."""
    first = language or shown_language(desk.draft, scene.language, scene.house.language)
    if first is not None and not faults(context.services, desk):
        await preview(context, person, desk, [first])
    message = await send_to(context, person, panel(scene, desk))
    old = await remember(context.services, desk.id, person, message.message_id, scene.language, "draft")
    if old is not None:
        await take_away(context, person, old)


async def remember(
    services: Services, broadcast: int, person: int, message_id: int, language: str, kind: str
) -> int | None:
    """Which message shows this broadcast to this person; the one that did so before, if it was another."""
    services.touched[broadcast, person] = services.now()
    return await services.storage.panels.set(Panel(broadcast, person, message_id, language, kind))


async def take_away(context: Context, person: int, message_id: int) -> None:
    try:
        await context.bot.delete_message(person, message_id)
    except TelegramError:
        return


def changed(desk: Desk, *, draft: Draft | None = None, audience: Audience | None = None) -> Desk:
    return replace(desk, draft=draft or desk.draft, audience=audience or desk.audience)
