"""The live panel of what waits, runs or has ended, as whoever looks at it sees it."""

from __future__ import annotations

import structlog

from bot.desk.acts import Act
from bot.handlers.context import Services
from bot.handlers.door import Press
from bot.handlers.drafts import remember
from bot.logs import places
from bot.views import alert as views
from bot.views.alert import ENDED, After, Pace
from bot.views.scene import Scene
from bot.views.view import View
from bot.wire.fields import fields
from bot.wire.payload import view_of
from storage.errors import StorageError
from storage.records import Broadcast, BroadcastState, Kind

log = structlog.get_logger(__name__)

WATCH = "watch"
"""The kind of panel that shows somebody how a broadcast goes."""
BEGINS = 60
"""Characters of a message by which it is known."""


async def draw(services: Services, scene: Scene, broadcast: Broadcast, person: int) -> View:
    followers = await parts(services, broadcast)
    now = views.under_way(broadcast, followers)
    look = services.watch.looks.get(now.id)
    measured = look is not None and bool(look.rate)
    rate = look.rate if look is not None and measured else services.settings.rate
    writes = services.roster.may(person, Act.COMPOSE)
    after = After(followers, writes=writes)
    if _is_over(broadcast) or broadcast.note:
        begins = f"№ {broadcast.id} · {await beginning(services, scene, broadcast)}"
        reach = await services.storage.jobs.outlook(broadcast.id) if _is_over(broadcast) else None
        after = After(followers, reach, writes, begins)
    return views.progress(scene, broadcast, Pace(rate, services.now(), measured=measured), after)


async def drawn_unasked(services: Services, scene: Scene, broadcast: Broadcast, person: int) -> View | None:
    """None: it cannot be drawn, or Telegram would not take it. That must not end the bot, which sends. StorageError
    passes through."""
    try:
        view = await draw(services, scene, broadcast, person)
        fields(view)
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the next one is drawn
        log.warning("a panel cannot be drawn", error=places(error))
        return None
    return view


async def parts(services: Services, broadcast: Broadcast) -> tuple[Broadcast, ...]:
    """The jobs that come after this one and are one with it."""
    if broadcast.of is None:
        return ()
    return tuple(found for found in await services.storage.broadcasts.set_of(broadcast.id) if found.id != broadcast.id)


def _is_over(broadcast: Broadcast) -> bool:
    return broadcast.kind is Kind.SEND and broadcast.state in ENDED and broadcast.started > 0


async def beginning(services: Services, scene: Scene, broadcast: Broadcast) -> str:
    """Of the message as its readers have it, in the language of who looks."""
    payload = await services.storage.jobs.payload(broadcast.id) or broadcast.payload
    if not payload:
        return ""
    text = " ".join(view_of(payload, scene.language, services.house.language).text.split())
    return text if len(text) <= BEGINS else text[: BEGINS - 1].rstrip() + "…"


async def show_progress(press: Press, notice: str = "", *, broadcast: int | None = None) -> None:
    """As it stands now, in place of the pressed message, which is live from now on. `broadcast`: another one than
    the button's."""
    services = press.services
    now = await services.storage.broadcasts.get(broadcast or press.broadcast.id)
    if now is None or now.state is BroadcastState.DRAFT:
        await press.say(views.too_late(press.scene))
        return
    await press.show(await draw(services, press.scene, now, press.person), notice)
    if views.whole_state(now, await parts(services, now)) not in ENDED:
        await remember(services, now.id, press.person, press.message_id, press.scene.language, WATCH)
