"""A draft between its rows and its screens: read, saved, previewed, with its panel below the preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from telegram.error import TelegramError

from bot.desk.check import digest
from bot.handlers.context import Context, Services
from bot.handlers.reply import send_to
from bot.handlers.requests import announce
from bot.views import desk as views
from bot.views.desk import Desk
from bot.views.draft import Draft, pack_draft, unpack_draft
from bot.views.outgoing import fault, outgoing, shown_language
from bot.views.scene import Scene
from bot.views.view import View
from bot.wire.payload import draft_payload
from storage.records import ApprovalState, Audience, Broadcast, Panel

BOUND = 12
"""Characters of the hash that a button carries."""


async def read(services: Services, broadcast: Broadcast) -> Desk:
    """The draft as it stands, with live counts."""
    storage = services.storage
    request = await storage.approvals.get(broadcast.id)
    return Desk(
        broadcast.id,
        unpack_draft(await storage.drafts.content(broadcast.id)),
        broadcast.audience,
        await storage.subscribers.count(broadcast.audience),
        request is not None and request.state is ApprovalState.PENDING,
    )


async def save(context: Context, broadcast: Broadcast, desk: Desk) -> bool:
    """False: it is no draft any more. A text that Telegram would refuse is kept, but has no payload to send.

    An open request for approval ends in the same transaction, and whoever was asked is told.
    """
    kept = await context.services.storage.drafts.save(
        desk.id,
        content=pack_draft(desk.draft),
        payload=payload(context.services, desk),
        audience=desk.audience,
    )
    if kept and desk.asked:
        await announce(context.services, context.bot, broadcast, ApprovalState.VOID)
    return kept


def payload(services: Services, desk: Desk) -> str:
    if not desk.draft.texts or faults(services, desk.draft):
        return ""
    return draft_payload(desk.id, outgoings(services, desk.draft), services.words)


def outgoings(services: Services, draft: Draft) -> Mapping[str, View]:
    """Language of the reader -> what they get."""
    return {language: outgoing(services.scene(language, None), draft) for language in services.words}


def faults(services: Services, draft: Draft, scene: Scene | None = None) -> list[tuple[str, str]]:
    """(language, reason in the scene's words) for each text that Telegram would refuse or change."""
    scene = scene or services.scene(services.house.language, None)
    found = [(code, fault(scene, text, caption=draft.media is not None)) for code, text in draft.texts.items()]
    return [(code, reason) for code, reason in found if reason is not None]


def bound(services: Services, broadcast: Broadcast, draft: Draft) -> str:
    """The beginning of the hash of payload, audience and schedule, as buttons carry it."""
    return digest(broadcast.payload, broadcast.audience, draft.at)[:BOUND]


async def preview(context: Context, person: int, draft: Draft, languages: list[str]) -> list[str]:
    """Sends each different message exactly as readers get it; the languages that were shown."""
    services, shown = context.services, []
    for language in languages:
        if shown_language(draft, language, services.house.language) == language or language == languages[0]:
            await send_to(context, person, outgoing(services.scene(language, None), draft))
            shown.append(language)
    return shown


async def present(context: Context, scene: Scene, person: int, desk: Desk, language: str = "") -> None:
    """After a change of what goes out: the message anew, and the panel below it; the old panel is taken away."""
    first = language or shown_language(desk.draft, scene.language, scene.house.language)
    if first is not None and not faults(context.services, desk.draft):
        await preview(context, person, desk.draft, [first])
    message = await send_to(context, person, views.panel(scene, desk))
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
