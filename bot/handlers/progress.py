"""The live panel of what waits, runs or has ended, as whoever presses a button sees it."""

from __future__ import annotations

from bot.handlers.context import Services
from bot.handlers.door import Press
from bot.handlers.drafts import remember
from bot.views import alert as views
from bot.views.alert import Pace
from bot.views.scene import Scene
from bot.views.view import View
from storage.records import Broadcast, BroadcastState


def draw(services: Services, scene: Scene, broadcast: Broadcast) -> View:
    look = services.watch.looks.get(broadcast.id)
    if look is not None and look.rate:
        return views.progress(scene, broadcast, Pace(look.rate, services.now(), measured=True))
    return views.progress(scene, broadcast, Pace(services.settings.rate, services.now()))


async def show_progress(press: Press, notice: str = "") -> None:
    """As it stands now, in place of the pressed message, which is live from now on."""
    services = press.services
    now = await services.storage.broadcasts.get(press.broadcast.id)
    if now is None or now.state is BroadcastState.DRAFT:
        await press.say(views.too_late(press.scene))
        return
    await press.show(draw(services, press.scene, now), notice)
    if now.state not in (BroadcastState.DONE, BroadcastState.CANCELLED):
        await remember(services, now.id, press.person, press.message_id, press.scene.language, "watch")
